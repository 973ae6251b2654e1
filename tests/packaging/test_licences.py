"""Every file in the package has its licence, or the build stops."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path

import licences
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="module")
def _listed_once() -> Iterator[None]:
    """All files of all distributions take seconds to list."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(licences, "_owners_of_installed", cache(licences._owners_of_installed))
        yield


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return a distribution and everything that it requires, without its extras."""
    if name not in found:
        found[name] = distribution(name)
        for line in found[name].requires or ():
            other = re.split(r"[ ;<>=!~\[(]", line)[0]
            if "extra ==" not in line:
                try:
                    needed(other, found)
                except ModuleNotFoundError:  # for another system
                    continue
    return found


def files_of(found: Distribution) -> list[str]:
    return [str(found.locate_file(file)) for file in found.files or () if file.suffix in (".py", ".so")][:3]


def test_every_distribution_that_we_need_has_a_licence() -> None:
    inside = needed("glyphstudio", {})
    del inside["glyphstudio"]
    files = [file for found in inside.values() for file in files_of(found)]
    texts = {part.name: part.text for part in licences.parts(files)}
    assert {found.name for found in inside.values() if files_of(found)} <= texts.keys()
    assert {"GlyphStudio", "Python", "torch", "numpy", "pyinstaller"} <= texts.keys()
    assert all(len(text) > 200 for text in texts.values())


def test_qt_says_how_to_replace_it_and_that_it_may_be() -> None:
    (qt,) = [part for part in licences.parts(files_of(distribution("PySide6_Essentials"))) if "PySide6" in part.name]
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt.text and "GNU GENERAL PUBLIC LICENSE" in qt.text
    assert "You may replace them" in " ".join(qt.text.split()) and "download.qt.io" in qt.text


def test_decoders_bring_the_licences_of_what_is_inside_them() -> None:
    owned = [file for name in ("pi_heif", "pypdfium2") for file in files_of(distribution(name))]
    texts = {part.name: part.text for part in licences.parts(owned)}
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts["pi_heif"] and "libde265" in texts["pi_heif"]
    assert "Apache License" in texts["pypdfium2"] and "PDFium" in texts["pypdfium2"]


def test_a_file_without_an_owner_stops_the_build(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("Only packages for Linux contain files of the system.")
    stray = tmp_path / "libstray.so.1"
    stray.write_bytes(b"\x7fELF")
    with pytest.raises(SystemExit, match="libstray"):
        licences.parts([str(stray)])


def test_the_index_names_every_text(tmp_path: Path) -> None:
    old = tmp_path / "licences" / "999.txt"
    old.parent.mkdir()
    old.write_text("from an earlier build")
    entries = licences.write(tmp_path / "licences", [str(ROOT / "glyphstudio" / "__init__.py")])
    index = json.loads((tmp_path / "licences" / "index.json").read_text())
    assert [entry["name"] for entry in index][:2] == ["GlyphStudio", "Python"]
    files = {entry["file"] for entry in index} | {"index.json"}
    assert files == {Path(place).name for place, _, _ in entries} == {file.name for file in old.parent.iterdir()}
    assert "MIT License" in (tmp_path / "licences" / index[0]["file"]).read_text()
