"""A library that may not be written: it opens to read what was last committed, changes nothing, and says why."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library import library as library_module
from glyphstudio.library import owner, reader
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.studio import Studio

Draw = Callable[[int], Ink]


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that an ordinary user can read. `forbid` makes it read-only, and this process such a user."""
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
        folder.chmod(0o755)
        shutil.rmtree(folder)


def forbid(folder: Path, *, files: bool = True) -> None:
    if files:
        for path in folder.iterdir():
            path.chmod(0o444)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)


def made(path: Path, draw: Draw, names: tuple[str, ...] = ("one", "two")) -> Path:
    with Library.open(path) as library:
        for number, name in enumerate(names):
            library.enrol(name, draw(number))
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def names(library: Library) -> list[str]:
    return [glyph.name for glyph in library.glyphs()]


def nothing_changes(library: Library, draw: Draw, *words: str) -> None:
    """Every change is refused with one sentence, and what is read stays the same."""
    before = library.glyphs()
    first = before[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: library.enrol("new", draw(9)),
        lambda: library.add_shot(first.id, draw(9)),
        lambda: library.rename(first.id, "other"),
        lambda: library.delete_glyph(first.id),
        lambda: library.store_embeddings("key", {first.shots[0].id: np.zeros(4, np.float32)}),
    )
    for change in changes:
        with pytest.raises(LibraryError) as caught:
            change()
        assert str(caught.value).endswith(".")
        for word in words:
            assert word in str(caught.value)
    assert library.glyphs() == before
    assert library.embeddings("key") == {}
    assert library.problems() == []


@pytest.mark.parametrize("files", [True, False])
def test_a_read_only_folder(shelf: Path, draw: Draw, files: bool) -> None:
    path = made(shelf / "a.glyphs", draw)
    before = contents(shelf)
    forbid(shelf, files=files)
    with pytest.raises(LibraryError, match=r"is read-only\. Allow writing"):
        Library.open(path)
    with Library.open(path, or_read=True) as library:
        assert names(library) == ["one", "two"]
        assert "is read-only. Allow writing" in library.read_only
        assert library.backup_problem is None
        nothing_changes(library, draw, "is read-only. Allow writing")
        with Library.open(path, or_read=True) as second:  # readers do not keep each other out
            assert names(second) == ["one", "two"]
    library.close()
    assert contents(shelf) == before


def test_a_read_only_file_in_a_writable_folder(shelf: Path, draw: Draw) -> None:
    path = made(shelf / "a.glyphs", draw)
    path.chmod(0o444)
    shelf.chmod(0o777)
    if os.geteuid() == 0:
        os.seteuid(65534)
    with Library.open(path, or_read=True) as library:
        nothing_changes(library, draw, "is read-only")
    assert sorted(contents(shelf)) == ["a.glyphs"]


def test_a_link_to_a_read_only_library(shelf: Path, draw: Draw, tmp_path: Path) -> None:
    path = made(shelf / "a.glyphs", draw)
    (shelf / "link.glyphs").symlink_to(path)
    forbid(shelf, files=False)
    with Library.open(shelf / "link.glyphs", or_read=True) as library:
        assert names(library) == ["one", "two"]


