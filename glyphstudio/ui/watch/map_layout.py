"""Lays out the map: converts places to pixels, and finds the pictures and names that have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF

Places = NDArray[np.float64]  # (N, 2)


@dataclass(frozen=True)
class Sight:
    """The visible part of the map: the place in its middle, and the pixels per unit. The second axis points up."""

    x: float
    y: float
    scale: float

    @staticmethod
    def of_all(places: Places, size: QSizeF, margin: float) -> Sight:
        """Return the sight of all (N, 2) places with `margin` pixels around them."""
        low, high = places.min(0), places.max(0)
        width, height = max(size.width() - 2 * margin, 1.0), max(size.height() - 2 * margin, 1.0)
        spans = np.maximum(high - low, 1e-9)
        scale = float(min(width / spans[0], height / spans[1]))
        middle = (low + high) / 2
        return Sight(float(middle[0]), float(middle[1]), min(scale, 1e6))

    def pixels(self, places: Places, size: QSizeF) -> Places:
        """Return the (N, 2) pixels of (N, 2) places; y points down."""
        centre = np.array([size.width() / 2, size.height() / 2])
        pixels: Places = (places - [self.x, self.y]) * [self.scale, -self.scale] + centre
        return pixels

    def moved(self, by: QPointF) -> Sight:
        """Return the sight after dragging the map by `by` pixels."""
        return Sight(self.x - by.x() / self.scale, self.y + by.y() / self.scale, self.scale)

    def zoomed(self, factor: float, at: QPointF, size: QSizeF) -> Sight:
        """Return the sight after zooming by `factor`; the place under the pixel `at` stays there."""
        across, down = at.x() - size.width() / 2, at.y() - size.height() / 2
        scale = self.scale * factor
        return Sight(self.x + across / self.scale - across / scale, self.y - down / self.scale + down / scale, scale)


def with_room(pixels: Places, side: float) -> list[int]:
    """Return the indices of the squares, of `side` around the (N, 2) pixels, that hide little of each other.

    Earlier squares have precedence. A grid of cells as large as a square handles a thousand squares in milliseconds.
    """
    near = 0.85 * side
    grid: dict[tuple[int, int], list[tuple[float, float]]] = {}
    chosen: list[int] = []
    for index, (x, y) in enumerate(pixels.tolist()):
        column, row = int(x // side), int(y // side)
        around = (
            other
            for across in (column - 1, column, column + 1)
            for down in (row - 1, row, row + 1)
            for other in grid.get((across, down), ())
        )
        if not any(abs(x - a) < near and abs(y - b) < near for a, b in around):
            grid.setdefault((column, row), []).append((x, y))
            chosen.append(index)
    return chosen


def names_with_room(boxes: Sequence[QRectF], taken: Sequence[QRectF]) -> list[int]:
    """Return the indices of the boxes that overlap neither `taken` nor an earlier box."""
    full = np.empty((len(taken) + len(boxes), 4))  # left, top, right, bottom
    for index, box in enumerate(taken):
        full[index] = box.left(), box.top(), box.right(), box.bottom()
    count, chosen = len(taken), []
    for index, box in enumerate(boxes):
        left, top, right, bottom = edges = (box.left(), box.top(), box.right(), box.bottom())
        others = full[:count]
        hits = (others[:, 0] < right) & (others[:, 2] > left) & (others[:, 1] < bottom) & (others[:, 3] > top)
        if not hits.any():
            full[count] = edges
            count += 1
            chosen.append(index)
    return chosen
