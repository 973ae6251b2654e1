"""Tells whether two glyphs look alike, by blurred bitmaps; and seeds of glyphs."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Blurred = NDArray[np.float64]


def blurred(bitmap: NDArray[np.floating]) -> Blurred:
    """Return a bitmap (S, S) in a quarter of its resolution, as a vector of length one without its own mean. The scalar
    product of two is their correlation."""
    side = len(bitmap) // 4
    small = bitmap[: side * 4, : side * 4].astype(np.float64).reshape(side, 4, side, 4).mean((1, 3)).ravel()
    small -= small.mean()
    normal: Blurred = small / max(float(np.linalg.norm(small)), 1e-9)
    return normal


def generator_of(name: str, *numbers: int) -> np.random.Generator:
    """Return the generator of one glyph or drawing, so that it is the same whatever else is made."""
    word = int.from_bytes(hashlib.sha256(name.encode(errors="surrogateescape")).digest()[:8], "little")
    return np.random.default_rng([word, *numbers])


def packed(bitmap: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a bitmap in the form that `Drawings` has."""
    return np.round(bitmap * 255).astype(np.uint8)
