"""The main job with commands, on real drawings: enrol one drawer's characters, classify another's."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT, Command, started

ARCHIVE = Path(os.environ.get("GLYPHSTUDIO_OMNIGLOT", ROOT.parent / "shared" / "omniglot")) / "images_background.zip"
pytestmark = pytest.mark.skipif(
    not ARCHIVE.is_file(), reason="Omniglot is not in ../shared/omniglot, nor where GLYPHSTUDIO_OMNIGLOT points"
)


def pictures(folder: Path, drawer: int) -> dict[str, Path]:
    """Save twenty characters of Korean, a validation alphabet, by one drawer: name -> PNG."""
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
    for result in results:
        shares = [candidate["probability"] for candidate in result["candidates"]]
        assert shares == sorted(shares, reverse=True) and min(shares) >= 0 and sum(shares) <= 1.001
        # A distant drawing's probabilities may all round to zero, but never those of one that is called known.
        assert shares[0] > 0 or result["verdict"] == "unknown"
        assert result["ms"] > 0


def test_the_shipped_weights_learn_an_unseen_alphabet(run: Command, tmp_path: Path) -> None:
    korean = tmp_path / "korean.zip"
    with zipfile.ZipFile(ARCHIVE) as archive, zipfile.ZipFile(korean, "w") as copy:
        for name in archive.namelist():
            if "/Korean/" in name and name.endswith(".png"):
                copy.writestr(name, archive.read(name))
    common = ("evaluate", "--data", korean, "--split", "all", "--within-alphabet", "--json")
    result = json.loads(run(*common, "--tasks", 100).out)
    assert (result["ways"], result["shots"]) == (20, 1)
    assert result["error"] < 0.12
