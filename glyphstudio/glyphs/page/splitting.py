"""Splits one cell into two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.page.cell import Cell, trimmed
from glyphstudio.glyphs.parts import Mask, parts_of

_ENDS = 0.2  # of a cell's side: a single stroke is not cut nearer to its ends


def split(cell: Cell) -> tuple[Cell, Cell] | None:
    """Return the two halves of a cell, the left or upper one first; None if it cannot be cut.

    The cut goes through the widest empty band. Without one, parts that interlock come apart, and a single part is cut
    where it is thinnest.
    """
    first = _by_band(cell.ink)
    if first is None:
        first = _by_part(cell.ink)
    if first is None:
        first = _by_thinnest(cell.ink)
    left, top = cell.box[:2]
    halves = trimmed(first, left, top), trimmed(cell.ink & ~first, left, top)
    if halves[0] is None or halves[1] is None:
        return None
    a, b = sorted((halves[0], halves[1]), key=lambda half: half.middle)
    return a, b


def _by_band(ink: Mask) -> Mask | None:
    best: tuple[int, int, int] | None = None  # width, axis, where
    for axis in (0, 1):
        start, stop = _widest_gap(np.asarray(ink.any(axis)))
        if stop > start and (best is None or stop - start > best[0]):
            best = stop - start, axis, start
    return None if best is None else _before(ink, best[1], best[2])


def _widest_gap(covered: NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and stop of the longest run that is not covered, between two that are; 0, 0 if there is none."""
    at = np.flatnonzero(covered)
    gaps = np.diff(at)
    if not len(gaps) or gaps.max() < 2:
        return 0, 0
    widest = int(gaps.argmax())
    return int(at[widest]) + 1, int(at[widest + 1])


def _by_part(ink: Mask) -> Mask | None:
    """Return the ink of the largest part, and of the parts that are nearer to it than to the second largest."""
    parts = parts_of(ink)
    if len(parts) < 2:
        return None
    one, other = np.argsort(-parts.areas)[:2]
    middles = (parts.boxes[:, :2] + parts.boxes[:, 2:]) / 2
    to_one, to_other = (np.linalg.norm(middles - middles[part], axis=1) for part in (one, other))
    chosen: Mask = np.isin(parts.labels, np.flatnonzero(to_one <= to_other) + 1)
    return chosen


def _by_thinnest(ink: Mask) -> Mask:
    """Cut across the longer side."""
    axis = 0 if ink.shape[1] >= ink.shape[0] else 1
    counts = ink.sum(axis)
    ends = min(max(round(_ENDS * len(counts)), 1), (len(counts) - 1) // 2)
    middle = counts[ends : len(counts) - ends]
    return _before(ink, axis, ends + int(middle.argmin()))


def _before(ink: Mask, axis: int, at: int) -> Mask:
    """Return the ink left of column `at` (axis 0) or above row `at` (axis 1)."""
    half = ink.copy()
    if axis == 0:
        half[:, at:] = False
    else:
        half[at:] = False
    return half
