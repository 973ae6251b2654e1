"""Pages from files: several in a TIFF, folders, and files that are no pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from glyphstudio.glyphs.importing import ImportFailure
from glyphstudio.glyphs.page.cell import cell_in
from glyphstudio.glyphs.page.opening import load_pages, page_files
from glyphstudio.glyphs.page.page import PAGE_SIDE, page_of
from glyphstudio.glyphs.page.segmenting import find_cells


def save(path: Path, width: int = 300, height: int = 200, **how: Any) -> Path:
    grey = np.full((height, width), 250, np.uint8)
    grey[height // 4 : height // 2, width // 4 : width // 4 + max(width // 40, 3)] = 20
    Image.fromarray(grey).save(path, **how)
    return path


def test_each_page_of_a_tiff(tmp_path: Path) -> None:
    more = [Image.new("L", (60 + 10 * i, 50), 255) for i in range(3)]
    save(tmp_path / "a.tif", save_all=True, append_images=more)
    pages = list(load_pages(tmp_path / "a.tif"))
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert [page.grey.shape for page in pages] == [(200, 300), (50, 60), (50, 70), (50, 80)]
    assert {page.source for page in pages} == {str(tmp_path / "a.tif")}


def test_each_page_of_a_pdf(tmp_path: Path) -> None:
    grey = np.full((400, 300), 250, np.uint8)
    grey[100:200, 70:80] = 20
    first, second = Image.fromarray(grey), Image.new("L", (200, 200), 255)
    first.save(tmp_path / "a.pdf", save_all=True, append_images=[second], resolution=100)
    pages = list(load_pages(tmp_path / "a.pdf"))
    assert [page.number for page in pages] == [1, 2]
    assert pages[0].grey.shape == (800, 600), "200 pixels an inch"
    (cell,) = find_cells(pages[0].ink)
    assert cell.box == pytest.approx((140, 200, 160, 400), abs=3)
    assert find_cells(pages[1].ink) == []


def test_boxes_are_in_the_files_pixels(tmp_path: Path) -> None:
    save(tmp_path / "big.png", 5000, 3000)
    (page,) = load_pages(tmp_path / "big.png")
    assert max(page.grey.shape) == PAGE_SIDE
    (cell,) = find_cells(page.ink)
    assert page.in_file(cell.box) == pytest.approx((1250, 750, 1375, 1500), abs=4)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_turned_page_is_upright(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / f"turned{suffix}", exif=exif)
    (page,) = load_pages(tmp_path / f"turned{suffix}")
    assert page.grey.shape == (300, 200)


def test_transparent_paper_is_white(tmp_path: Path) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 18:22] = (0, 0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (page,) = load_pages(tmp_path / "a.png")
    assert (page.grey[0, 0], page.grey[20, 20]) == (255, 0)


def test_a_folder_is_its_pictures_in_order(tmp_path: Path) -> None:
    for name in ("p10.png", "p9.png", "sub/p1.jpg", ".hidden.png", ".git/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no page")
    assert [(file.path.relative_to(tmp_path).as_posix(), file.glyph) for file in page_files([tmp_path])] == [
        ("p9.png", None),
        ("p10.png", None),
        ("sub/p1.jpg", "sub"),
    ]


def test_several_folders_may_be_class_folders(tmp_path: Path) -> None:
    for name in ("Kresh/1.png", "Tarn/a/2.png", "Greek/character01/3.png", "4.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        save(tmp_path / name)
    given = [tmp_path / name for name in ("Kresh", "Tarn", "Greek", "4.png")]
    assert [file.glyph for file in page_files(given)] == ["Kresh", "a", "Greek character01", None]
    assert [file.glyph for file in page_files([tmp_path / "Kresh"])] == [None]


def test_a_folder_without_pictures_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure, match=r"has no pictures: choose a folder with scans or photos\."):
        page_files([tmp_path])


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbroken", b"II*\0\x08\0\0\0"])
def test_a_bad_file_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(ImportFailure, match=r"bad\.png .*: .*\."):
        list(load_pages(tmp_path / "bad.png"))


def test_a_header_with_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (25_000, 25_000)).save(tmp_path / "huge.png")
    with pytest.raises(ImportFailure, match="million pixels"):
        list(load_pages(tmp_path / "huge.png"))


def test_a_cut_has_its_own_ink_only_dark_on_white() -> None:
    for paper, ink in ((230, 40), (30, 220)):
        grey = np.full((200, 300), paper, np.uint8)
        grey[50:120, 60:66] = grey[50:56, 60:110] = ink
        grey[80:120, 100:106] = grey[80:84, 75:80] = ink
        grey[:, 200:206] = ink
        page = page_of(grey)
        corner = max(find_cells(page.ink), key=lambda cell: cell.ink.sum() if cell.box[0] < 100 else 0)
        picture = page.cut(corner)
        assert picture.grey[0].min() == 255
        dark = (picture.grey < 128).sum()
        assert dark == corner.ink.sum()


def test_a_cut_at_the_pages_rim_has_paper_around_it() -> None:
    grey = np.full((100, 100), 255, np.uint8)
    grey[:30, 20:26] = 0
    grey[60:90, 60:64] = 0
    page = page_of(grey)
    cell = cell_in(page.ink, (10, 0, 40, 35))
    assert cell is not None
    picture = page.cut(cell)
    assert picture.grey[0].min() == picture.grey[:, 0].min() == 255
    assert cell_in(page.ink, (40, 0, 58, 20)) is None
