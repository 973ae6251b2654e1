"""Turns drawn traces into strokes of numbers: coordinates on one canvas, times in ms, pressures in 0..1."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import MAX_POINTS, InkError
from glyphstudio.glyphs.inkml.channels import Format, Steps, number, steps
from glyphstudio.glyphs.inkml.contexts import Context, Contexts, Meaning
from glyphstudio.glyphs.inkml.drawn import Drawn
from glyphstudio.glyphs.inkml.points import points

Values = NDArray[np.float64]

_FAR = 1e30  # far larger than any tablet, and small enough that sums and squares stay finite
_TIME_UNITS = {"ms": 1.0, "s": 1000.0, "us": 1e-3, "µs": 1e-3, "ns": 1e-6, "min": 60_000.0, "h": 3_600_000.0}


@dataclass(frozen=True, eq=False)
class Piece:
    """One stroke of a file. x and y that the file does not report are NaN.

    xy: (P, 2), in one unit for all strokes. t: (P,) ms, and force: (P,) in 0..1, or None. counts: (P, 2), the values
    as they are in the file. grid: whether these are on a grid of whole numbers. mm: (P, 2), or None if the size is not
    known. offset: when the stroke starts, in ms, NaN if the file does not say.
    """

    xy: Values
    t: Values | None
    force: Values | None
    counts: Values
    grid: bool
    mm: Values | None
    offset: float = math.nan

    def __len__(self) -> int:
        return len(self.xy)

    def then(self, other: Piece) -> Piece:
        """Return this stroke, continued by the other one."""
        return replace(
            self,
            xy=np.concatenate([self.xy, other.xy]),
            t=_both(self.t, other.t),
            force=_both(self.force, other.force),
            counts=np.concatenate([self.counts, other.counts]),
            grid=self.grid and other.grid,
            mm=_both(self.mm, other.mm),
        )


def _both(first: Values | None, second: Values | None) -> Values | None:
    return None if first is None or second is None else np.concatenate([first, second])


def pieces(traces: Sequence[Drawn], contexts: Contexts) -> list[Piece]:
    """Return a stroke for every trace, with continuations appended to the trace that they continue.

    Raises InkError, with the stroke's and the point's number, for text that is not points of the trace's channels.
    """
    tables = list(_tables(traces, contexts))
    whole: dict[Context, bool] = {}
    for one, table in zip(traces, tables, strict=True):
        whole[one.context] = whole.get(one.context, True) and _is_whole(table)
    lengths = {context: _steps(contexts.meaning(context), all_whole) for context, all_whole in whole.items()}
    known = next((found for found in lengths.values() if found.physical), Steps())
    result: list[Piece] = []
    place: dict[str, int] = {}
    for one, table in zip(traces, tables, strict=True):
        length = lengths[one.context]
        made = _piece(one, table, contexts.meaning(one.context), known if length == Steps() else length)
        about = one.trace.about
        target = len(result)
        if about.get("continuation", "").strip() in ("middle", "end"):
            prior = about.get("priorRef", "").rpartition("#")[2].strip()
            target = place.get(prior, target) if prior else max(target - 1, 0)
        if target < len(result):
            result[target] = result[target].then(made)
        else:
            result.append(made)
        if "id" in about:
            place[about["id"].strip()] = target
    return result


def _tables(traces: Sequence[Drawn], contexts: Contexts) -> Iterator[Values]:
    """Yield the values of X, Y, T and F of every point that is drawn, (P, 4) a trace."""
    left = MAX_POINTS
    for index, one in enumerate(traces, 1):
        channels = contexts.meaning(one.context).format
        where = [channels.place(name) for name in "XYTF"]
        if min(where[:2]) < 0:
            raise InkError(
                f"Stroke {index} of this InkML file has no X and Y channel: export the drawing with coordinates."
            )
        text = "".join(one.trace.text)
        if text.count(",") > left:
            raise InkError(f"A drawing may have at most {MAX_POINTS:,} points; this one has more.")
        try:
            rows = list(points(text, channels, where))
        except InkError as error:
            raise InkError(f"Stroke {index} of this InkML file {error}") from error
        left -= len(rows)
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        table[np.isfinite(table)] = np.clip(table[np.isfinite(table)], -_FAR, _FAR)
        yield table[one.first : None if one.last is None else one.last + 1]


def _is_whole(table: Values) -> bool:
    values = table[:, :2][np.isfinite(table[:, :2])]
    return bool((values == np.round(values)).all())


def _steps(meaning: Meaning, whole: bool) -> Steps:
    try:
        return steps(meaning.format, meaning.resolutions, whole)
    except InkError:
        if meaning.affine is None:
            raise
        return Steps()  # the map to the canvas says what they are on it


def _piece(one: Drawn, table: Values, meaning: Meaning, length: Steps) -> Piece:
    counts = table[:, :2]
    channels = meaning.format
    values = counts * meaning.scales + meaning.shifts
    measured = values * [length.x, length.y]
    xy = measured * _signs(channels)
    mm = measured if length.physical else None
    if meaning.affine is not None:
        canvas = meaning.canvas_steps
        xy = (values @ meaning.affine[:, :2].T + meaning.affine[:, 2]) * _signs(meaning.canvas) * [canvas.x, canvas.y]
        mm = xy if canvas.physical else mm
    t = force = None
    if channels.place("T") >= 0:
        unit = channels.channels[channels.place("T")].unit
        t = _forward(table[:, 2] * _TIME_UNITS.get(unit, 1.0))
        if t is not None and not (np.isfinite(t).all() and (np.diff(t) >= 0).all()):
            t = None  # a channel that runs backwards, or has gaps at the start, is no clock
    if channels.place("F") >= 0:
        force = _pressure(_forward(table[:, 3]), channels.channels[channels.place("F")].top)
    grid = _on_grid(counts, "".join(one.trace.text), channels)
    return Piece(xy, t, force, counts, grid, mm, number(one.trace.about.get("timeOffset", "")))


def _signs(channels: Format) -> list[float]:
    return [channels.channels[channels.place(name)].sign for name in "XY"]


def _on_grid(counts: Values, text: str, channels: Format) -> bool:
    """Return whether x and y are counts of steps. 0.0 and 1.0 are more likely shares of a canvas; 5001.0 is not."""
    if not _is_whole(counts):
        return False
    integers = all(channels.channels[channels.place(name)].counts for name in "XY")
    return integers or "." not in text or float(np.nan_to_num(np.abs(counts)).max(initial=0.0)) > 2.0


def _pressure(force: Values | None, top: float) -> Values | None:
    if force is None or not np.isfinite(force).all():
        return None
    if not (math.isfinite(top) and top > 0):
        top = max(1.0, float(force.max(initial=0.0)))
    return np.clip(force / top, 0.0, 1.0)


def _forward(values: Values) -> Values | None:
    """Fill every gap with the value before it; return None if there are only gaps."""
    known = np.isfinite(values)
    if not known.any():
        return None
    index = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return values[index]
