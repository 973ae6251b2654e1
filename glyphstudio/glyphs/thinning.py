"""Thinning: reduces a mask's ink to lines one pixel wide.

Zhang and Suen (1984), "A fast parallel algorithm for thinning digital patterns", Communications of the ACM 27(3). A
table over the eight neighbours holds the two conditions of each half step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The paper's neighbours P2..P9: clockwise from the north, as (dy, dx).
_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def _deletable(first: bool) -> NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    for code in range(256):
        p = [(code >> bit) & 1 for bit in range(8)]  # P2, P3, ... P9
        neighbours = sum(p)
        rises = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
        north, east, south, west = p[0], p[2], p[4], p[6]
        open_side = (
            north * east * south == 0 and east * south * west == 0
            if first
            else north * east * west == 0 and north * south * west == 0
        )
        table[code] = 2 <= neighbours <= 6 and rises == 1 and open_side
    return table


_TABLES = (_deletable(first=True), _deletable(first=False))


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the skeleton of `mask` (H, W): one pixel wide and connected like the mask; a blob becomes a point or a
    line."""
    ink = np.pad(mask, 2).astype(np.uint8)
    inner = ink[1:-1, 1:-1]  # the mask with a free rim of one pixel
    height, width = inner.shape
    while True:
        worn = 0
        for table in _TABLES:
            code = np.zeros((height, width), np.uint8)
            for bit, (dy, dx) in enumerate(_AROUND):
                code |= ink[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] << bit
            gone = table[code] & (inner != 0)
            gone[:-1, :-1] &= ~_lone_square(np.where(inner, code, 0))
            inner[gone] = 0
            worn += int(gone.sum())
        if not worn:
            return inner[1:-1, 1:-1].astype(np.bool_)


def _lone_square(code: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the north-west pixels of 2 x 2 squares that have no other neighbours. The paper's conditions would delete
    all four at once, and any round dot can end as such a square, so this pixel stays."""
    north_west, north_east, south_west, south_east = 0b00011100, 0b01110000, 0b00000111, 0b11000001
    lone: NDArray[np.bool_] = (
        (code[:-1, :-1] == north_west)
        & (code[:-1, 1:] == north_east)
        & (code[1:, :-1] == south_west)
        & (code[1:, 1:] == south_east)
    )
    return lone
