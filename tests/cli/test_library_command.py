"""library list, rename, delete and export."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.library.library import Library
from tests.patience import PATIENCE

from .conftest import ROOT, Command, sample
from .test_drawings import names, picture


@pytest.fixture
def three(run: Command, library: Path, tmp_path: Path) -> Path:
    """A library of three glyphs: Kresh with two drawings, Tarn, and Photo, which was enrolled from a picture."""
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"), sample("Kresh", "brisk"))
    run("enrol", "--library", library, "--name", "Tarn", sample("Tarn"))
    run("enrol", "--library", library, "--name", "Photo", picture(tmp_path / "photo.png"))
    return library


# list


def test_list(run: Command, three: Path) -> None:
    lines = run("library", "list", "--library", three).out.splitlines()
    assert [line.split()[:2] for line in lines] == [["Glyph", "Shots"], ["Kresh", "2"], ["Photo", "1"], ["Tarn", "1"]]


def test_list_as_json(run: Command, three: Path) -> None:
    listed = json.loads(run("library", "list", "--library", three, "--json").out)
    assert [(entry["glyph"], entry["shots"]) for entry in listed] == [("Kresh", 2), ("Photo", 1), ("Tarn", 1)]
    assert all(entry["enrolled"].endswith("+00:00") for entry in listed)


def test_list_of_an_empty_library(run: Command, library: Path) -> None:
    run("library", "list").failed("There is no library", "Enrol a glyph first")
    Library.open(library).close()
    done = run("library", "list", "--library", library)
    assert (done.status, done.out) == (0, "") and "is empty" in done.err
    assert json.loads(run("library", "list", "--library", library, "--json").out) == []


# rename


def test_rename(run: Command, three: Path) -> None:
    done = run("library", "rename", "--library", three, "tarn", "Øya  2")
    assert (done.status, done.err) == (0, '"Tarn" is now "Øya 2".\n')
    assert names(three) == {"Kresh": 2, "Photo": 1, "Øya 2": 1}


def test_rename_with_names_that_start_with_a_dash(run: Command, three: Path) -> None:
    assert run("library", "rename", "--library", three, "--", "Tarn", "-t").status == 0
    assert run("library", "rename", "--library", three, "--", "-t", "--").status == 0
    assert "--" in names(three)


def test_impossible_renames(run: Command, three: Path) -> None:
    before = names(three)
    run("library", "rename", "--library", three, "Tarn", "KRESH").failed('already named "Kresh"', "another name")
    run("library", "rename", "--library", three, "Nobody", "x").failed('no glyph named "Nobody"', "library list")
    run("library", "rename", "--library", three, "Tarn", " ").failed("needs a name")
    run("library", "rename", "--library", three, "x" * 10_000, "y").failed("no glyph named")
    assert names(three) == before


# delete


def test_delete_needs_yes_without_a_terminal(run: Command, three: Path) -> None:
    run("library", "delete", "--library", three, "Kresh").failed("--yes")
    assert names(three)["Kresh"] == 2
    assert run("library", "delete", "--library", three, "kresh", "--yes").err == 'Deleted "Kresh".\n'
    run("library", "delete", "--library", three, "Kresh", "-y").failed("no glyph named")
    assert names(three) == {"Photo": 1, "Tarn": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="only Unix has pseudo-terminals")
@pytest.mark.parametrize(("answer", "left"), [("n\n", 3), ("\n", 3), ("y\n", 2)])
def test_delete_asks_on_a_terminal(three: Path, answer: str, left: int) -> None:
    import pty
    import subprocess

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "glyphstudio", "library", "delete", "--library", str(three), "Tarn"]
    process = subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    os.close(theirs)
    os.write(ours, answer.encode())
    printed, said = process.communicate(timeout=PATIENCE)
    os.close(ours)
    assert b'Delete "Tarn" with 1 drawing?' in said and b"Traceback" not in said
    assert printed.strip() == b""
    assert process.returncode == (0 if left == 2 else 1)
    assert len(names(three)) == left


# export


def test_exported_ink_is_imported_unchanged(run: Command, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    done = run("library", "export", "--library", three, folder)
    assert (done.status, done.err) == (0, f"Wrote 4 drawings of 3 glyphs to {folder}.\n")
    assert sorted(file.name for file in folder.iterdir()) == [
        "Kresh-1.inkml",
        "Kresh-2.inkml",
        "Photo-1.png",
        "Tarn-1.inkml",
    ]
    copy = tmp_path / "copy.glyphs"
    for name, count in names(three).items():
        files = [next(folder.glob(f"{name}-{number}.*")) for number in range(1, count + 1)]
        assert run("enrol", "--library", copy, "--name", name, *files).status == 0
    with Library.open(three) as old, Library.open(copy) as new:
        for name in ("Kresh", "Tarn"):
            first, second = old.find(name), new.find(name)
            assert first is not None and second is not None
            assert [shot.drawing for shot in first.shots] == [shot.drawing for shot in second.shots]
    assert load_drawing(folder / "Tarn-1.inkml") == load_drawing(sample("Tarn"))


def test_export_of_some_as_svg_and_png(run: Command, three: Path, tmp_path: Path) -> None:
    common = ("library", "export", "--library", three)
    done = run(*common, tmp_path / "svg", "--format", "svg", "tarn", "Photo", "Tarn")
    assert done.err.startswith("Wrote 2 drawings of 2 glyphs")
    roots = {ElementTree.fromstring(file.read_bytes()).tag for file in (tmp_path / "svg").iterdir()}  # noqa: S314
    assert roots == {"{http://www.w3.org/2000/svg}svg"}
    assert run(*common, tmp_path / "png", "--format", "png", "Tarn").err.startswith("Wrote 1 drawing of 1 glyph to")
    with Image.open(tmp_path / "png" / "Tarn-1.png") as image:
        assert min(image.size) >= 100


def drawings(path: Path) -> dict[str, list[bytes]]:
    with Library.open(path) as opened:
        return {glyph.name: sorted(shot.data for shot in glyph.shots) for glyph in opened.glyphs()}


@pytest.mark.parametrize("form", ["inkml", "svg", "png"])
def test_class_folders_come_back_without_losing_a_point(run: Command, three: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "signs"
    done = run("library", "export", "--library", three, "--format", form, "--folders", folder)
    assert done.err == f"Wrote 4 drawings of 3 glyphs to {folder}.\n"
    assert {file.relative_to(folder).parent.name for file in folder.rglob("*.*")} == {"Kresh", "Photo", "Tarn"}
    copy = tmp_path / "copy.glyphs"
    assert run("enrol", "--library", copy, "--from", folder).status == 0
    assert drawings(copy) == drawings(three)


def test_one_file_comes_back_with_every_name(run: Command, library: Path, tmp_path: Path) -> None:
    with Library.open(library) as opened:
        for name, file in zip(ODD, sorted(ROOT.glob("assets/samples/*/*.inkml")), strict=False):
            glyph = opened.enrol(name, load_drawing(file))
            opened.add_shot(glyph.id, load_drawing(sample("Kresh")))
    file = tmp_path / "all.inkml"
    done = run("library", "export", "--library", library, file)
    assert (done.status, done.err) == (0, f"Wrote {2 * len(ODD)} drawings of {len(ODD)} glyphs to {file}.\n")
    copy = tmp_path / "copy.glyphs"
    assert run("enrol", "--library", copy, "--from", file).status == 0
    assert drawings(copy) == drawings(library)
    run("library", "export", "--library", library, file).failed("already exists")


def test_one_file_names_the_pictures_that_it_leaves_out(run: Command, three: Path, tmp_path: Path) -> None:
    done = run("library", "export", "--library", three, tmp_path / "all.inkml")
    assert done.status == 1
    assert "Wrote 3 drawings of 2 glyphs" in done.err
    assert 'Left out, because InkML has no pictures: 1 picture of "Photo".' in done.err
    run("library", "export", "--library", three, tmp_path / "photo.inkml", "Photo").failed(
        "None of these glyphs has ink"
    )
    assert not (tmp_path / "photo.inkml").exists()
    wrong = run("library", "export", "--library", three, tmp_path / "b.inkml", "--format", "svg")
    assert wrong.status == 2 and "one InkML file" in wrong.err


def test_export_never_overwrites(run: Command, three: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "Tarn-1.inkml").write_text("mine")
    run("library", "export", "--library", three, folder).failed("Tarn-1.inkml already exists", "nothing was written")
    assert [file.read_text() for file in folder.iterdir()] == ["mine"]


def test_export_to_a_place_that_cannot_be_written(run: Command, three: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    run("library", "export", "--library", three, tmp_path / "file").failed("already exists")
    run("library", "export", "--library", three, tmp_path / "file" / "x").failed(
        "cannot write to", "nothing was written"
    )
    run("library", "export", "--library", three, "/proc/x").failed("cannot write to", "nothing was written")
    run("library", "export", "--library", three, tmp_path / "new", "Nobody").failed('no glyph named "Nobody"')
    assert not (tmp_path / "new").exists()


ODD = ["a/b", "a\\b", "a:b", "a_b", "..", ".", ".x", "-x", "~", "CON", "nul.txt", "x" * 80, "🗿" * 80, "𒀀" * 80]
ODD += ["q?*", "é", "end.", "👩\u200d👧", "‎mark", "की", "A (2)", "x_1", "x/1", 'say "x"', "مرحبا", "A/1-1", "A_1"]


def test_names_that_are_not_valid_file_names(run: Command, library: Path, tmp_path: Path) -> None:
    kept = {}
    with Library.open(library) as opened:
        drawings = [load_drawing(file) for file in sorted(ROOT.glob("assets/samples/*/*.inkml"))]
        for name, drawing in zip(ODD, drawings, strict=False):
            kept[opened.enrol(name, drawing).name] = drawing
    assert len(kept) == len(ODD)
    folder = tmp_path / "out"
    assert run("library", "export", "--library", library, folder).status == 0
    files = list(folder.iterdir())
    assert [file for file in tmp_path.rglob("*.inkml") if file.parent != folder] == []
    assert len({file.name.casefold() for file in files}) == len(files) == len(ODD)
    for file in files:
        assert len(file.name.encode()) < 200
        assert not set(file.name) & set('<>:"/\\|?*') and file.name[0] not in ".-~ "
        assert file.name.removesuffix(".inkml") == file.name.removesuffix(".inkml").rstrip(" .")
    written = [load_drawing(file) for file in files]
    assert all(drawing in written for drawing in kept.values())
