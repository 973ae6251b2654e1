"""enrol and classify."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glyphstudio.glyphs.export import to_inkml
from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library, default_library_path

from .conftest import Command, sample, started


def picture(path: Path, mode: str = "L", size: tuple[int, int] = (105, 105)) -> Path:
    """Save a sign, dark on light, in the format of the suffix."""
    image = Image.new("RGB", size, "white")
    width, height = size
    ImageDraw.Draw(image).line(
        [(width * 0.2, height * 0.2), (width * 0.8, height * 0.3), (width * 0.4, height * 0.9)], fill="black", width=3
    )
    image.convert(mode).save(path)
    return path


def names(path: Path) -> dict[str, int]:
    """Return glyph -> number of shots."""
    with Library.open(path) as opened:
        return {glyph.name: len(glyph.shots) for glyph in opened.glyphs()}


# enrol


def test_enrol_makes_library_and_folder_and_names_the_place(run: Command, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.glyphs"
    done = run("enrol", "--library", path, "--name", "Kresh", sample("Kresh"), picture(tmp_path / "b.png"))
    assert (done.status, done.out) == (0, "")
    assert done.err == f'Enrolled "Kresh", now 2 drawings, in {path}.\n'
    assert names(path) == {"Kresh": 2}


def test_by_default_the_library_is_the_users_own(run: Command) -> None:
    assert run("enrol", "--name", "Kresh", sample("Kresh")).status == 0
    assert names(default_library_path()) == {"Kresh": 1}


def test_for_a_duplicate_it_suggests_add_and_changes_nothing(run: Command, library: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    run("enrol", "--library", library, "--name", " kresh ", sample("Tarn")).failed('"Kresh" already', "--add")
    assert names(library) == {"Kresh": 1}
    done = run("enrol", "--library", library, "--name", "kresh", "--add", sample("Kresh", "brisk"))
    assert (done.status, names(library)) == (0, {"Kresh": 2})


def test_all_or_nothing(run: Command, library: Path, tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    for bad in (tmp_path / "none.png", blank):
        run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"), bad).failed(bad.name)
        assert not library.exists()


def test_all_or_nothing_when_the_library_fails_in_the_middle(
    run: Command, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("enrol", "--library", library, "--name", "Tarn", sample("Tarn"))
    before = Library.add_shot
    calls = []

    def failing(self: Library, glyph_id: int, drawing: Ink) -> object:
        calls.append(glyph_id)
        if len(calls) % 2 == 0:
            raise OSError(28, "No space left on device", str(self.path))
        return before(self, glyph_id, drawing)

    monkeypatch.setattr(Library, "add_shot", failing)
    three = [sample("Kresh", hand) for hand in ("careful", "brisk", "heavy")]
    run("enrol", "--library", library, "--name", "Kresh", *three).failed("No space left")
    run("enrol", "--library", library, "--name", "Tarn", "--add", *three).failed("No space left")
    assert len(calls) == 4
    assert names(library) == {"Tarn": 1}


@pytest.mark.parametrize(
    "name", ["ﷺ", "مرحبا", "👨‍👩‍👧‍👦", "-x", "--add", "[red]", "a/b", "..", "x" * 80, '"', "two\nlines"]
)
def test_odd_names_are_kept(run: Command, library: Path, weights: Path, name: str) -> None:
    assert run("enrol", "--library", library, "--name", name, sample("Kresh")).status == 0
    kept = " ".join(name.split())
    assert names(library) == {kept: 1}
    assert json.loads(run("library", "list", "--library", library, "--json").out)[0]["glyph"] == kept
    (result,) = json.loads(run("classify", "--library", library, "--weights", weights, "--json", sample("Kresh")).out)
    assert result["candidates"][0]["glyph"] == kept


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "needs a name"), ("  \n ", "needs a name"), ("x" * 10_000, "80 characters"), ("a\x07b", "U+0007")],
    ids=["empty", "blank", "long", "bell"],
)
def test_invalid_names(run: Command, library: Path, name: str, words: str) -> None:
    run("enrol", "--library", library, "--name", name, sample("Kresh")).failed(words)
    assert not library.exists()


def test_pictures_of_every_kind(run: Command, library: Path, tmp_path: Path) -> None:
    transparent = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    ImageDraw.Draw(transparent).line([(10, 10), (70, 60), (10, 60)], fill=(0, 0, 0, 255), width=4)
    transparent.save(tmp_path / "alpha.png")
    good = [
        picture(tmp_path / "cmyk.jpg", "CMYK"),
        picture(tmp_path / "bilevel.png", "1"),
        picture(tmp_path / "palette.gif", "P"),
        picture(tmp_path / "misnamed.txt.bmp", "RGB"),
        tmp_path / "alpha.png",
    ]
    for path in good:
        done = run("enrol", "--library", library, "--name", path.name, path)
        assert done.status == 0, (path, done)
    assert len(names(library)) == len(good)


def test_files_that_are_not_drawings(run: Command, library: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "noise.png").write_bytes(os.urandom(2000))
    whole = picture(tmp_path / "whole.png").read_bytes()
    (tmp_path / "short.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "bad.inkml").write_text("<ink><trace>1 2, three")
    (tmp_path / "no ink.inkml").write_bytes(to_inkml(Ink()))
    Image.new("L", (1, 1), 0).save(tmp_path / "dot.png")
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 100, 200)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    Image.new("1", (31_000, 10)).save(tmp_path / "wide.png")
    (tmp_path / "folder").mkdir()
    for file in sorted(set(tmp_path.iterdir()) - {tmp_path / "whole.png"}):
        run("enrol", "--library", library, "--name", "x", file).failed(str(file))
    run("enrol", "--library", library, "--name", "x", "/dev/zero").failed("not an ordinary file")
    assert not library.exists()


# A library that cannot be used


def test_a_library_in_use(run: Command, library: Path, weights: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    with Library.open(library):
        run("enrol", "--library", library, "--name", "Tarn", sample("Tarn")).failed("already open")
        run("classify", "--library", library, "--weights", weights, sample("Tarn")).failed("already open")
        started("library", "list", "--library", library).failed("already open")
    assert names(library) == {"Kresh": 1}


def test_a_file_that_is_not_a_library(run: Command, library: Path, tmp_path: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    good = library.read_bytes()
    cases = {"text": b"hello, I am a diary" * 100, "short": good[: len(good) // 2], "one byte": b"x"}
    with sqlite3.connect(library) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    cases["newer"] = library.read_bytes()
    for name, data in cases.items():
        path = tmp_path / f"{name}.glyphs"
        path.write_bytes(data)
        for command in (["enrol", "--name", "x", sample("Kresh")], ["classify", sample("Kresh")], ["library", "list"]):
            run(*command, "--library", path).failed(path.name)
        assert path.read_bytes() == data


def test_a_place_where_no_library_can_be_made(run: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "a.glyphs", Path("/proc/a.glyphs"), Path("/dev/null")):
        run("enrol", "--library", path, "--name", "x", sample("Kresh")).failed(str(path))


# classify


def test_classify_as_json_has_exactly_the_documented_keys(
    run: Command, library: Path, weights: Path, tmp_path: Path
) -> None:
    for name in ("Kresh", "Tarn", "Ulo", "Zhal", "Osk", "Pirru"):
        run("enrol", "--library", library, "--name", name, sample(name))
    shown = picture(tmp_path / "other.png")
    done = run("classify", "--library", library, "--weights", weights, "--json", sample("Ulo"), shown)
    assert (done.status, done.err) == (0, "")
    first, second = json.loads(done.out)
    for result, file in ((first, sample("Ulo")), (second, shown)):
        assert list(result) == ["input", "verdict", "candidates", "ms"]
        assert result["input"] == str(file)
        assert result["ms"] > 0
        assert len(result["candidates"]) == 5
        for candidate in result["candidates"]:
            assert list(candidate) == ["glyph", "probability", "distance"]
            assert 0 <= candidate["probability"] <= 1
        distances = [candidate["distance"] for candidate in result["candidates"]]
        assert distances == sorted(distances)
    assert (first["verdict"], first["candidates"][0]["glyph"]) == ("known", "Ulo")
    assert second["verdict"] == "unknown"


def test_classify_as_a_table(run: Command, library: Path, weights: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    done = run("classify", "--library", library, "--weights", weights, sample("Kresh"), sample("Zhal"))
    header, first, second = done.out.splitlines()
    assert header.split() == ["Drawing", "Verdict", "Candidates", "ms"]
    assert first.split()[:2] == [str(sample("Kresh")), "Kresh"]
    assert second.split()[:2] == [str(sample("Zhal")), "unknown"]


def test_one_bad_drawing_does_not_hide_the_others(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    common = ("classify", "--library", library, "--weights", weights)
    done = run(*common, "--json", tmp_path / "none.png", sample("Kresh"))
    bad, good = json.loads(done.out)
    assert done.status == 1
    assert list(bad) == ["input", "error"] and str(tmp_path / "none.png") in bad["error"]
    assert good["verdict"] == "known"
    assert done.err == f"glyphstudio: {bad['error']}\n"
    run(*common, tmp_path / "none.png").failed(str(tmp_path / "none.png"))


def test_classify_does_not_make_a_library(run: Command, library: Path) -> None:
    run("classify", "--library", library, sample("Kresh")).failed("There is no library", str(library))
    run("classify", sample("Kresh")).failed("There is no library")
    assert not library.exists() and not default_library_path().exists()


def test_an_empty_library_knows_nothing(run: Command, library: Path, weights: Path) -> None:
    Library.open(library).close()
    done = run("classify", "--library", library, "--weights", weights, "--json", sample("Kresh"))
    assert done.status == 0 and "empty" in done.err
    assert json.loads(done.out)[0]["verdict"] == "unknown"
    assert json.loads(done.out)[0]["candidates"] == []


def test_missing_weights_and_devices(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    common = ("classify", "--library", library, sample("Kresh"))
    run(*common, "--weights", tmp_path / "none").failed("missing", "--weights")
    (tmp_path / "noise").write_bytes(np.random.default_rng(0).bytes(5000))
    run(*common, "--weights", tmp_path / "noise").failed("noise")
    run(*common, "--weights", weights, "--device", "abacus").failed("abacus", "cpu")
    run(*common, "--weights", weights, "--device", "cuda:99").failed("cuda:99")


def test_a_file_whose_name_is_not_valid_text(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/\xff\xfe.inkml"
    try:
        Path(os.fsdecode(file)).write_bytes(sample("Kresh").read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes only text as names")
    common = ("classify", "--library", library, "--weights", weights, os.fsdecode(file))
    run("enrol", "--library", library, "--name", "Kresh", os.fsdecode(file))
    assert json.loads(run(*common, "--json").out)[0]["verdict"] == "known"
    assert run(*common).out.splitlines()[1].split()[:2] == [f"{tmp_path}/��.inkml", "Kresh"]


def test_there_are_no_warnings(run: Command, library: Path, weights: Path) -> None:
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    done = started("classify", "--library", library, "--weights", weights, sample("Kresh"), PYTHONWARNINGS="error")
    assert (done.status, done.err) == (0, "")


# What was left out of a picture, and what is doubtful


def form(path: Path, ink: int = 0) -> Path:
    """Save a sign in a printed box, `ink` (a grey) on white."""
    sheet = Image.new("L", (300, 300), 255)
    draw = ImageDraw.Draw(sheet)
    draw.line((100, 100, 200, 180, 90, 190), fill=ink, width=5)
    draw.rectangle((40, 40, 260, 260), outline=ink, width=2)
    sheet.save(path)
    return path


BOX = "Warning: form.png: left out a box as part of the paper.\n"


def test_a_warning_says_what_was_left_out(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    sheet = form(tmp_path / "form.png")
    done = run("enrol", "--library", library, "--name", "Kresh", sheet)
    assert (done.status, done.out) == (0, "")
    assert done.err == f'{BOX}Enrolled "Kresh", now 1 drawing, in {library}.\n'
    clean = picture(tmp_path / "clean.png")
    done = run("classify", "--library", library, "--weights", weights, "--json", sheet, clean)
    assert (done.status, done.err) == (0, BOX)
    boxed, plain = json.loads(done.out)
    assert boxed["notes"] == ["form.png: left out a box as part of the paper."]
    assert "notes" not in plain
    done = run("classify", "--library", library, "--weights", weights, sheet)
    assert (done.status, done.err) == (0, BOX)
    assert "Warning" not in done.out


def test_a_warning_says_that_ink_is_faint(run: Command, library: Path, tmp_path: Path) -> None:
    done = run("enrol", "--library", library, "--name", "Kresh", form(tmp_path / "pale.png", 215))
    assert done.status == 0
    assert "Warning: pale.png: the ink is faint; check what was taken for ink.\n" in done.err
