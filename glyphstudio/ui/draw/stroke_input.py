"""Turns pointer events into strokes, without Qt. The first source to go down owns the stroke until it is lifted."""

from __future__ import annotations

from enum import Enum

from glyphstudio.glyphs.ink import LIMIT, Ink, Stroke

_PAUSE = 300.0  # ms between ink from elsewhere and the first stroke added to it
_MOST = 50_000  # points in one stroke; ten minutes of a fast tablet
Point = tuple[float, float]


class Source(Enum):
    """The device that draws. Only one owns a stroke, because a tablet or touch screen may send mouse events too."""

    MOUSE = "mouse"
    TABLET = "tablet"
    TOUCH = "touch"


class StrokeInput:
    """Collects one stroke at a time. Points are (x, y) in canvas units, t is any clock in ms, pressure is 0..1 or
    None."""

    def __init__(self) -> None:
        self.owner: Source | None = None
        self.points: list[Point] = []
        self.pressures: list[float | None] = []
        self._times: list[float] = []
        self._zero: float | None = None  # the clock at the drawing's first point

    def restart_clock(self) -> None:
        """Forget when the drawing started: a drawing from elsewhere has its own times."""
        self._zero = None

    def down(self, source: Source, ink: Ink, at: Point, t: float, pressure: float | None = None) -> bool:
        """Start a stroke on `ink`. Return False if a source is already drawing."""
        if self.owner is not None:
            return False
        if not ink:
            self._zero = t
        elif self._zero is None:
            self._zero = t - float(ink.strokes[-1].t[-1]) - _PAUSE
        self.owner = source
        self.points, self.pressures, self._times = [], [], []
        self._add(at, t, pressure)
        return True

    def move(self, source: Source, at: Point, t: float, pressure: float | None = None) -> bool:
        """Add a point at a new place. Return False if the place is the same, or `source` is not the owner, or the
        stroke is full."""
        if source is not self.owner or len(self.points) >= _MOST:
            return False
        if _inside(at) == self.points[-1]:
            return False
        self._add(at, t, pressure)
        return True

    def up(self, source: Source) -> Stroke | None:
        """Return the finished stroke, or None if `source` does not own one."""
        if source is not self.owner:
            return None
        stroke = self.stroke()
        self.cancel()
        return stroke

    def cancel(self) -> None:
        """Forget the stroke in progress."""
        self.owner = None

    def stroke(self) -> Stroke | None:
        """Return the stroke so far, or None if no source is drawing."""
        if self.owner is None:
            return None
        pressures = [force for force in self.pressures if force is not None]
        full = len(pressures) == len(self.points)
        return Stroke.of(self.points, self._times, pressures if full else None)

    def _add(self, at: Point, t: float, pressure: float | None) -> None:
        self.points.append(_inside(at))
        self.pressures.append(None if pressure is None else min(1.0, max(0.0, pressure)))
        self._times.append(max(0.0, t - (self._zero or 0.0)))


def _inside(at: Point) -> Point:
    return min(LIMIT, max(-LIMIT, at[0])), min(LIMIT, max(-LIMIT, at[1]))
