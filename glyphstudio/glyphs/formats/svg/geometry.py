"""The lines and curves of an SVG shape, as control points. svgelements reads path data, transforms and lengths."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_tree import Element

Points = NDArray[np.float64]

SHAPES = ("path", "line", "polyline", "polygon", "rect", "circle", "ellipse")
MAX_PATH = 1 << 19  # characters of one path's data
MAX_SEGMENTS = 50_000  # of one drawing
MAX_TRANSFORM = 4000  # characters
_FAR = 1e12
_FINE = 96  # steps across the whole drawing, for curves
_MOST_STEPS = 64  # of one curve
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_UP_TO_CLOSE = re.compile(r"[^zZ]++[zZ]?|[zZ]")
_PPI = 96.0
_FONT = 16.0  # pixels, of an em


@dataclass
class Run:
    """One subpath: where it starts, and the control points after it of each line (1) or curve (2 or 3)."""

    start: tuple[float, float]
    segments: list[list[tuple[float, float]]] = field(default_factory=list)
    closed: bool = False

    def controls(self) -> Points:
        """(C, 2): all control points."""
        return np.array([self.start, *(point for segment in self.segments for point in segment)], dtype=np.float64)


def numbers(text: str) -> list[float]:
    """Return the numbers in a text, whatever is between them. One that is too large for a float is infinite."""
    return [float(word) for word in _NUMBER.findall(text)]


def length(text: str | None, default: float, whole: float = 100.0) -> float:
    """Return a length in user units; `whole` is what 100 % are. `default` if there is none, or it cannot be read."""
    if text is None:
        return default
    from svgelements import Length

    try:
        value = Length(text[:200].strip()[:40]).value(
            ppi=_PPI, relative_length=whole, font_size=_FONT, font_height=_FONT
        )
        number = float(value)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return default
    return number if math.isfinite(number) and abs(number) < _FAR else default


def matrix(text: str | None) -> Points:
    """Return a transform as (2, 3). Raises InkError if it cannot be read."""
    text = text or ""
    if len(text) > MAX_TRANSFORM:
        raise InkError(f"This SVG file has a transform with more than {MAX_TRANSFORM:,} characters.")
    if not text.strip():
        return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    from svgelements import Matrix

    try:
        found = Matrix(text)
        values = np.array([[found.a, found.c, found.e], [found.b, found.d, found.f]], dtype=np.float64)
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise InkError(f"This SVG file has a transform that cannot be read: “{text[:30]}”.") from error
    if not np.isfinite(values).all() or float(np.abs(values).max()) > _FAR:
        raise InkError(f"This SVG file has a transform that is too large: “{text[:30]}”.")
    return values


def runs(element: Element, view: tuple[float, float]) -> list[Run]:
    """Return the subpaths of a shape in its own units; one that is only a place has no segments, and draws nothing.
    view: width and height that percentages refer to. Raises InkError for data that is not a path, and for points that
    are too far away."""
    about = element.about
    if max(len(about.get("d", "")), len(about.get("points", ""))) > MAX_PATH:
        raise InkError(f"This SVG file has a path with more than {MAX_PATH >> 10} kB of data.")
    if element.tag in ("polyline", "polygon"):
        found = _polyline(about.get("points", ""), element.tag == "polygon")
    elif element.tag == "line":
        ends = [length(about.get(name), 0.0, view[name[0] == "y"]) for name in ("x1", "y1", "x2", "y2")]
        found = [Run((ends[0], ends[1]), [[(ends[2], ends[3])]])]
    else:
        found = list(
            _of_segments(_segments(about.get("d", "")) if element.tag == "path" else _round_shape(element, view))
        )
    for run in found:
        controls = run.controls()
        if not np.isfinite(controls).all() or float(np.abs(controls).max()) > _FAR:
            raise InkError("This SVG file has a point that is not a number, or is too far away.")
    return found


def _polyline(text: str, closed: bool) -> list[Run]:
    found = numbers(text)
    pairs = list(zip(found[::2], found[1::2], strict=False))
    if len(pairs) < 2:
        return []
    if closed:
        pairs.append(pairs[0])
    return [Run(pairs[0], [[pair] for pair in pairs[1:]], closed)]


def _round_shape(element: Element, view: tuple[float, float]) -> Any:
    """Return a rectangle's, circle's or ellipse's segments as svgelements has them, none if it has no size."""
    from svgelements import Ellipse, Path, Rect

    about = element.about
    diagonal = math.hypot(*view) / math.sqrt(2.0)

    def of(name: str, default: float = 0.0) -> float:
        whole = view[0] if name in ("x", "cx", "width", "rx") else view[1]
        return length(about.get(name), default, diagonal if name == "r" else whole)

    if element.tag == "rect":
        width, height = of("width"), of("height")
        if max(width, height) <= 0 or min(width, height) < 0:
            return ()
        rx = max(0.0, of("rx", of("ry")))
        ry = max(0.0, of("ry", rx))
        return Path(Rect(of("x"), of("y"), width, height, min(rx, width / 2), min(ry, height / 2)))
    if element.tag == "circle":
        rx = ry = of("r")
    else:
        rx, ry = of("rx", of("ry")), of("ry", of("rx"))
    return Path(Ellipse(of("cx"), of("cy"), rx, ry)) if rx > 0 and ry > 0 else ()


