"""Areas: the parts of ink that are wider than the pen, such as wedges, filled shapes and dots beside strokes.

Thinning turns every one of them into a point or a line. Here the pen's width is estimated, and what a disc of nearly
twice that width fits into is an area. An area is worn by half the pen's width, so that the renderer's own stroke,
drawn round what is left, restores it in proportion to the lines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_PEN = 0.3  # the share of the centre lines that the pen's width exceeds: wedges and brushes begin thin
_LINE = 2.5  # times as long as wide is a line at least
_THICKEST = 0.08  # share of a blot's longer side that its pen is wide at most
_COARSE = 1.5  # pixels: a line's width in pixels is a rough measure
_WIDER = 2.2  # times the pen's width: two strokes that meet at an angle are less wide


def worn_areas(mask: Mask, skeleton: Mask) -> Mask:
    """Return the pixels of the areas of `mask` (H, W), worn by half the pen's width. skeleton: its centre lines."""
    depth = inside(mask)
    widths = 2 * depth[skeleton] - 1
    if not len(widths):
        return np.zeros_like(mask)
    pen = max(float(np.quantile(widths, _PEN)), 1.0)
    if len(widths) < _LINE * float(np.median(widths)):  # hardly longer than it is wide: a blot, not a line
        pen = min(pen, _THICKEST * max(mask.shape))
    least = (_WIDER * pen + _COARSE + 1) / 2
    seeds = depth > least
    if not seeds.any():
        return seeds
    near = inside(~seeds) <= least
    worn: Mask = near & (2 * depth - 1 > pen)
    return worn


def inside(mask: Mask) -> NDArray[np.float64]:
    """Return each pixel's distance (pixels) to the nearest one outside the mask, which lies all round: the exact
    Euclidean distance, first down the columns, then along the rows (Felzenszwalb and Huttenlocher, 2012)."""
    padded = np.pad(mask, 1)
    down = _distance_down(padded)
    squared = down**2
    best = squared.copy()
    for step in range(1, int(down.max()) + 1):
        if step * step >= best.max():
            break
        np.minimum(best[:, step:], squared[:, :-step] + step * step, out=best[:, step:])
        np.minimum(best[:, :-step], squared[:, step:] + step * step, out=best[:, :-step])
    return np.sqrt(best[1:-1, 1:-1])


def _distance_down(mask: Mask) -> NDArray[np.float64]:
    """Return the distance to the nearest pixel outside in the same column."""
    rows = np.arange(mask.shape[0])[:, None]
    above = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(mask, mask.shape[0], rows)[::-1], axis=0)[::-1]
    return np.minimum(rows - above, below - rows).astype(np.float64)
