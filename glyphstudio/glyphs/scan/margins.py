"""Marks in the sheet's margin that are no part of the drawing: punched holes, crop marks, a line, a page number.

They lie in the margin alone, away from the drawing. A drawing that reaches the margin keeps its dots there, unless
several are alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.parts import Mask, Whole, parts_of

_MARGIN = 0.08  # share of the sheet's side
_SHEET = 200  # pixels: a smaller picture is a drawing cut out already
_AWAY = 0.25  # share of the drawing's longer side: marks as far from it are not its own
_ALIKE = 3  # as many marks of the same size are printed, or punched
_SAME = 0.5  # share of their median area that alike marks may differ by
_LEAST = 0.02  # share of the picture's longer side: a smaller part is a speck


def without_margin(mask: Mask, page: Mask) -> tuple[Mask, bool]:
    """Return the mask without marks that lie in the sheet's margin alone, and whether there were any."""
    if max(mask.shape) < _SHEET or not page.any():
        return mask, False
    rows, columns = np.flatnonzero(page.any(axis=1)), np.flatnonzero(page.any(axis=0))
    low = np.array([columns[0], rows[0]])
    high = np.array([columns[-1] + 1, rows[-1] + 1])
    band = _MARGIN * (high - low)
    parts = parts_of(mask)
    starts, ends = parts.boxes[:, :2], parts.boxes[:, 2:]
    margin = ((ends <= low + band) | (starts >= high - band)).any(axis=1)
    longer = (ends - starts).max(axis=1, initial=0)
    core = ~margin
    if not margin.any() or longer[core].max(initial=0) <= _LEAST * max(mask.shape):
        return mask, False
    first, last = starts[core].min(axis=0), ends[core].max(axis=0)
    size = float((last - first).max())
    away = np.maximum(np.maximum(first - ends, starts - last), 0).max(axis=1) > _AWAY * size
    dropped = margin & (away | _alike(parts.areas, margin) | (longer > size))
    return mask & ~np.concatenate([[False], dropped])[parts.labels], bool(dropped.any())


def _alike(areas: Whole, margin: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which parts are among several of the same size in the margin."""
    usual = float(np.median(areas[margin]))
    alike = margin & (np.abs(areas - usual) <= _SAME * usual)
    return alike if alike.sum() >= _ALIKE else np.zeros_like(margin)
