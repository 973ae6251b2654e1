"""Picture: grey pixels, bounded, read-only, equal by value."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from glyphstudio.glyphs.picture import MAX_SIDE, Picture, PictureError


def grey(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def test_equal_by_value_and_hashable() -> None:
    assert Picture(grey(3, 4)) == Picture(grey(3, 4))
    assert len({Picture(grey(3, 4)), Picture(grey(3, 4)), Picture(grey(3, 4, 1))}) == 2
    assert Picture(np.zeros((2, 6), np.uint8)) != Picture(np.zeros((3, 4), np.uint8))
    assert Picture(grey(3, 4)) != "picture"


def test_pixels_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Picture(grey(3, 4)).grey[0, 0] = 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (7, 3), (300, 200)])
def test_png_keeps_every_pixel(shape: tuple[int, int]) -> None:
    picture = Picture(grey(*shape))
    image = Image.open(io.BytesIO(picture.to_png()))
    assert image.format == "PNG"
    assert Picture(np.array(image)) == picture


@pytest.mark.parametrize(
    "bad",
    [np.zeros((0, 5), np.uint8), np.zeros((5, 5, 3), np.uint8), np.zeros(5, np.uint8), np.zeros((5, 5), np.float32)],
)
def test_other_arrays_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(PictureError, match="at least one grey pixel"):
        Picture(bad)


def test_size_is_bounded() -> None:
    assert Picture(np.zeros((1, MAX_SIDE), np.uint8)).grey.shape == (1, MAX_SIDE)
    with pytest.raises(PictureError, match="4096 pixels wide and high"):
        Picture(np.zeros((1, MAX_SIDE + 1), np.uint8))
