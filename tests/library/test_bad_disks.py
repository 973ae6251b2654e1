"""Places where a library cannot be written, for lack of rights or room. Each gets a sentence, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.library.library import Library, LibraryError

Draw = Callable[[int], Ink]


def refusal(path: Path) -> str:
    """Return the sentence that refuses `path`, and check that nothing in its folder has changed."""
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    with pytest.raises(LibraryError) as caught:
        Library.open(path)
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.fixture
def as_a_user() -> Iterator[Path]:
    """A folder that all users can read. A test can then drop this process's rights to those of an ordinary user."""
    if sys.platform == "win32":
        pytest.skip("rights work differently on Windows")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(folder)


def drop_rights() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_read_only_file(as_a_user: Path, draw: Draw) -> None:
    path = as_a_user / "a.glyphs"
    with Library.open(path) as library:
        library.enrol("one", draw(1))
    path.chmod(0o444)
    drop_rights()
    assert f'The library "{path}" is read-only. Allow writing' in refusal(path)


def test_writable_file_in_an_unwritable_folder(as_a_user: Path, draw: Draw) -> None:
    """Without a journal nothing can be enrolled. The library reports it on opening, not at the first enrolment."""
    path = as_a_user / "a.glyphs"
    with Library.open(path) as library:
        library.enrol("one", draw(1))
    path.chmod(0o666)
    as_a_user.chmod(0o555)
    drop_rights()
    assert f'The library "{path}" is read-only. Allow writing to the file and its folder' in refusal(path)


def test_unwritable_folder(as_a_user: Path) -> None:
    as_a_user.chmod(0o555)
    drop_rights()
    assert "cannot be opened for writing" in refusal(as_a_user / "a.glyphs")
    with pytest.raises(LibraryError, match=r"cannot keep the library at .*Permission denied.* Choose another place"):
        Library.open(as_a_user / "sub" / "a.glyphs")
    assert list(as_a_user.iterdir()) == []


def test_unreadable_file_and_folder(as_a_user: Path) -> None:
    path = as_a_user / "a.glyphs"
    Library.open(path).close()
    path.chmod(0)
    drop_rights()
    with pytest.raises(LibraryError, match="cannot be opened"):
        Library.open(path)
    if os.getuid() == 0:
        os.seteuid(0)
    as_a_user.chmod(0)
    drop_rights()
    with pytest.raises(LibraryError, match=r"cannot keep the library at .*Permission denied"):
        Library.open(path)


def test_no_room_left_in_the_file(library: Library, draw: Draw) -> None:
    kept = library.enrol("one", draw(1))
    pages = library._connection.execute("PRAGMA page_count").fetchone()[0]
    library._connection.execute(f"PRAGMA max_page_count = {pages}")
    noise = Picture(np.random.default_rng(1).integers(0, 256, (200, 200), dtype=np.uint8))
    with pytest.raises(LibraryError, match=r"The disk is full, so nothing was changed .* Free some space"):
        library.enrol("two", noise)
    assert library.glyphs() == [kept]
    library._connection.execute("PRAGMA max_page_count = 100000")
    library.enrol("two", noise)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=256k", "none", folder], check=False).returncode
    ):
        pytest.skip("a small disk can be mounted by root on Linux only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "a.glyphs"
    noise = np.random.default_rng(1)
    drawings = []
    (small_disk / "filler").write_bytes(b"x" * 65536)
    with Library.open(path) as library:
        with pytest.raises(LibraryError, match="The disk is full, so nothing was changed"):
            for number in range(100):
                drawing = Picture(noise.integers(0, 256, (100, 100), dtype=np.uint8))
                library.enrol(f"g{number}", drawing)
                drawings.append(drawing)
        assert len(drawings) > 5
        assert [glyph.shots[0].drawing for glyph in library.glyphs()] == drawings
    with contextlib.suppress(OSError), (small_disk / "filler").open("ab", buffering=0) as filler:
        while filler.write(b"x" * 4096):
            pass
    # Recognising still works; the backup and the enrolment report what is wrong.
    with Library.open(path) as library:
        assert library.backup_problem is not None
        assert [glyph.shots[0].drawing for glyph in library.glyphs()] == drawings
        with pytest.raises(LibraryError, match="The disk is full"):
            library.enrol("more", drawings[0])
        (small_disk / "filler").unlink()
        (small_disk / "backups").rmdir()
        library.enrol("more", drawings[0])
        assert library._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_new_library_on_a_full_disk(small_disk: Path) -> None:
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(b"x" * 4096):
            pass
    with pytest.raises(LibraryError, match="The disk is full"):
        Library.open(small_disk / "a.glyphs")
    (small_disk / "filler").unlink()
    Library.open(small_disk / "a.glyphs").close()
