"""The connected parts of a mask, and how wide its lines are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def line_width(mask: NDArray[np.bool_]) -> float:
    """Return the strokes' width in pixels: the area over half the outline, as for a long bar."""
    padded = np.pad(mask, 1)
    edge = int((padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum())
    return 2.0 * int(mask.sum()) / max(edge, 1)


def components(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Label the 8-connected parts of `mask` 1.., and the rest 0, by joining the runs of each row to those above."""
    height, width = mask.shape
    flat = np.zeros((height, width + 2), np.int8)
    flat[:, 1:-1] = mask
    change = np.diff(flat, axis=1)
    row_of, start = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)  # exclusive
    parent = np.arange(len(row_of))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = int(parent[run])
        return run

    first = np.searchsorted(row_of, np.arange(height + 1))
    for row in range(1, height):
        above, here = int(first[row - 1]), int(first[row])
        while above < first[row] and here < first[row + 1]:
            if start[here] <= end[above] and start[above] <= end[here]:
                parent[root(here)] = root(above)
            if end[above] < end[here]:
                above += 1
            else:
                here += 1
    roots = np.array([root(run) for run in range(len(row_of))], np.int64)
    _, label = np.unique(roots, return_inverse=True)
    labels = np.zeros(mask.shape, np.int64)
    labels[mask] = np.repeat(label + 1, end - start)
    return labels
