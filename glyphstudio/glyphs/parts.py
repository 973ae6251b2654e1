"""The connected parts of a mask, labelled without a loop over pixels or runs; how wide its lines are; growing it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Parts:
    """The 8-connected parts of a mask.

    labels: (H, W) int32, 0 on paper, part i is i + 1. boxes: (N, 4), left, top, right, bottom in pixels, right and
    bottom exclusive. areas: (N,) pixels.
    """

    labels: NDArray[np.int32]
    boxes: Whole
    areas: Whole

    def __len__(self) -> int:
        return len(self.areas)


def parts_of(mask: Mask) -> Parts:
    """Return the parts of `mask` (H, W), in the order of their first pixels."""
    height, width = mask.shape
    edges = np.zeros((height, width + 2), np.int8)
    edges[:, 1:-1] = mask
    change = np.diff(edges, axis=1)
    row, start = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]  # exclusive
    part = _joined(row, start, end, width)
    count = int(part.max()) + 1 if len(part) else 0
    boxes = np.zeros((count, 4), np.int64)
    boxes[:, :2] = max(height, width)
    np.minimum.at(boxes[:, 0], part, start)
    np.minimum.at(boxes[:, 1], part, row)
    np.maximum.at(boxes[:, 2], part, end)
    np.maximum.at(boxes[:, 3], part, row + 1)
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(part + 1, end - start)
    return Parts(labels, boxes, np.bincount(part, end - start, count).astype(np.int64))


def _joined(row: Whole, start: Whole, end: Whole, width: int) -> Whole:
    """Return the part (0..) of each run of ink. Runs touch if they are in neighbouring rows and overlap, also by a
    corner."""
    step = width + 2  # a run's key grows from row to row, so one search finds the runs that touch it in the row above
    first = np.searchsorted(row * step + end, (row - 1) * step + start, side="left")
    last = np.searchsorted(row * step + start, (row - 1) * step + end, side="right")
    touching = np.maximum(last - first, 0)
    below = np.repeat(np.arange(len(row)), touching)
    offset = np.arange(len(below)) - np.repeat(np.cumsum(touching) - touching, touching)
    above = first[below] + offset
    return smallest_members(len(row), below, above)


def smallest_members(count: int, one: Whole, other: Whole) -> Whole:
    """Return the group 0.. of each of `count` things, if `one[i]` and `other[i]` are in the same group."""
    root = np.arange(count)
    while len(one):
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = low != high
        if not apart.any():
            break
        one, other = one[apart], other[apart]
        np.minimum.at(root, high[apart], low[apart])
        while True:  # every thing points at its group's smallest member
            shorter = root[root]
            if np.array_equal(shorter, root):
                break
            root = shorter
    found: Whole = np.unique(root, return_inverse=True)[1]
    return found


def line_width(mask: Mask) -> float:
    """Return the strokes' width in pixels: the area over half the outline, as for a long bar."""
    padded = np.pad(mask, 1)
    edge = int((padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum())
    return 2.0 * int(mask.sum()) / max(edge, 1)


def grown(mask: Mask, by: int = 1) -> Mask:
    """Return `mask` with `by` more pixels on each side."""
    for axis in (0, 1):
        reach = [(0, 0), (0, 0)]
        reach[axis] = (by, by)
        # The sum over a window of 2 * by + 1 pixels, as the difference of two running sums.
        total = np.cumsum(np.pad(mask, reach), axis=axis, dtype=np.int32)
        total = np.insert(total, 0, 0, axis=axis)
        side = 2 * by + 1
        mask = (total[side:] != total[:-side]) if axis == 0 else (total[:, side:] != total[:, :-side])
    return mask