def _segments(data: str) -> Iterator[Any]:
    """Yield svgelements' segments of path data, read up to each close on its own: at a close, svgelements walks back to
    the last move, so that a path of many closes and one move would take minutes."""
    from svgelements import Path

    move = ""
    for number, part in enumerate(_UP_TO_CLOSE.findall(data)):
        if number and re.match(r"[\s,]*+[^\s,A-Za-z]", part):
            raise ValueError("a number after a close")
        found = list(Path(move + part))
        yield from found[1:] if move else found
        if found and found[-1].end is not None:
            move = "M{!r} {!r}".format(*_pair(found[-1].end))


def _of_segments(segments: Iterable[Any]) -> Iterator[Run]:
    """Yield the subpaths that svgelements' segments make."""
    from svgelements import Arc, Close, CubicBezier, Line, Move, QuadraticBezier

    try:
        run: Run | None = None
        here = (0.0, 0.0)
        count = 0
        for segment in segments:
            count += 12 if isinstance(segment, Arc) else 1  # an arc becomes at most twelve curves
            if count > MAX_SEGMENTS:
                raise InkError(
                    f"This SVG file has more than {MAX_SEGMENTS:,} lines and curves, too many for a drawing."
                )
            if isinstance(segment, Move):
                if run is not None:
                    yield run
                here = _pair(segment.end)
                run = Run(here)
                continue
            if segment.end is None:
                continue
            if run is None or run.closed:  # after a close, the next line starts where the subpath started
                if run is not None:
                    yield run
                run = Run(here)
            end = _pair(segment.end)
            if isinstance(segment, CubicBezier):
                run.segments.append([_pair(segment.control1), _pair(segment.control2), end])
            elif isinstance(segment, QuadraticBezier):
                run.segments.append([_pair(segment.control), end])
            elif isinstance(segment, Arc):
                curves = list(segment.as_cubic_curves())
                run.segments += [[_pair(one.control1), _pair(one.control2), _pair(one.end)] for one in curves] or [
                    [end]
                ]
            elif isinstance(segment, Close):
                run.segments.append([end])
                run.closed = True
            elif isinstance(segment, Line):
                run.segments.append([end])
            here = end
        if run is not None:
            yield run
    except InkError:
        raise
    except (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError, OverflowError) as error:
        raise InkError("This SVG file has path data that cannot be read.") from error


def _pair(point: Any) -> tuple[float, float]:
    return float(point.x), float(point.y)


def moved(run: Run, transform: Points) -> Run:
    """Return the subpath after a transform."""
    points = [tuple(pair) for pair in (run.controls() @ transform[:, :2].T + transform[:, 2]).tolist()]
    result = Run(points[0], closed=run.closed)
    place = 1
    for segment in run.segments:
        result.segments.append(points[place : place + len(segment)])
        place += len(segment)
    return result


def flattened(run: Run, extent: float) -> Points:
    """Return the subpath as points, (P, 2). The longer a curve is, compared with the whole drawing (`extent`), the more
    points it gets."""
    parts = [np.array([run.start])]
    here = np.array(run.start)
    for segment in run.segments:
        controls = np.array([here, *segment])
        if len(segment) == 1:
            parts.append(controls[1:])
        else:
            parts.append(_curve(controls, extent))
        here = controls[-1]
    return np.concatenate(parts)


def _curve(controls: Points, extent: float) -> Points:
    way = float(np.hypot(*np.diff(controls, axis=0).T).sum())
    steps = int(np.clip(math.ceil(way / extent * _FINE) if extent > 0 else 1, 4, _MOST_STEPS))
    t = np.linspace(0.0, 1.0, steps + 1)[1:, None]
    if len(controls) == 3:
        weights: Sequence[Points] = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
    else:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    points: Points = sum(
        (weight * point for weight, point in zip(weights, controls, strict=True)), np.zeros((steps, 2))
    )
    points[-1] = controls[-1]
    return points
