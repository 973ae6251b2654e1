"""Places ink from other programs on the canvas and in time, since their units and clocks may be any."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.inkml.strokes import Piece

MARGIN = 0.1  # share of the canvas left free on the tighter sides
DOT_MM = 0.7  # a drawing this small is a pen's tip that trembled
DOT_STEPS = 2.0  # the same on a grid of whole numbers, if nothing says how long its steps are
STEP_MS = 10.0  # between points, if the file gives no times
PAUSE_MS = 100.0  # between strokes, if the file gives no times

Triple = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]


def fitted(strokes: Sequence[Piece]) -> list[NDArray[np.float64]]:
    """Return all x and y, moved and scaled so that the ink fills the canvas up to the margin; the aspect ratio stays.

    A dot becomes a point in the middle. If it filled the canvas, a trembling pen would draw a large shape.
    """
    usable = _finite(stroke.xy for stroke in strokes)
    if not len(usable):
        return [stroke.xy for stroke in strokes]
    extent = _extent(usable)
    scale = (1.0 - 2.0 * MARGIN) / extent if extent > 0 and not _is_dot(strokes) else 0.0
    centre = (usable.min(axis=0) + usable.max(axis=0)) / 2.0
    return [(stroke.xy - centre) * scale + 0.5 for stroke in strokes]


def _is_dot(strokes: Sequence[Piece]) -> bool:
    sizes = [stroke.mm for stroke in strokes if stroke.mm is not None]
    if len(sizes) == len(strokes):
        return _extent(_finite(sizes)) <= DOT_MM
    return all(stroke.grid for stroke in strokes) and _extent(_finite(one.counts for one in strokes)) <= DOT_STEPS


def _finite(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([xy[np.isfinite(xy).all(axis=1)] for xy in parts])


def _extent(xy: NDArray[np.float64]) -> float:
    return float(np.ptp(xy, axis=0).max()) if len(xy) else 0.0


def in_sequence(strokes: Sequence[Piece], places: Sequence[NDArray[np.float64]]) -> Iterator[Triple]:
    """Turn foreign times into one clock that starts at 0. A stroke that would start before the last one ended (because
    each has its own clock, or none) starts PAUSE_MS after it."""
    origin: float | None = None
    end = -PAUSE_MS
    for stroke, xy in zip(strokes, places, strict=True):
        if not len(stroke):
            continue
        t = stroke.t
        clock: NDArray[np.float64] = np.arange(len(xy), dtype=np.float64) * STEP_MS if t is None else t - t[0]
        begin = float(t[0]) if t is not None else stroke.offset
        if origin is None:
            origin = begin if math.isfinite(begin) else 0.0
        start = begin - origin
        if not math.isfinite(start) or start < max(end, 0.0):
            start = end + PAUSE_MS
        end = start + float(clock[-1])
        yield xy, clock + start, stroke.force