@pytest.fixture
def disc(tmp_path: Path) -> Iterator[Path]:
    """A medium of its own, to be made read-only by `mount -o remount,ro`."""
    folder = tmp_path / "disc"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "none", folder], check=False).returncode:
        pytest.skip("a medium can be mounted by root on Linux only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def sealed(disc: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disc], check=True)


def test_a_read_only_medium(disc: Path, draw: Draw) -> None:
    path = made(disc / "a.glyphs", draw)
    sealed(disc)
    with Library.open(path, or_read=True) as library:
        assert names(library) == ["one", "two"]
        nothing_changes(library, draw, "is read-only")
    with pytest.raises(LibraryError):
        Library.open(disc / "none.glyphs", or_read=True)


CUT_OFF = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE glyph SET name = 'torn', name_key = 'torn' WHERE name = 'one'")
db.execute("INSERT INTO shot (glyph_id, created, kind, drawing, checksum) VALUES (1, 0, 'ink', randomblob(200000), 0)")
os._exit(1)
"""

LOGGED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA wal_autocheckpoint = 0")
db.execute("UPDATE glyph SET name = 'three', name_key = 'three' WHERE name = 'two'")
os._exit(1)
"""


def killed(script: str, path: Path) -> None:
    subprocess.run([sys.executable, "-c", script, path], check=False)


def left_open(place: Path) -> list[Path]:
    return list(place.glob("glyphstudio-*"))


def test_a_change_that_was_cut_off_is_not_read(disc: Path, draw: Draw) -> None:
    path = made(disc / "a.glyphs", draw)
    killed(CUT_OFF, path)
    assert (disc / "a.glyphs-journal").stat().st_size > 0
    assert b"torn" in path.read_bytes()
    before = contents(disc)
    sealed(disc)
    with Library.open(path, or_read=True) as library:
        assert names(library) == ["one", "two"]
        nothing_changes(library, draw, f'"{path}"', "read-only")
    assert contents(disc) == before


def test_committed_changes_in_a_log_are_read(disc: Path, draw: Draw) -> None:
    path = made(disc / "a.glyphs", draw)
    killed(LOGGED, path)
    assert (disc / "a.glyphs-wal").stat().st_size > 0
    before = contents(disc)
    sealed(disc)
    with Library.open(path, or_read=True) as library:
        assert names(library) == ["one", "three"]
    assert contents(disc) == before


def test_private_copies_go_away(shelf: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = made(shelf / "a.glyphs", draw)
    killed(LOGGED, path)
    place = shelf / "temporary"
    place.mkdir()
    place.chmod(0o777)
    forbid(shelf, files=False)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with Library.open(path, or_read=True):
        assert len(left_open(place)) == 1
    assert left_open(place) == []


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_without_room_for_a_copy_a_cut_off_change_gets_a_sentence(
    disc: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(disc / "a.glyphs", draw)
    killed(CUT_OFF, path)
    sealed(disc)
    monkeypatch.setattr(shutil, "copyfile", no_room)
    with pytest.raises(LibraryError, match=r"was cut off, and there is no room .* ends in \"-journal\""):
        Library.open(path, or_read=True)


def without_locks(monkeypatch: pytest.MonkeyPatch, code: int, medium: Path) -> None:
    """Make the files below `medium` like those on a medium without locks."""
    guard = owner.guard

    def refuse(connection: sqlite3.Connection) -> None:
        guard(connection)
        uri = str(connection.execute("PRAGMA database_list").fetchone()[2])
        if uri.startswith(str(medium)) and not refused.immutable:
            error = sqlite3.OperationalError("locks fail")
            error.sqlite_errorcode = code
            raise error

    class refused:  # noqa: N801
        immutable = False

    uri_of = owner.uri

    def uri(path: Path, how: str) -> str:
        refused.immutable = "immutable" in how
        return uri_of(path, how)

    monkeypatch.setattr(owner, "guard", refuse)
    monkeypatch.setattr(reader, "guard", refuse)
    monkeypatch.setattr(reader, "uri", uri)
    monkeypatch.setattr(reader, "_has_locks", lambda _path: False)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL])
@pytest.mark.parametrize("room", [True, False])
def test_a_medium_without_locks(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch, code: int, room: bool
) -> None:
    medium = tmp_path / "share"
    medium.mkdir()
    path = made(medium / "a.glyphs", draw)
    without_locks(monkeypatch, code, medium)
    if not room:
        monkeypatch.setattr(shutil, "copyfile", no_room)
    with pytest.raises(LibraryError, match="medium without locks"):
        Library.open(path)
    with Library.open(path, or_read=True) as library:
        assert names(library) == ["one", "two"]
        nothing_changes(library, draw, "medium without locks")


def test_in_use_elsewhere_is_still_in_use(tmp_path: Path, draw: Draw) -> None:
    path = made(tmp_path / "a.glyphs", draw)
    with Library.open(path) as library:
        with pytest.raises(LibraryError, match="already open in another"):
            Library.open(path, or_read=True)
        script = "import sys; from pathlib import Path; from glyphstudio.library.library import Library\n"
        script += "Library.open(Path(sys.argv[1]), or_read=True)"
        done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
        assert "already open in another" in done.stderr
        library.enrol("three", draw(3))
    assert not library_module._OWNED
    with Library.open(path, or_read=True) as library:
        assert library.read_only == ""
        library.enrol("four", draw(4))


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 5000, None])
def test_what_is_no_library_stays_none(shelf: Path, draw: Draw, data: bytes | None) -> None:
    path = shelf / "a.glyphs"
    if data is None:
        made(path, draw)
        data = path.read_bytes()[:-3000]
    path.write_bytes(data)
    forbid(shelf)
    with pytest.raises(LibraryError, match=r"is not a GlyphStudio library|is damaged"):
        Library.open(path, or_read=True)


def test_an_unreadable_library_and_one_that_is_not_there(shelf: Path, draw: Draw) -> None:
    path = made(shelf / "a.glyphs", draw)
    path.chmod(0)
    shelf.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
    for place in (path, shelf / "none.glyphs", shelf / "sub" / "none.glyphs"):
        with pytest.raises(LibraryError) as caught:
            Library.open(place, or_read=True)
        assert str(place) in str(caught.value) and str(caught.value).endswith(".")


def test_the_studio_enrols_nothing_there(shelf: Path, draw: Draw) -> None:
    path = made(shelf / "a.glyphs", draw)
    forbid(shelf)
    with pytest.raises(LibraryError, match="is read-only"):
        Studio.open(path)
    with Studio.open_or_read(path) as studio, pytest.raises(LibraryError, match="is read-only"):
        studio.enrol("new", draw(5))
