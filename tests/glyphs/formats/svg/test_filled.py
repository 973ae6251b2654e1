"""Filled shapes become a picture that looks as in a browser; nothing of them is taken for a stroke."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture

from .svg_files import PEN, picture, refused, svg


def dark(text: str) -> NDArray[np.bool_]:
    """Return where the picture is dark, without its margin."""
    found = picture(text) < 128
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    inside: NDArray[np.bool_] = found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inside


@pytest.mark.parametrize(
    ("body", "share"),
    [
        ('<circle cx="50" cy="50" r="40"/>', math.pi / 4),
        ('<rect x="1" y="1" width="30" height="20" fill="#333"/>', 1.0),
        ('<polygon points="0,0 50,0 0,50"/>', 0.5),
        ('<path d="M50 0L100 50L50 100L0 50Z"/>', 0.5),
        ('<path d="M0 0L100 0L100 100L0 100"/>', 1.0),  # an open shape is filled as if it were closed
        ('<path d="M0 0H90V90H0ZM30 30V60H60V30Z"/>', 8 / 9),  # a hole runs the other way round
        ('<path d="M0 0H90V90H0ZM30 30H60V60H30Z"/>', 1.0),  # the same way round is no hole
        ('<path fill-rule="evenodd" d="M0 0H90V90H0ZM30 30H60V60H30Z"/>', 8 / 9),
        ('<path d="M0 0H90V90H0Z"/><path fill="#fff" d="M30 30H60V60H30Z"/>', 8 / 9),
        ('<path d="M0 0H60V60H30V-30H90V90H0Z"/>', 1 - 1 / 9 - 2 / 12),  # it crosses itself, and is not hollow there
        ('<rect width="60" height="60" fill="url(#gradient)"/>', 1.0),
        ('<rect width="50" height="50" x="25" y="25" stroke="#000" stroke-width="10"/>', 1.0),
    ],
)
def test_the_area_is_that_of_the_shape(body: str, share: float) -> None:
    if "V-30" in body:  # the box is 90 x 120: two thirds of its top, and the ring's corner, stay paper
        found = dark(svg(body))
        assert found[: found.shape[0] // 5, : found.shape[1] // 4].sum() == 0
        assert found[int(found.shape[0] * 0.5), int(found.shape[1] * 0.5)]
        return
    assert dark(svg(body)).mean() == pytest.approx(share, abs=0.01)


def test_dot_and_stroke_keep_their_sizes_and_places() -> None:
    body = f'<path d="M50 30v60" stroke-width="8" {PEN}/><circle cx="50" cy="12" r="6"/>'
    found = dark(svg(body))
    height, width = found.shape
    assert height / width == pytest.approx((94 - 6) / 12, rel=0.03)
    assert found[:, width // 2].mean() == pytest.approx((12 + 68) / 88, abs=0.02)
    assert found[int(height * 0.7)].mean() == pytest.approx(8 / 12, abs=0.03)


def test_light_shapes_on_a_dark_page() -> None:
    body = '<rect width="100" height="100" fill="#222"/><circle cx="50" cy="50" r="20" fill="white"/>'
    grey = picture(svg(body))
    assert grey[0, 0] < 50
    assert grey[grey.shape[0] // 2, grey.shape[1] // 2] > 200


def test_a_line_without_area_is_no_filled_shape() -> None:
    from .svg_files import strokes

    assert (
        len(strokes(svg('<path d="M0 0L50 50" stroke="#000"/><line x1="0" y1="9" x2="30" y2="9" stroke="red"/>'))) == 2
    )


def test_an_embedded_picture_is_the_drawing() -> None:
    png = to_png(Ink.of([[(0.1, 0.1), (0.9, 0.9)]]), 64)
    data = base64.b64encode(png).decode()
    image = f'<image width="9" height="9" href="data:image/png;base64,{data}"/>'
    assert picture(svg(image)).shape == (64, 64)
    assert picture(svg(image.replace("href", "xlink:href"))).shape == (64, 64)
    assert "2 embedded pictures" in refused(svg(image + image))


@pytest.mark.parametrize(
    "data",
    ["data:image/png;base64,AAAA", "data:image/png;base64,A", "data:text/plain,hello", "data:image/svg+xml,<svg/>"],
)
def test_an_embedded_picture_that_is_none(data: str) -> None:
    from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes

    body = f'<image href="{data.replace("<", "&lt;")}"/>'
    with pytest.raises(ImportFailure, match=r"a\.svg.*\.$"):
        drawing_from_bytes(svg(body).encode(), "a.svg")


def test_our_own_pictures_come_back() -> None:
    from glyphstudio.glyphs.export import to_svg
    from glyphstudio.glyphs.importing import drawing_from_bytes

    own = Picture(np.random.default_rng(1).integers(0, 255, (37, 61), dtype=np.uint8))
    assert drawing_from_bytes(to_svg(own), "a.svg") == own
