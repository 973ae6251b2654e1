"""A library that may not be written still classifies, lists, exports, evaluates and trains; what writes keeps its
sentence."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glyphstudio.library.library import Library
from tests.engine.making import scrawl

from .conftest import Command, sample

SMALL = ["--channels", "4,4,4,4", "--embedding", "8", "--measure-tasks", "10", "--device", "cpu", "--steps", "2"]


def filled(path: Path) -> Path:
    with Library.open(path) as library:
        for number in range(4):
            glyph = library.enrol(f"sign {number}", scrawl(number))
            library.add_shot(glyph.id, scrawl(number, 1))
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    return path


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    """An empty folder; root's is on its own small medium, because root may write to any folder."""
    folder = tmp_path / "medium"
    folder.mkdir()
    if sys.platform == "win32":
        pytest.skip("rights work differently on Windows")
    mount = shutil.which("mount")
    mounted = os.geteuid() == 0
    if mounted and (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "none", folder], check=False).returncode
    ):
        pytest.skip("root may write to any folder here, and can mount none")
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)
        folder.chmod(0o755)


@pytest.fixture
def read_only(medium: Path) -> Path:
    """A library on a read-only medium, or in a read-only folder."""
    path = filled(medium / "shared.glyphs")
    if os.geteuid() == 0:
        subprocess.run(["mount", "-o", "remount,ro", medium], check=True)
    else:
        path.chmod(0o444)
        medium.chmod(0o555)
    return path


@pytest.fixture
def on_a_full_disk(medium: Path) -> Path:
    """A library on a full disk."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root on Linux only")
    path = filled(medium / "shared.glyphs")
    with contextlib.suppress(OSError), (medium / "filler").open("wb", buffering=0) as filler:
        while filler.write(b"x" * 4096):
            pass
    return path


@pytest.mark.parametrize("kind", ["read_only", "on_a_full_disk"])
def test_what_only_reads_works(
    run: Command, weights: Path, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    library = request.getfixturevalue(kind)
    before = library.read_bytes()
    drawing = next(sample("x").parents[1].glob("*/careful.inkml"))
    for _ in range(2):  # the embeddings are not stored, so the second time is like the first
        done = run("classify", "--library", library, "--weights", weights, "--json", drawing)
        assert (done.status, done.err) == (0, ""), done
        assert len(json.loads(done.out)[0]["candidates"]) == 4
    listed = run("library", "list", "--library", library, "--json")
    assert [glyph["glyph"] for glyph in json.loads(listed.out)] == [f"sign {number}" for number in range(4)]
    exported = run("library", "export", tmp_path / "out", "--library", library)
    assert exported.status == 0, exported
    assert len(list((tmp_path / "out").iterdir())) == 8
    measured = run("evaluate", "--data", library, "--weights", weights, "--tasks", 3, "--split", "all", "--json")
    assert measured.status == 0, measured
    trained = run("train", "--data", library, "--out", tmp_path / "run", *SMALL)
    assert trained.status == 0, trained
    assert library.read_bytes() == before
    assert not list(library.parent.glob("*-journal"))


def test_what_writes_keeps_its_sentence(run: Command, read_only: Path) -> None:
    drawing = next(sample("x").parents[1].glob("*/careful.inkml"))
    for words in (
        ("enrol", "--name", "new", "--library", read_only, drawing),
        ("library", "rename", "sign 0", "other", "--library", read_only),
        ("library", "delete", "sign 0", "--yes", "--library", read_only),
    ):
        run(*words).failed(f'The library "{read_only}" is read-only. Allow writing')
