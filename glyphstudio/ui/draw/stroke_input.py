"""From pointer events to strokes, without Qt: the first source to go down owns the stroke until it is lifted."""

from __future__ import annotations

from enum import Enum

from glyphstudio.glyphs.ink import LIMIT, Ink, Stroke

_PAUSE = 300.0  # ms put between ink that came from elsewhere and the first stroke drawn on
_MOST = 50_000  # points in one stroke; ten minutes of a fast tablet
Point = tuple[float, float]


class Source(Enum):
    """Who draws. A tablet sends mouse events too, and so may a touch screen: hence the ownership."""

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
        self._zero: float | None = None  # the clock's time of the drawing's first point

    def restart_clock(self) -> None:
        """The drawing was replaced from elsewhere: its times say nothing about this clock."""
        self._zero = None

    def down(self, source: Source, ink: Ink, at: Point, t: float, pressure: float | None = None) -> bool:
        """A pen comes down on `ink`. False where another source is drawing already."""
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
        """True where the stroke got a new point: the owner moved to another place."""
        if source is not self.owner or len(self.points) >= _MOST:
            return False
        if _inside(at) == self.points[-1]:
            return False
        self._add(at, t, pressure)
        return True

    def up(self, source: Source) -> Stroke | None:
        """The finished stroke, or None where `source` does not own one."""
        if source is not self.owner:
            return None
        stroke = self.stroke()
        self.cancel()
        return stroke

    def cancel(self) -> None:
        """Forget the stroke in progress."""
        self.owner = None

    def stroke(self) -> Stroke | None:
        """The stroke as far as it is drawn, or None where nobody draws."""
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
