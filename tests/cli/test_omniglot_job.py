"""The main job by command, on real drawings: one drawer's characters are enrolled, another's classified."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from glyphstudio.data.splits import VALIDATION_ALPHABETS

from .conftest import ROOT, Command, started

ARCHIVE = Path(os.environ.get("GLYPHSTUDIO_OMNIGLOT", ROOT.parent / "shared" / "omniglot")) / "images_background.zip"
pytestmark = pytest.mark.skipif(
    not ARCHIVE.is_file(), reason="Omniglot is not in ../shared/omniglot, nor where GLYPHSTUDIO_OMNIGLOT points"
)


def pictures(folder: Path, drawer: int) -> dict[str, Path]:
    """Twenty characters of Korean, a validation alphabet, by one drawer: name -> PNG."""
    files: dict[str, Path] = {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        for name in sorted(archive.namelist()):
            if "/Korean/" in name and name.endswith(f"_{drawer:02}.png") and len(files) < 20:
                character = Path(name).parent.name
                files[character] = folder / f"{character}-{drawer}.png"
                files[character].write_bytes(archive.read(name))
    assert len(files) == 20
    return files


def test_twenty_enrolled_and_twenty_classified(run: Command, library: Path, tmp_path: Path) -> None:
    for name, file in pictures(tmp_path, 1).items():
        assert run("enrol", "--library", library, "--name", name, file).status == 0
    asked = pictures(tmp_path, 2)
    done = started("classify", "--library", library, "--json", *asked.values())
    assert (done.status, done.err) == (0, "")
    results = json.loads(done.out)
    assert [result["input"] for result in results] == [str(file) for file in asked.values()]
    firsts = [result["candidates"][0]["glyph"] for result in results]
    assert sum(first == name for first, name in zip(firsts, asked, strict=True)) >= 16
    assert sum(result["verdict"] == "known" for result in results) >= 15
    assert all(0 < sum(c["probability"] for c in result["candidates"]) <= 1.001 for result in results)
    assert sorted(result["ms"] for result in results)[10] < 100


def test_the_shipped_weights_do_on_validation_alphabets_what_they_must(run: Command, tmp_path: Path) -> None:
    some = tmp_path / "validation.zip"
    with zipfile.ZipFile(ARCHIVE) as archive, zipfile.ZipFile(some, "w") as copy:
        for name in archive.namelist():
            if name.endswith(".png") and name.split("/")[1] in VALIDATION_ALPHABETS:
                copy.writestr(name, archive.read(name))
    result = json.loads(run("evaluate", "--data", some, "--within-alphabet", "--tasks", 300, "--json").out)
    assert (result["ways"], result["shots"]) == (20, 1)
    assert result["error"] <= 0.08 + result["ci95"]
