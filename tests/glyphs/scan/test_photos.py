"""Photos: whatever the light and the grain, a drawing is cut out as if it were clean, and empty paper holds none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.render import render_picture
from glyphstudio.glyphs.scan.cutting import cut_ink
from tests.glyphs.making import GLYPHS, LIGHTS, alike, drawn, photographed


def blank(grey: np.ndarray) -> None:
    with pytest.raises(PictureError, match=r"No ink was found in the picture\. Use one"):
        cut_ink(Image.fromarray(grey))


@pytest.mark.parametrize("size", [60, 105, 300, 800, 1500])
@pytest.mark.parametrize("light", [0.0, 0.5])
@pytest.mark.parametrize("grain", [0.005, 0.02, 0.03])
def test_a_photo_of_empty_paper_holds_no_ink(size: int, light: float, grain: float) -> None:
    blank(photographed([], size, 5, light=light, grain=grain, texture=0.01).grey)


@pytest.mark.parametrize("size", [20, 105, 700])
def test_noise_holds_no_ink(size: int) -> None:
    blank(np.random.default_rng(1).integers(0, 256, (size, size), dtype=np.uint8))


@pytest.mark.parametrize("name", GLYPHS)
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(("size", "pen"), [(600, 10), (1600, 28)])
def test_a_photo_ends_as_the_clean_picture(name: str, light: dict[str, float], size: int, pen: float) -> None:
    clean = render_picture(Picture(drawn(GLYPHS[name], 400, 400 * pen / size)))
    photo = Image.fromarray(photographed(GLYPHS[name], size, pen, **light).grey)
    assert alike(clean, render_picture(cut_ink(photo)[0])) > 0.9
