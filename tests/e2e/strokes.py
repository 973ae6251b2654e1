"""The official pen strokes of Omniglot, as ink."""

from __future__ import annotations

import os
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink

_PLACE = Path(__file__).resolve().parents[3] / "shared" / "omniglot"
_NAME = re.compile(r"strokes_background_small\d/([^/]+)/character(\d\d)/\d+_(\d\d)\.txt")
_SIDE = 105.0  # pixels of an Omniglot picture


@cache
def _archives() -> dict[tuple[str, int, int], tuple[Path, str]]:
    """Find the archives: (alphabet, character, drawer) -> archive and name in it."""
    folder = Path(os.environ.get("GLYPHSTUDIO_OMNIGLOT") or _PLACE)
    found: dict[tuple[str, int, int], tuple[Path, str]] = {}
    for path in sorted(folder.glob("strokes_background_small*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                match = _NAME.fullmatch(name)
                if match:
                    found[match[1], int(match[2]), int(match[3])] = path, name
    return found


def official_ink(alphabet: str, character: int, drawer: int) -> Ink:
    """Return one drawing. If the archives are missing, skip the test and say why."""
    if not _archives():
        pytest.skip(f"The official strokes of Omniglot are not in {_PLACE}: set GLYPHSTUDIO_OMNIGLOT to their folder")
    path, name = _archives()[alphabet, character, drawer]
    with zipfile.ZipFile(path) as archive:
        text = archive.read(name).decode()
    strokes: list[list[tuple[float, float]]] = [[]]
    for line in text.split():
        if line == "BREAK":
            strokes.append([])
        elif line != "START":
            x, y, _t = (float(value) for value in line.split(","))
            strokes[-1].append((x / _SIDE, -y / _SIDE))
    return Ink.of([stroke for stroke in strokes if stroke])
