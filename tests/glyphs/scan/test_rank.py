"""Running medians."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from glyphstudio.glyphs.scan.rank import median


@pytest.mark.parametrize("shape", [(3, 3), (3, 40), (101, 7), (48, 64)])
def test_the_median_is_that_of_pillow(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(median(grey), np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3))))
