"""Finding the ink: its threshold, its polarity, and paper without ink."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphstudio.glyphs.paper import ink_mask, ink_threshold
from glyphstudio.glyphs.parts import parts_of
from glyphstudio.glyphs.picture import Picture, PictureError
from tests.glyphs.making import BOX, GLYPHS, WAVE, drawn, photographed

RNG = np.random.default_rng


@given(st.integers(0, 1000), st.floats(0.02, 0.3), st.floats(0.4, 1.0), st.floats(0.0, 0.02))
@settings(max_examples=60, deadline=None)
def test_the_threshold_parts_ink_from_grainy_paper(seed: int, share: float, ink: float, grain: float) -> None:
    rng = RNG(seed)
    is_ink = rng.random((60, 60)) < share
    contrast = (np.where(is_ink, ink, 0) + rng.normal(0, grain, is_ink.shape)).astype(np.float32)
    threshold = ink_threshold(contrast)
    assert ((contrast > threshold) == is_ink).mean() > 0.999
    if grain == 0:
        assert threshold == pytest.approx(max(ink / 2, 0.12))


@pytest.mark.parametrize("grain", [0.0, 0.01, 0.05, 0.2])
def test_grain_alone_stays_below_the_threshold(grain: float) -> None:
    contrast = RNG(0).normal(0, grain, (300, 300)).astype(np.float32)
    assert (contrast > ink_threshold(contrast)).sum() <= 2


@pytest.mark.parametrize("name", GLYPHS)
def test_a_clean_mask_is_the_ink_cropped(name: str) -> None:
    grey = drawn(GLYPHS[name], 110, 4)
    ink = grey < 128
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    mask = ink_mask(Picture(grey))
    expected = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert max(abs(mask.shape[0] - expected.shape[0]), abs(mask.shape[1] - expected.shape[1])) <= 1
    assert mask.sum() == pytest.approx(expected.sum(), rel=0.05)


@pytest.mark.parametrize("size", [40, 105, 300, 512])
def test_light_ink_on_dark_paper_is_found_too(size: int) -> None:
    grey = drawn(WAVE, size, max(size / 40, 1.5))
    assert np.array_equal(ink_mask(Picture(grey)), ink_mask(Picture(255 - grey)))


@pytest.mark.parametrize("share", [0.3, 0.45, 0.55, 0.65])
def test_a_blot_over_half_of_the_picture_is_ink_when_paper_is_at_the_border(share: float) -> None:
    side = round(200 * share**0.5)
    grey = np.full((200, 200), 255, np.uint8)
    low = (200 - side) // 2
    grey[low : low + side, low : low + side] = 0
    for polarity in (grey, 255 - grey):
        mask = ink_mask(Picture(polarity))
        assert mask.all(), "the mask is not the full square but the area around it"


@pytest.mark.parametrize("pen", [1, 2, 3])
@pytest.mark.parametrize("size", [200, 512, 700, 1500])
def test_a_thin_line_does_not_break(size: int, pen: int) -> None:
    diagonal = [[(0.1 + 0.8 * i / 50, 0.2 + 0.6 * i / 50) for i in range(51)]]
    mask = ink_mask(Picture(drawn(diagonal, size, pen)))
    assert len(parts_of(mask)) == 1
    assert mask.any(0).all()


def test_specks_are_not_ink() -> None:
    clean = drawn(BOX, 300, 12)
    dusty = clean.copy()
    for y, x in RNG(3).integers(0, 299, (60, 2)):
        dusty[y : y + 2, x : x + 2] = 0
    assert ink_mask(Picture(dusty)).shape == ink_mask(Picture(clean)).shape


def test_a_photo_s_mask_is_one_part_for_each_part_of_the_drawing() -> None:
    for light in (0.0, 0.3, 0.6):
        assert len(parts_of(ink_mask(photographed(BOX, 600, 10, light=light)))) == 1


def no_ink(grey: np.ndarray) -> None:
    with pytest.raises(PictureError, match=r"No ink was found in the picture\. Use one"):
        ink_mask(Picture(grey))


@pytest.mark.parametrize("shade", [0, 1, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 3), (105, 105), (700, 900)])
def test_blank_paper_holds_no_ink(shade: int, shape: tuple[int, int]) -> None:
    no_ink(np.full(shape, shade, np.uint8))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [5, 40, 105, 800])
def test_paper_of_two_shades_hardly_apart_holds_no_ink(size: int) -> None:
    grey = np.full((size, size), 200, np.uint8)
    grey[size // 2, size // 2] = 199
    no_ink(grey)


@pytest.mark.parametrize("size", [60, 105, 300, 800, 1500])
@pytest.mark.parametrize("light", [0.0, 0.5])
@pytest.mark.parametrize("grain", [0.005, 0.02, 0.03])
def test_a_photo_of_empty_paper_holds_no_ink(size: int, light: float, grain: float) -> None:
    no_ink(photographed([], size, 5, light=light, grain=grain, texture=0.01).grey)


@pytest.mark.parametrize("size", [20, 105, 700])
def test_noise_holds_no_ink(size: int) -> None:
    no_ink(RNG(1).integers(0, 256, (size, size), dtype=np.uint8))


def test_a_lone_pixel_is_a_dot() -> None:
    grey = np.full((50, 50), 255, np.uint8)
    grey[10, 30] = 0
    assert ink_mask(Picture(grey)).shape == (1, 1)


@pytest.mark.filterwarnings("error")
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32), st.integers(1, 256))
@settings(max_examples=60, deadline=None)
def test_any_picture_is_a_mask_or_a_sentence(height: int, width: int, seed: int, shades: int) -> None:
    grey = (RNG(seed).integers(0, shades, (height, width)) * (255 // max(shades - 1, 1))).astype(np.uint8)
    try:
        mask = ink_mask(Picture(grey))
    except PictureError:
        return
    assert mask[0].any() and mask[-1].any()
    assert mask[:, 0].any() and mask[:, -1].any()
    assert mask.shape[0] <= height
    assert mask.shape[1] <= width
