"""Two kinds of marks: the pen's, and a paler print, a stain, or the back's writing that shows through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.parts import Mask, grown, line_width
from glyphstudio.glyphs.scan.rank import Shades, lightest

_BROAD = 0.05  # share of the longer side: lines as broad are a close-up's
_BETWEEN = 0.1  # share of the marks between the two kinds: more, and they are one
_FEW = 0.04  # share of the marks: fewer pale ones are no kind
_LEAST = 30  # pixels: fewer dark ones are no drawing
_SPREAD = 1.5  # times the area of the dark marks: pale ones that lie on more are a print
_STAIN = 0.35  # ratio of two kinds of marks: a stain is that much paler
_PALE = 0.6  # ratio of two kinds of marks: so different are a pale print and a pen


def dark_marks(mask: Mask, contrast: Shades, threshold: float, *, stains: bool) -> Mask | None:
    """Return the dark ones of the marks, if there are two kinds, and the pale kind is spread wider over the sheet, as a
    print or the back's writing is, or (with `stains`) is much paler and lies apart; else None."""
    peaks = lightest(np.where(mask, contrast, 0), 5)[mask]
    if len(peaks) < 50:
        return None
    split = _otsu(peaks)
    pale, dark = peaks <= split, peaks > split
    if pale.mean() < _FEW or dark.sum() < _LEAST:
        return None
    low, high = float(np.median(peaks[pale])), float(np.median(peaks[dark]))
    between = np.abs(peaks - (low + high) / 2) < 0.15 * (high - low)
    if low > _PALE * high or between.mean() > _BETWEEN:
        return None
    is_dark = np.zeros_like(mask)
    is_dark[mask] = dark
    is_pale = mask & ~is_dark
    if line_width(is_pale) > _BROAD * max(mask.shape):
        return None
    apart = stains and low < _STAIN * high and not (grown(is_pale, 2) & is_dark).any()
    if not apart and _extent(is_pale) < _SPREAD * _extent(is_dark):
        return None
    middle = max((low + high) / 2, threshold)
    # The flanks of the dark strokes belong to them.
    return mask & grown(contrast > middle) & (contrast > max(threshold, 0.5 * (middle + low)))


def _extent(mask: Mask) -> float:
    """Return the area in which nearly all of the mask lies, pixels."""
    y, x = np.nonzero(mask)
    if not len(y):
        return 0.0
    (top, bottom), (left, right) = np.quantile(y, [0.02, 0.98]), np.quantile(x, [0.02, 0.98])
    return float((bottom - top + 1) * (right - left + 1))


def _otsu(values: NDArray[np.float32]) -> float:
    """Return the value that parts two kinds best (Otsu, 1979)."""
    counts, edges = np.histogram(values, 64)
    below = np.cumsum(counts)[:-1]
    total = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    above = below[-1] + counts[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = total[:-1] / below - (total[-1] - total[:-1]) / above
        between = np.nan_to_num(below * above * apart**2)
    return float(edges[1:-1][between.argmax()])
