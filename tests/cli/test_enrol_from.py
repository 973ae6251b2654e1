"""enrol --from: class folders, archives, and files that name their drawings."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from glyphstudio.glyphs.inkml import write_all
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.library import Library
from glyphstudio.library.rows import Rows
from tests.own_data import class_folders

from .conftest import SAMPLES, Command, sample
from .test_drawings import form, names, picture


def test_class_folders_at_any_depth(run: Command, library: Path, tmp_path: Path) -> None:
    root = tmp_path / "signs"
    class_folders(root / "Egypt" / "birds", ("owl", "ibis"))
    class_folders(root, ("hand",))
    done = run("enrol", "--library", library, "--from", root)
    assert (done.status, done.out) == (0, "")
    assert done.err == f"Enrolled 12 drawings of 3 glyphs in {library}.\n"
    assert names(library) == {"hand": 4, "ibis": 4, "owl": 4}


def test_every_format_counts_and_the_shipped_samples_are_class_folders(run: Command, library: Path) -> None:
    assert run("enrol", "--library", library, "--from", SAMPLES).status == 0
    assert names(library) == {folder.name: 4 for folder in SAMPLES.iterdir() if folder.is_dir()}
    with Library.open(library) as opened:
        glyph = opened.find("Kresh")
        assert glyph is not None
        assert {shot.kind for shot in glyph.shots} == {"ink"}


def test_a_zip_is_a_folder(run: Command, library: Path, tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", ("owl", "reed"))
    with zipfile.ZipFile(tmp_path / "signs.zip", "w") as file:
        for path in root.rglob("*.png"):
            file.write(path, path.relative_to(root).as_posix())
    assert run("enrol", "--library", library, "--from", tmp_path / "signs.zip").status == 0
    assert names(library) == {"owl": 4, "reed": 4}


def test_files_that_cannot_be_read_are_named_and_left_out(run: Command, library: Path, tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", ("owl",))
    (root / "owl" / "broken.png").write_bytes(b"\x89PNG broken")
    (root / "owl" / "design.psd").write_bytes(b"8BPS\0\1" + bytes(40))
    Image.new("L", (40, 40), 255).save(root / "owl" / "blank.png")
    (root / ("n" * 90)).mkdir()
    picture(root / ("n" * 90) / "a.png")
    picture(root / "loose.png")
    (root / "notes.txt").write_text("of no interest")
    done = run("enrol", "--library", library, "--from", root)
    assert done.status == 1
    left_out = [line for line in done.err.splitlines() if line.startswith("glyphstudio: Left out: ")]
    assert len(left_out) == 5
    for words in (
        "owl/broken.png",
        "owl/design.psd is a Photoshop file",
        "owl/blank.png",
        "80 characters",
        "loose.png",
    ):
        assert any(words in line for line in left_out), (words, left_out)
    assert all(line.endswith(".") for line in left_out)
    assert done.err.endswith(f"Enrolled 4 drawings of 1 glyph in {library}.\n")
    assert names(library) == {"owl": 4}


def test_hundreds_of_bad_files_do_not_fill_the_screen(run: Command, library: Path, tmp_path: Path) -> None:
    root = class_folders(tmp_path / "signs", ("owl",))
    for index in range(100):
        (root / "owl" / f"{index}.webp").write_bytes(b"RIFF broken")
    done = run("enrol", "--library", library, "--from", root)
    assert done.err.count("\n") == 21
    assert "81 other files" in done.err


def test_glyphs_that_exist_need_add_and_nothing_is_enrolled_without(
    run: Command, library: Path, tmp_path: Path
) -> None:
    root = class_folders(tmp_path / "signs", ("ibis", "owl"))
    run("enrol", "--library", library, "--name", "OWL", sample("Kresh"))
    run("enrol", "--library", library, "--from", root).failed('"OWL" already', "nothing was enrolled", "--add")
    assert names(library) == {"OWL": 1}
    assert run("enrol", "--library", library, "--from", root, "--add").status == 0
    assert names(library) == {"ibis": 4, "OWL": 5}


def test_nothing_is_kept_if_the_library_fails_in_the_middle(
    run: Command, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = class_folders(tmp_path / "signs", ("ibis", "owl"))
    run("enrol", "--library", library, "--name", "Kresh", sample("Kresh"))
    before = Rows.insert_drawing
    calls = []

    def failing(self: Rows, glyph_id: int, drawing: Drawing) -> object:
        calls.append(glyph_id)
        if len(calls) == 6:
            raise OSError(28, "No space left on device", str(library))
        return before(self, glyph_id, drawing)

    monkeypatch.setattr(Rows, "insert_drawing", failing)
    run("enrol", "--library", library, "--from", root).failed("No space left")
    assert names(library) == {"Kresh": 1}


def test_nothing_to_enrol_makes_no_library(run: Command, library: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    picture(tmp_path / "loose.png")
    run("enrol", "--library", library, "--from", tmp_path / "empty").failed("no drawing", "NAME/picture.png")
    run("enrol", "--library", library, "--from", tmp_path / "missing").failed("missing")
    run("enrol", "--library", library, "--from", tmp_path / "loose.png").failed("does not name", "--name")
    assert not library.exists()


def test_the_same_name_twice_is_one_glyph_and_said(run: Command, library: Path, tmp_path: Path) -> None:
    root = tmp_path / "signs"
    class_folders(root / "Anna", ("owl",))
    class_folders(root / "Ben", ("Owl",))
    done = run("enrol", "--library", library, "--from", root)
    assert done.status == 0
    assert "Anna/owl and Ben/Owl have the same name" in done.err
    assert list(names(library).values()) == [8]


def test_omniglots_characters_keep_their_alphabets(run: Command, library: Path, tmp_path: Path) -> None:
    root = tmp_path / "images"
    class_folders(root / "Runes", ("character01",))
    class_folders(root / "Hooks", ("character01",))
    assert run("enrol", "--library", library, "--from", root).status == 0
    assert names(library) == {"Hooks character01": 4, "Runes character01": 4}


def test_a_file_that_names_its_drawings(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    lines = [
        {"word": "ell", "drawing": [[[20, 20, 70], [20, 80, 80]]]},
        {"word": "vee", "drawing": [[[0, 40, 80], [0, 90, 0]]]},
        {"word": "ell", "drawing": [[[21, 20, 71], [20, 84, 80]]]},
    ]
    file = tmp_path / "draw.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    assert run("enrol", "--library", library, "--from", file).status == 0
    assert names(library) == {"ell": 2, "vee": 1}
    run("enrol", "--library", library, "--name", "x", file).failed("has 3 drawings", "--from")
    results = json.loads(run("classify", "--library", library, "--weights", weights, "--json", file).out)
    assert [result["drawing"] for result in results] == [1, 2, 3]
    assert [result["label"] for result in results] == ["ell", "vee", "ell"]
    assert results[1]["candidates"][0]["glyph"] == "vee"
    assert "vee" in run("classify", "--library", library, "--weights", weights, file).out


def test_a_name_that_belongs_to_no_folder(run: Command, library: Path, tmp_path: Path) -> None:
    from glyphstudio.glyphs.ink import Ink

    ink = Ink.of([[(0.1, 0.1), (0.5, 0.9)]])
    root = tmp_path / "signs"
    (root / "owl").mkdir(parents=True)
    (root / "owl" / "two.inkml").write_bytes(write_all([("a", ink), ("b", ink)]))
    (root / "all.inkml").write_bytes(write_all([("a", ink), ("b", ink)]))
    done = run("enrol", "--library", library, "--from", root)
    assert done.status == 1
    assert "owl/two.inkml names 2 different glyphs" in done.err
    assert names(library) == {"a": 1, "b": 1}


def test_options_that_do_not_fit_together(run: Command, tmp_path: Path) -> None:
    for arguments in (["--name", "x"], [str(tmp_path / "a.png")], ["--page", "2"]):
        done = run("enrol", "--from", tmp_path, *arguments)
        assert done.status == 2
        assert "--from" in done.err


def test_standard_input(
    run: Command, library: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture(tmp_path / "a.png").read_bytes()

    def send(sent: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))

    send(data)
    assert run("enrol", "--library", library, "--name", "Kresh", "-").status == 0
    send(data)
    (result,) = json.loads(run("classify", "--library", library, "--weights", weights, "--json", "-").out)
    assert (result["input"], result["candidates"][0]["glyph"]) == ("-", "Kresh")
    send(b"")
    run("classify", "--library", library, "--weights", weights, "-").failed("Standard input is empty")
    send(b"8BPS\0\1" + bytes(30))
    run("enrol", "--library", library, "--name", "x", "-").failed("Standard input is a Photoshop file (PSD)")


def test_a_page_of_a_document(run: Command, library: Path, weights: Path, tmp_path: Path) -> None:
    pages = [Image.open(picture(tmp_path / "a.png")).convert("RGB"), Image.new("RGB", (90, 90), "white")]
    pages[1].save(tmp_path / "two.pdf", save_all=True, append_images=pages[:1])
    run("enrol", "--library", library, "--name", "Kresh", tmp_path / "two.pdf").failed("has 2 pages", "--page")
    run("enrol", "--library", library, "--name", "Kresh", "--page", 3, tmp_path / "two.pdf").failed("no page 3")
    assert run("enrol", "--library", library, "--name", "Kresh", "--page", 2, tmp_path / "two.pdf").status == 0
    common = ("classify", "--library", library, "--weights", weights, "--json")
    (result,) = json.loads(run(*common, "--page", 2, tmp_path / "two.pdf").out)
    assert result["candidates"][0]["glyph"] == "Kresh"
    done = run(*common, "--page", 1, tmp_path / "two.pdf")
    assert done.status == 1 and "No ink" in json.loads(done.out)[0]["error"]


def test_warnings_name_the_whole_path_and_are_counted(run: Command, library: Path, tmp_path: Path) -> None:
    for number in range(25):
        folder = tmp_path / "signs" / f"sign {number:02}"
        folder.mkdir(parents=True)
        form(folder / "form.png")
    done = run("enrol", "--library", library, "--from", tmp_path / "signs")
    assert done.status == 0
    first, *others, last, enrolled = done.err.splitlines()
    assert first == "Warning: sign 00/form.png: left out a box as part of the paper."
    assert (len(others), last) == (18, "Warning: Doubtful as well: 6 other files.")
    assert enrolled.startswith("Enrolled 25 drawings of 25 glyphs")
