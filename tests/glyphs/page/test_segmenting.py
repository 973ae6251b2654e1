"""Cells of pages: parts that belong together, lines that slant, and what is no glyph."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.page.cell import Cell
from glyphstudio.glyphs.page.ink import page_ink
from glyphstudio.glyphs.page.segmenting import find_cells
from glyphstudio.glyphs.page.splitting import split
from glyphstudio.glyphs.parts import Mask
from tests.glyphs.page.composing import compose, overlap

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"


def sample_masks() -> list[Mask]:
    inks = sorted(SAMPLES.glob("*/*.inkml"))
    pictures = [Image.open(io.BytesIO(to_png(load_drawing(ink), 105))) for ink in inks]
    return [np.asarray(picture.convert("L")) < 128 for picture in pictures]


def page(*marks: tuple[float, ...], size: tuple[int, int] = (800, 600)) -> Mask:
    """A page with these lines (x0, y0, x1, y1) or dots (x, y), six pixels wide."""
    image = Image.new("1", size)
    draw = ImageDraw.Draw(image)
    for mark in marks:
        if len(mark) == 2:
            draw.ellipse((mark[0] - 4, mark[1] - 4, mark[0] + 4, mark[1] + 4), fill=1)
        else:
            draw.line(mark, fill=1, width=6)
    return np.asarray(image)


def sign(x: float, y: float) -> list[tuple[float, ...]]:
    """A gate, 60 by 80 pixels."""
    return [(x, y + 80, x, y), (x, y, x + 60, y), (x + 60, y, x + 60, y + 80)]


@pytest.mark.parametrize("hard", [False, True])
def test_composed_pages(hard: bool) -> None:
    masks, right, glyphs, cells = sample_masks(), 0, 0, 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        composed = compose(
            [masks[i] for i in rng.permutation(len(masks))[:24]], rng, hard, paper="shadow" if hard else "clean"
        )
        found = [cell.box for cell in find_cells(page_ink(composed.grey)) if not cell.aside]
        right += sum(max(overlap(box, true) for box in found) >= 0.7 for true in composed.boxes)
        glyphs, cells = glyphs + len(composed.boxes), cells + len(found)
    assert glyphs == 72
    assert right >= 70
    assert abs(cells - glyphs) <= 2


def test_lines_that_slant_are_read_from_left_to_right() -> None:
    places = [(80 + 140 * column, 60 + 150 * row + 18 * column) for row in range(3) for column in range(5)]
    marks = [mark for place in places for mark in sign(*place)]
    cells = find_cells(page(*marks))
    assert len(cells) == 15
    for cell, (x, y) in zip(cells, places, strict=True):
        assert cell.box[:2] == pytest.approx((x - 2, y - 2), abs=2)


def test_dots_and_bars_belong_to_their_glyph() -> None:
    marks = [*sign(100, 100), (115, 75), (145, 75), *sign(260, 100), (290, 215), *sign(420, 100), (425, 70, 470, 70)]
    cells = find_cells(page(*marks, *sign(100, 350), *sign(260, 350), *sign(420, 350)))
    assert len(cells) == 6
    tops = [cell.box[1] for cell in cells[:3]]
    assert tops[0] < 75
    assert cells[1].box[3] > 210
    assert tops[2] < 72


def test_parts_that_do_not_touch_are_one_glyph() -> None:
    two_strokes = [(100, 100, 100, 180), (122, 100, 122, 180), *sign(260, 100), *sign(420, 100), *sign(580, 100)]
    assert [cell.box[0] for cell in find_cells(page(*two_strokes))] == pytest.approx([97, 257, 417, 577], abs=2)


def test_specks_ruled_lines_and_frames_are_no_glyphs() -> None:
    mask = page(*sign(100, 100), *sign(300, 100), (20, 300, 780, 310), (20, 20, 780, 20), (20, 580, 780, 580)).copy()
    mask[20:580, 20:23] = mask[20:580, 778:781] = True
    mask[250:252, 400:402] = True
    assert [cell.box[0] for cell in find_cells(mask)] == pytest.approx([97, 297], abs=2)


def test_a_page_number_is_set_aside() -> None:
    marks = [mark for y in (60, 190, 320) for x in (100, 300, 500) for mark in sign(x, y)]
    cells = find_cells(page(*marks, (300, 560, 300, 580), (315, 560, 315, 580), size=(800, 600)))
    assert [cell.aside for cell in cells] == [False] * 9 + [True] * (len(cells) - 9)
    assert len(cells) in (10, 11)


def test_a_page_without_ink_has_no_cells() -> None:
    assert find_cells(np.zeros((50, 60), np.bool_)) == []
    assert not page_ink(np.full((50, 60), 240, np.uint8)).any()


def test_a_page_of_noise_ends_soon() -> None:
    noise = np.random.default_rng(0).random((1500, 1500)) < 0.1
    assert len(find_cells(noise)) <= 2500


def test_a_cell_comes_apart_at_its_gap_then_by_part_then_where_it_is_thinnest() -> None:
    (pair,) = find_cells(page((100, 100, 100, 180), (125, 100, 125, 180)))
    left, right = split(pair) or (pair, pair)
    assert (left.box[2] <= right.box[0], left.ink.sum() + right.ink.sum()) == (True, pair.ink.sum())
    inside = page((100, 100, 100, 200), (100, 200, 200, 200), (140, 100, 200, 160))  # interlocking
    interlocked = find_cells(inside)[0]
    first, second = split(interlocked) or (interlocked, interlocked)
    assert 0 < first.ink.sum() < interlocked.ink.sum()
    assert first.ink.sum() + second.ink.sum() == interlocked.ink.sum()
    (bar,) = find_cells(page((100, 100, 300, 100)))
    halves = split(bar)
    assert halves is not None
    assert abs(halves[0].box[2] - halves[1].box[0]) <= 1


def test_a_single_pixel_cannot_be_split() -> None:
    assert split(Cell((3, 3, 4, 4), np.ones((1, 1), np.bool_))) is None


def test_glyphs_in_a_pages_margin_stay() -> None:
    grey = np.full((1000, 1400), 250, np.uint8)
    for y in range(12, 940, 130):
        for x in range(12, 1340, 130):
            grey[y : y + 60, x + 28 : x + 33] = grey[y + 28 : y + 33, x : x + 60] = 20
    assert len(find_cells(page_ink(grey))) == 88
