"""page: cut whole pages, name each glyph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from glyphstudio.glyphs.importing import load_drawing
from tests.pages import FIRST, SIDE, STEP, grey_page

from .conftest import Command, sample

NAMES = ("Kresh", "Tarn", "Osk")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page with three glyphs in each of two lines."""
    line = [load_drawing(sample(name, "careful")) for name in NAMES]
    path = tmp_path / "scan.png"
    Image.fromarray(grey_page([line, line])).save(path)
    return path


def test_the_glyphs_of_a_page_are_named(run: Command, library: Path, scan: Path) -> None:
    for name in NAMES:
        assert run("enrol", "--library", library, "--name", name, sample(name)).status == 0
    done = run("page", scan, "--library", library, "--json")
    assert done.status == 0
    (page,) = json.loads(done.out)
    assert (page["input"], page["page"], page["width"], page["height"]) == (
        str(scan),
        1,
        2 * FIRST + 3 * STEP,
        2 * FIRST + 2 * STEP,
    )
    assert [cell["candidates"][0]["glyph"] for cell in page["cells"]] == [*NAMES, *NAMES]
    assert [cell["verdict"] for cell in page["cells"]] == ["known"] * 6
    for index, cell in enumerate(page["cells"]):
        left, top, right, bottom = cell["box"]
        x, y = FIRST + STEP * (index % 3), FIRST + STEP * (index // 3)
        assert x <= left < right <= x + SIDE
        assert y <= top < bottom <= y + SIDE
    table = run("page", scan, "--library", library).out
    assert table.count("Kresh") >= 2
    assert len(table.splitlines()) == 7


def test_cut_pictures_are_written_and_never_over_others(run: Command, tmp_path: Path, scan: Path) -> None:
    folder = tmp_path / "cut"
    done = run("page", scan, "--to", folder, "--json")
    assert done.status == 0
    cells = json.loads(done.out)[0]["cells"]
    assert [Path(cell["picture"]) for cell in cells] == sorted(folder.iterdir())
    assert "Wrote 6 pictures" in done.err
    for cell in cells:
        with Image.open(cell["picture"]) as picture:
            assert picture.mode == "L"
            assert picture.width > cell["box"][2] - cell["box"][0]
    again = run("page", scan, "--to", folder)
    assert (again.status, again.out) == (1, "")
    assert "already exists, so nothing was written" in again.err
    assert len(list(folder.iterdir())) == 6


def test_without_a_library_glyphs_are_cut_only(run: Command, tmp_path: Path, scan: Path) -> None:
    done = run("page", scan)
    assert done.status == 0
    assert "the glyphs are only cut out" in done.err
    assert done.out.count("unknown") == 6
    run("page", scan, "--library", tmp_path / "none.glyphs").failed("There is no library")


def test_a_bad_file_is_named_and_the_others_are_still_cut(run: Command, tmp_path: Path, scan: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nothing")
    done = run("page", bad, scan, "--json")
    assert done.status == 1
    broken, page = json.loads(done.out)
    assert "bad.png is neither a picture" in broken["error"]
    assert len(page["cells"]) == 6
    assert "Traceback" not in done.err


def test_a_blank_page_gets_a_sentence(run: Command, tmp_path: Path) -> None:
    Image.new("L", (300, 300), 250).save(tmp_path / "blank.png")
    done = run("page", tmp_path / "blank.png")
    assert (done.status, done.out) == (0, "")
    assert "No glyphs were found" in done.err


def test_pages_of_the_same_name_get_different_files(run: Command, tmp_path: Path, scan: Path) -> None:
    other = tmp_path / "other" / "SCAN.png"
    other.parent.mkdir()
    other.write_bytes(scan.read_bytes())
    assert run("page", scan, other, "--to", tmp_path / "cut").status == 0
    assert len(list((tmp_path / "cut").iterdir())) == 12
