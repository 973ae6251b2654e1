"""Areas wider than the pen stay filled; lines of any pen, their corners and crossings, are no areas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from glyphstudio.glyphs.areas import inside, worn_areas
from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import Bitmap, RenderStyle, render_picture
from glyphstudio.glyphs.thinning import thin
from tests.glyphs.making import GLYPHS, alike, drawn

SHAPES = ("disc", "square", "diamond", "star", "triangle-up", "triangle-down", "wedge-left", "wedge-right")


@given(st.integers(0, 2**32), st.integers(1, 14), st.integers(1, 14), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_the_distance_is_that_to_the_nearest_pixel_outside(seed: int, height: int, width: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    outside = np.argwhere(~np.pad(mask, 1)) - 1
    expected = [
        [np.hypot(*(outside - (y, x)).T).min() if mask[y, x] else 0.0 for x in range(width)] for y in range(height)
    ]
    assert np.allclose(inside(mask), expected)


def shape(name: str) -> Bitmap:
    picture = load_drawing(Path(__file__).parents[1] / "cases" / "solid-shapes" / f"{name}.png")
    assert isinstance(picture, Picture)
    return render_picture(picture)


def test_solid_shapes_are_told_apart() -> None:
    first, again = ([shape(name + suffix) for name in SHAPES] for suffix in ("", "-again"))
    nearest = [int(np.argmin([((one - other) ** 2).sum() for other in first])) for one in again]
    assert nearest == list(range(len(SHAPES)))


@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize("pen", [3, 8, 16])
def test_lines_of_any_pen_are_no_areas(name: str, pen: int) -> None:
    mask = drawn(GLYPHS[name], 200, pen) < 128
    assert not worn_areas(mask, thin(mask)).any()


def picture_of(*dots: tuple[int, int, int]) -> Picture:
    """A line 6 pixels wide, and dots (x, y, radius)."""
    image = Image.new("L", (240, 240), 255)
    draw = ImageDraw.Draw(image)
    draw.line((40, 200, 200, 200), fill=0, width=6)
    for x, y, radius in dots:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return Picture(np.array(image))


def test_a_dot_keeps_its_size_beside_a_line() -> None:
    for radius in (3, 12, 24):
        mask = picture_of((120, 80, radius)).grey < 128
        worn = int(worn_areas(mask, thin(mask)).sum())
        assert worn == pytest.approx(0 if radius == 3 else np.pi * (radius - 3) ** 2, rel=0.2)


def test_a_picture_of_lines_is_the_same_with_and_without_areas() -> None:
    picture = Picture(drawn(GLYPHS["wave"], 300, 9))
    assert np.array_equal(render_picture(picture), render_picture(picture, RenderStyle(areas=False)))


def test_a_small_filled_shape_is_no_grid_of_dots() -> None:
    small = np.full((20, 20), 255, np.uint8)
    small[5:15, 5:15] = 0
    bitmap = render_picture(Picture(small))
    rows, columns = np.flatnonzero(bitmap.any(1)), np.flatnonzero(bitmap.any(0))
    assert bitmap[rows[4] : rows[-4], columns[4] : columns[-4]].min() > 0.6
    assert alike(bitmap, shape("square")) > 0.95
