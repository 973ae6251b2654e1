"""A few invented glyphs for the tests of the window, as ink."""

from __future__ import annotations

import numpy as np

from glyphstudio.glyphs.ink import Ink


def line(*points: tuple[float, float], count: int = 24) -> np.ndarray:
    """Points evenly along a polyline."""
    corners = np.array(points, dtype=float)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, corners[:, axis]) for axis in range(2)], axis=1)


def ring(x: float = 0.5, y: float = 0.5, radius: float = 0.3, count: int = 40) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, count)
    return np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], axis=1)


CROSS = Ink.of([line((0.2, 0.2), (0.8, 0.8)), line((0.8, 0.2), (0.2, 0.8))])
CROSS_AGAIN = Ink.of([line((0.25, 0.2), (0.8, 0.75)), line((0.8, 0.25), (0.2, 0.8))])
RING = Ink.of([ring()])
RING_AGAIN = Ink.of([ring(0.48, 0.52, 0.27)])
STAIR = Ink.of([line((0.2, 0.2), (0.5, 0.2), (0.5, 0.5), (0.8, 0.5), (0.8, 0.8))])
GATE = Ink.of([line((0.2, 0.8), (0.2, 0.2), (0.8, 0.2), (0.8, 0.8))])
BARS = Ink.of([line((0.3, 0.2), (0.3, 0.8)), line((0.5, 0.2), (0.5, 0.8)), line((0.7, 0.2), (0.7, 0.8))])
HOOK = Ink.of([line((0.6, 0.2), (0.6, 0.7), (0.4, 0.8), (0.3, 0.7))])
