"""The user's own weights: the folder is listed and changed without torch, with any kind of file in it."""

from __future__ import annotations

import errno
import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.weights.header import read_header
from glyphstudio.engine.weights.own import OwnWeightsFolder
from glyphstudio.glyphs.render import RENDERER_VERSION
from glyphstudio.resources import weights_of

ROOT = Path(__file__).resolve().parents[3]
FIGURE = {"error": 0.125, "ci95": 0.01, "tasks": 200}


def file_of(learner: str = "maml", about: object = None, **changed: str) -> bytes:
    """Make a weights file with a header and no tensors."""
    metadata = {
        "format": "glyphstudio-weights-1",
        "learner": learner,
        "renderer": str(RENDERER_VERSION),
        "about": json.dumps({} if about is None else about),
    } | changed
    text = json.dumps({"__metadata__": metadata}).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.fixture
def folder(tmp_path: Path) -> OwnWeightsFolder:
    return OwnWeightsFolder(tmp_path / "weights")


def names(folder: OwnWeightsFolder) -> list[str]:
    return [own.name for own in folder.list()]


def test_a_missing_folder_is_empty(folder: OwnWeightsFolder) -> None:
    assert folder.list() == []
    assert not folder.folder.exists()


def test_by_default_it_is_in_the_users_data_folder() -> None:
    assert OwnWeightsFolder().folder == Path(os.environ["XDG_DATA_HOME"]) / "GlyphStudio" / "weights"


def test_added_weights_are_listed_with_their_description(folder: OwnWeightsFolder) -> None:
    about = {"data": "scrawls", "validation": {"5-way 1-shot": FIGURE, "20-way 1-shot within alphabet": FIGURE}}
    path = folder.add(file_of("reptile", about), "Field notes")
    (own,) = folder.list()
    assert (own.path, own.name, own.problem) == (path, "Field notes", "")
    assert own.header is not None
    assert (own.header.title, own.header.data) == ("Reptile", "scrawls")
    hardest = own.header.figures[0]
    assert (hardest.ways, hardest.shots, hardest.within_alphabet) == (20, 1, True)
    assert (hardest.accuracy, hardest.ci95, hardest.tasks) == (0.875, 0.01, 200)
    assert path.read_bytes() == file_of("reptile", about)


def test_the_shipped_weights_have_figures() -> None:
    header = read_header(weights_of("protonet"))
    assert header.learner == "protonet"
    assert [figure.ways for figure in header.figures] == [20, 20, 5, 5]
    assert header.figures[0].within_alphabet


def test_the_same_weights_are_kept_once_and_others_get_a_number(folder: OwnWeightsFolder) -> None:
    first = folder.add(file_of("maml"), "Mine")
    assert folder.add(file_of("maml"), "Mine") == first
    second = folder.add(file_of("reptile"), "mine")  # some systems treat both names as one file
    assert names(folder) == ["Mine", "mine 2"]
    assert folder.add(file_of("reptile"), "mine") == second
    assert first.read_bytes() == file_of("maml")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("  a \t b\n", "a b"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a/b\\c:d", "a-b-c-d"),
        ("", "My weights"),
        ("...", "My weights"),
        ("CON", "CON weights"),
        ("run.safetensors", "run"),
        ("x" * 300, "x" * 80),
        ("\N{HIRAGANA LETTER A}" * 100, "\N{HIRAGANA LETTER A}" * 66),
        ("zero\0width\u200bspace", "zero width space"),
    ],
)
def test_any_name_becomes_a_valid_file_name(folder: OwnWeightsFolder, name: str, kept: str) -> None:
    path = folder.add(file_of(), name)
    assert path.parent == folder.folder
    assert names(folder) == [kept]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not a weights file, or is damaged"),
        (b"\xff" * 500, "is not a weights file, or is damaged"),
        (struct.pack("<Q", 1 << 62) + b"{}", "is not a weights file, or is damaged"),
        (struct.pack("<Q", 100_000) + b"[" * 100_000, "is not a weights file, or is damaged"),
        (file_of(format="other"), "not GlyphStudio weights"),
        (file_of("oracle"), "learner 'oracle'"),
        (file_of(renderer="99"), "renderer version 99"),
        (file_of(about=[1]), "damaged header (its description is not a table)"),
    ],
)
def test_an_invalid_file_is_not_added_and_is_listed_with_its_problem(
    folder: OwnWeightsFolder, data: bytes, said: str
) -> None:
    with pytest.raises(EngineError) as caught:
        folder.add(data, "odd")
    assert said in str(caught.value)
    assert folder.list() == []
    folder.folder.mkdir()
    (folder.folder / "odd.safetensors").write_bytes(data)
    (own,) = folder.list()
    assert own.header is None
    assert said in own.problem


@pytest.mark.parametrize(
    "validation",
    [
        "text",
        {"5-way 1-shot": "good"},
        {"5-way 1-shot": {**FIGURE, "error": 1e400}},
        {"5-way 1-shot": {**FIGURE, "error": -0.5}},
        {"5-way 1-shot": {**FIGURE, "ci95": None}},
        {"5-way 1-shot": {**FIGURE, "tasks": 0}},
        {"5-way 1-shot": {**FIGURE, "tasks": True}},
        {"many-way": FIGURE},
        {"9999999-way 1-shot": FIGURE},
    ],
)
def test_an_impossible_figure_is_not_shown(folder: OwnWeightsFolder, validation: Any) -> None:
    folder.add(file_of(about={"validation": validation}), "boastful")
    (own,) = folder.list()
    assert own.header is not None
    assert own.header.figures == ()


def test_other_entries_of_the_folder_are_skipped_or_named(folder: OwnWeightsFolder) -> None:
    folder.folder.mkdir()
    (folder.folder / "notes.txt").write_text("mine")
    (folder.folder / "half.safetensors.part").write_bytes(b"")
    (folder.folder / "folder.safetensors").mkdir()
    os.mkfifo(folder.folder / "pipe.safetensors")
    assert [(own.name, "is not a file" in own.problem) for own in folder.list()] == [("folder", True), ("pipe", True)]


def test_rename(folder: OwnWeightsFolder) -> None:
    one = folder.add(file_of("maml"), "one")
    folder.add(file_of("reptile"), "two")
    with pytest.raises(EngineError, match='weights called "two" already'):
        folder.rename(one, "Two")
    assert folder.rename(one, "One").name == "One.safetensors"
    assert names(folder) == ["One", "two"]
    with pytest.raises(EngineError, match="could not be renamed"):
        folder.rename(folder.folder / "gone.safetensors", "three")


def test_remove(folder: OwnWeightsFolder) -> None:
    path = folder.add(file_of(), "one")
    folder.remove(path)
    assert folder.list() == []
    folder.remove(path)


def test_export(folder: OwnWeightsFolder, tmp_path: Path) -> None:
    path = folder.add(file_of(), "one")
    folder.export(path, tmp_path / "deep" / "copy.safetensors")
    assert (tmp_path / "deep" / "copy.safetensors").read_bytes() == file_of()
    with pytest.raises(EngineError, match="is missing"):
        folder.export(folder.folder / "gone.safetensors", tmp_path / "x")


def test_a_full_disk_leaves_no_half_file(folder: OwnWeightsFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SavingError, match=r"The weights could not be saved .*No space left"):
        folder.add(file_of(), "one")
    assert list(folder.folder.iterdir()) == []


def test_none_of_this_loads_torch() -> None:
    script = "import sys, glyphstudio.engine.weights.own; print({'torch', 'safetensors'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
