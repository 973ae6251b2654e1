"""Files that the program once read as other ink, or refused without a reason. The bytes are in cases/."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.importing import ImportFailure, load_drawing
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import render
from tests.glyphs.inkml.inkml_files import aspect, same

CASES = Path(__file__).with_name("cases")


def load(name: str) -> Ink:
    ink = load_drawing(CASES / f"{name}.inkml")
    assert isinstance(ink, Ink)
    return ink


@pytest.mark.parametrize("name", ["gb2312", "big5", "euc-kr"])
def test_east_asian_encodings_are_read(name: str) -> None:
    (stroke,) = load(name).strokes
    np.testing.assert_allclose(stroke.xy, [[0.26, 0.1], [0.26, 0.9], [0.74, 0.9]], atol=1e-4)


@pytest.mark.parametrize("name", ["square-x100-y600", "square-xmm-ycm"])
def test_a_square_stays_a_square(name: str) -> None:
    assert same(load(name), load("square"))
    assert aspect(load(name)) == pytest.approx(1)


def test_a_trembling_tap_is_a_dot() -> None:
    np.testing.assert_array_equal(render(load("tap")), render(load("dot")))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("decimal-comma", "Stroke 1 of this InkML file has decimal commas (“20,5”, point 1)"),
        ("xy-pairs", "Stroke 1 of this InkML file has commas inside its points (“20,20 20,80”, point 1)"),
        ("one-point-a-line", "Stroke 1 of this InkML file has line breaks between its points (from point 1 on)"),
    ],
)
def test_points_of_a_wrong_length_are_refused(name: str, says: str) -> None:
    assert load("right").points == 4
    with pytest.raises(ImportFailure) as caught:
        load(name)
    assert says in str(caught.value)
    assert f"{name}.inkml" in str(caught.value)
