"""Shrinking the folder without breaking a library."""

from __future__ import annotations

import _ctypes
import ctypes
import shutil
import struct
import sys
from pathlib import Path

import build
import pytest

import glyphstudio

LIBRARY = Path(_ctypes.__file__)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    if sys.platform != "linux" or shutil.which("strip") is None:
        pytest.skip("The build shrinks libraries only on Linux, with binutils.")
    return Path(shutil.copy(LIBRARY, tmp_path))


def misplaced(library: bytes) -> bytes:
    """Return the same library with its first loadable segment one byte off."""
    changed = bytearray(library)
    table, size, count = struct.unpack_from("<Q14xHH", library, 32)
    for at in range(table, table + size * count, size):
        if struct.unpack_from("<I", library, at)[0] == 1:
            (offset,) = struct.unpack_from("<Q", library, at + 8)
            struct.pack_into("<Q", changed, at + 8, offset + 1)
            break
    return bytes(changed)


def test_is_loadable_agrees_with_the_system(library: Path, tmp_path: Path) -> None:
    assert build.is_loadable(library.read_bytes())
    broken = tmp_path / "broken.so"
    broken.write_bytes(misplaced(library.read_bytes()))
    assert not build.is_loadable(broken.read_bytes())
    with pytest.raises(OSError, match="broken"):
        ctypes.CDLL(str(broken))


def test_a_stripped_library_is_smaller_or_the_same_and_loads(library: Path) -> None:
    before = library.stat().st_size
    build.strip(library)
    assert library.stat().st_size <= before
    assert [file.name for file in library.parent.iterdir()] == [library.name]
    ctypes.CDLL(str(library))


def test_a_library_that_strip_would_break_is_not_changed(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = library.read_bytes()
    monkeypatch.setattr(build, "is_loadable", lambda _library: False)
    build.strip(library)
    assert library.read_bytes() == before
    assert [file.name for file in library.parent.iterdir()] == [library.name]


def test_the_version_is_the_programs_version() -> None:
    assert build.version() == glyphstudio.__version__
