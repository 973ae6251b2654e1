"""A drawing on any paper is read like the same drawing on a clean sheet; the reported cases are read right."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glyphstudio.glyphs.importing import load_drawing, picture_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import render_picture
from glyphstudio.glyphs.scan.cutting import adjusted, cut_ink
from glyphstudio.glyphs.scan.ink import Adjustment
from glyphstudio.resources import asset
from tests.glyphs.making import alike
from tests.glyphs.more_papers import MORE_PAPERS
from tests.glyphs.papers import PAPERS

GLYPHS = ("Gharn", "Lupek", "Dovat")
SAME = 0.85  # cosine of two bitmaps: another hand's drawing of the same glyph has about 0.6
HARD = {"blur 8": 0.6, "phone": 0.7, "photo": 0.7}  # what blur and perspective change, no cleaning takes back


def sample(name: str) -> Ink:
    drawing = load_drawing(sorted((asset("samples") / name).glob("*.inkml"))[1])
    assert isinstance(drawing, Ink)
    return drawing


def as_file(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


ALL_PAPERS = PAPERS | MORE_PAPERS


@pytest.mark.parametrize("paper", ALL_PAPERS)
@pytest.mark.parametrize("name", GLYPHS)
def test_only_the_ink_is_read(paper: str, name: str) -> None:
    ink = sample(name)
    clean = render_picture(picture_from_bytes(as_file(PAPERS["clean"](ink, np.random.default_rng(1)))))
    found = render_picture(picture_from_bytes(as_file(ALL_PAPERS[paper](ink, np.random.default_rng(2)))))
    assert alike(clean, found) > HARD.get(paper.partition(",")[0], SAME)


@pytest.fixture(scope="module")
def cases() -> Iterator[Path]:
    folder = Path(__file__).parents[2] / "cases" / "paper"
    yield folder


CASES = {
    "squared-paper/squared.png": ("squared-paper/plain.png", 0.85),
    "frame-round-the-glyph/boxed.png": ("frame-round-the-glyph/plain.png", 0.85),
    "shadow-edge/shadow80.png": ("shadow-edge/plain.png", 0.8),
    "small-glyph-on-a-page/page.png": ("small-glyph-on-a-page/glyph.png", 0.85),
    "no-ink-in-blurred-close-up/blurred.png": ("no-ink-in-blurred-close-up/sharper.png", 0.6),
}


@pytest.mark.parametrize("hard", CASES)
def test_reported_cases(cases: Path, hard: str) -> None:
    plain, least = CASES[hard]
    pictures = [load_drawing(cases / name) for name in (plain, hard)]
    assert all(isinstance(picture, Picture) for picture in pictures)
    first, second = (render_picture(picture) for picture in pictures if isinstance(picture, Picture))
    assert alike(first, second) > least


@pytest.mark.parametrize("name", ["red-on-green.png", "yellow-on-white.png"])
def test_ink_as_bright_as_its_paper(cases: Path, name: str) -> None:
    picture = load_drawing(cases / "ink-of-same-brightness" / name)
    assert isinstance(picture, Picture)
    assert 0.02 < (picture.grey < 128).mean() < 0.4


def sheet(*marks: tuple[int, int, int, int], size: int = 300) -> Image.Image:
    """White paper with black rectangles (left, top, right, bottom)."""
    pixels = np.full((size, size), 255, np.uint8)
    for left, top, right, bottom in marks:
        pixels[top:bottom, left:right] = 0
    return Image.fromarray(pixels)


PLUS = ((140, 90, 150, 210), (90, 145, 210, 155))


def test_strokes_from_edge_to_edge_are_the_drawing_if_nothing_else_is_there() -> None:
    picture, found = cut_ink(sheet((145, 0, 155, 300), (0, 145, 300, 155)))
    assert found.left_out == ()
    assert (picture.grey[picture.grey.shape[0] // 2] < 128).mean() > 0.9


def test_a_square_alone_is_the_drawing() -> None:
    square = ((60, 60, 240, 64), (60, 236, 240, 240), (60, 60, 64, 240), (236, 60, 240, 240))
    assert cut_ink(sheet(*square))[1].left_out == ()
    assert cut_ink(sheet(*square, (130, 140, 170, 150)))[1].left_out == ("a box",)


def test_a_box_whose_sides_a_stroke_joins_is_the_drawing() -> None:
    square = ((60, 60, 240, 64), (60, 236, 240, 240), (60, 60, 64, 240), (236, 60, 240, 240))
    assert cut_ink(sheet(*square, (60, 148, 240, 152)))[1].left_out == ()


def test_marks_are_kept_on_demand() -> None:
    page = sheet(*PLUS, (0, 40, 300, 42), (0, 260, 300, 262), (0, 150, 300, 152))
    assert cut_ink(page)[1].left_out == ("ruled lines",)
    picture, found = cut_ink(page, Adjustment(keep_marks=True))
    assert found.left_out == ()
    assert picture.grey.shape[1] > 290


def test_the_threshold_by_hand() -> None:
    pixels = np.full((200, 200), 255, np.uint8)
    pixels[50:150, 40:50], pixels[50:150, 150:160] = 20, 150
    both = cut_ink(Image.fromarray(pixels), Adjustment(threshold=0.2))[1]
    dark = cut_ink(Image.fromarray(pixels), Adjustment(threshold=0.6))[1]
    assert dark.mask.sum() == pytest.approx(both.mask.sum() / 2, rel=0.1)


def test_crop_and_turn() -> None:
    image = Image.fromarray(np.arange(200, dtype=np.uint8).reshape(10, 20))
    turned = np.asarray(adjusted(image, Adjustment(crop=(0.5, 0.0, 1.0, 0.5), turns=1)))
    assert np.array_equal(turned, np.rot90(np.asarray(image)[:5, 10:], -1))
    assert adjusted(image, Adjustment(crop=(0.999, 0.999, 1.0, 1.0))).size == (1, 1)


def test_faint_and_crowded_pictures_say_so() -> None:
    pixels = np.full((200, 200), 255, np.uint8)
    pixels[60:140, 95:105] = 215
    assert "faint" in " ".join(cut_ink(Image.fromarray(pixels))[1].notes)
    assert cut_ink(sheet(*PLUS))[1].notes == ()


def test_a_filled_shape_on_a_page_is_no_doubt() -> None:
    assert cut_ink(sheet((400, 400, 520, 520), size=900))[1].notes == ()
    assert "more than half" in " ".join(cut_ink(sheet((20, 20, 280, 280)))[1].notes)


DOTS = ((8, 8, 16, 16), (284, 8, 292, 16), (8, 284, 16, 292))


def test_marks_in_the_margin_are_the_papers_if_they_are_alike_or_far_away() -> None:
    assert cut_ink(sheet(*PLUS, *DOTS))[1].left_out == ("marks in the margin",)
    assert cut_ink(sheet(*PLUS, DOTS[0]))[1].left_out == ("marks in the margin",)


def test_a_dot_of_a_drawing_that_reaches_the_margin_stays() -> None:
    plus = ((140, 30, 150, 270), (30, 145, 270, 155))
    assert cut_ink(sheet(*plus, (140, 8, 150, 18)))[1].left_out == ()


def test_a_box_in_a_box_is_the_drawings_unless_it_is_close() -> None:
    def box(low: int, high: int) -> tuple[tuple[int, int, int, int], ...]:
        return (
            (low, low, high, low + 3),
            (low, high - 3, high, high),
            (low, low, low + 3, high),
            (high - 3, low, high, high),
        )

    clean = cut_ink(sheet(*PLUS))[0]
    alone = cut_ink(sheet(*PLUS, *box(40, 260), *box(48, 252)))[0]
    assert alone.grey.shape == pytest.approx(clean.grey.shape, abs=8)
    kept = cut_ink(sheet((148, 140, 152, 160), (140, 148, 160, 152), *box(40, 260), *box(100, 200)))[0]
    assert min(kept.grey.shape) > 100, "the inner box is the drawing's"


def test_a_grid_with_a_dot_is_the_drawing() -> None:
    places = (40, 114, 188, 261)
    grid = [(at, 40, at + 3, 264) for at in places] + [(40, at, 264, at + 3) for at in places]
    assert cut_ink(sheet(*grid, (146, 146, 158, 158)))[1].left_out == ()
    assert cut_ink(sheet(*grid, (130, 130, 134, 174), (130, 150, 174, 154)))[1].left_out == ("a table",)
