"""Opens a library that may not be written, to read what was last committed: on a read-only file, folder or medium, on a
full disk, or on a medium without locks.

SQLite reads the file in place if that is safe. It is not safe if a change was cut off (a journal is beside the file),
if another program left its changes in a write-ahead log, or if the medium has no locks, because others may then write
at the same time. Then this module opens a private copy of file and journal, and SQLite completes or undoes the change
there. The original is never changed.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
import tempfile
from pathlib import Path

from glyphstudio.library import schema
from glyphstudio.library.backup import newest_backup
from glyphstudio.library.errors import LibraryError, locked, not_a_library, sentence_for, without_locks
from glyphstudio.library.owner import guard, open_file, sound, uri

_BESIDE = ("-journal", "-wal")
_TRIES = 3
_LOCK_ERRORS = {  # extended codes of SQLITE_IOERR: the medium cannot lock
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
}
_UNWRITABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.EIO, errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP}


class _Elsewhere(Exception):  # noqa: N818  no error
    """It cannot be read in place: read a copy."""


class Reading:
    """An open connection that nothing is written through, and the private copy behind it, if there is one."""

    def __init__(self, connection: sqlite3.Connection, copy: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.connection, self._copy = connection, copy

    def close(self) -> None:
        """A second call does nothing."""
        self.connection.close()
        if self._copy is not None:
            with contextlib.suppress(OSError):
                self._copy.cleanup()
            self._copy = None


def unwritable(path: Path, error: LibraryError) -> LibraryError | None:
    """Return why the library cannot be written, if it may still be read; None if it may not.

    error: from opening it as its owner. Call this only if this process does not have the file open, because trying its
    locks would drop those that this process holds.
    """
    cause = error.__cause__
    try:
        if not path.is_file():
            return None
    except OSError:  # its folder cannot be read
        return None
    if isinstance(cause, sqlite3.Error):
        if _is_lockless(cause, path):
            return without_locks(path)
        return error if _code(cause) & 0xFF in _UNWRITABLE else None
    return error if isinstance(cause, OSError) else None


def open_to_read(path: Path) -> Reading:
    """Open the library at `path`, checked, without changing anything there. Raises LibraryError."""
    try:
        if not path.is_file() or path.stat().st_size < 2:
            raise not_a_library(path)
        try:
            if _unfinished(path):
                raise _Elsewhere
            return Reading(_in_place(path, "mode=ro"))
        except _Elsewhere:
            return _copied(path)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise sentence_for(error, path, newest_backup(path)) from error
    except OSError as error:
        raise LibraryError(
            f'The library "{path}" cannot be read ({error.strerror}). Check that you may read the file, or choose '
            "another library."
        ) from error


def _in_place(path: Path, how: str) -> sqlite3.Connection:
    """Raises _Elsewhere if the medium cannot lock, or if the file is of an older version."""
    connection = sqlite3.connect(uri(path, how), uri=True, timeout=0, isolation_level=None)
    try:
        guard(connection)
        connection.execute("PRAGMA temp_store = MEMORY")  # a full or read-only disk has no room for it
        connection.execute("PRAGMA query_only = ON")
        if schema.is_new(connection):
            raise not_a_library(path)
        if sound(connection, path) < len(schema.STEPS):
            raise _Elsewhere
    except sqlite3.Error as error:
        connection.close()
        if _is_lockless(error, path):
            raise _Elsewhere from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _copied(path: Path) -> Reading:
    """Raises LibraryError, sqlite3.Error and OSError."""
    real = path.resolve()  # SQLite's journals are beside the file, not beside a link to it
    folder = tempfile.TemporaryDirectory(prefix="glyphstudio-")
    copy = Path(folder.name) / real.name
    try:
        for _ in range(_TRIES):
            before = _state(real)
            for end in ("", *_BESIDE):
                Path(f"{copy}{end}").unlink(missing_ok=True)
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(f"{real}{end}", f"{copy}{end}")
            if copy.exists() and _state(real) == before:
                break
        else:
            raise locked(path)
        return Reading(open_file(copy, shown=path), folder)
    except BaseException as error:
        folder.cleanup()
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            return _without_copy(path, error)
        raise


def _without_copy(path: Path, error: OSError) -> Reading:
    """Read in place without locks, if no change was cut off; there is no room for a copy, or the file is unreadable."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
        raise error
    if _unfinished(path):
        raise LibraryError(
            f'A change in the library "{path}" was cut off, and there is no room for a copy in which to undo it '
            f"({error.strerror}). Free some space, or copy the library with the file of the same name that ends in "
            '"-journal" or "-wal" to another disk and open it there.'
        ) from error
    try:
        return Reading(_in_place(path, "mode=ro&immutable=1"))
    except _Elsewhere:
        raise error from None


def _unfinished(path: Path) -> bool:
    """Return whether SQLite would have to write before it could read. Raises OSError."""
    real = path.resolve()
    with real.open("rb") as file:
        header = file.read(20)
    if header[18:20] == b"\x02\x02":  # a write-ahead log, perhaps with committed changes in it
        return True
    journal = Path(f"{real}-journal")
    return journal.exists() and journal.stat().st_size > 0


def _state(path: Path) -> list[tuple[int, int] | None]:
    """Return sizes and times of the file and of its journals; None for each that is missing."""
    found: list[tuple[int, int] | None] = []
    for end in ("", *_BESIDE):
        try:
            status = Path(f"{path}{end}").stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((status.st_size, status.st_mtime_ns))
    return found


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR))


def _is_lockless(error: sqlite3.Error, path: Path) -> bool:
    """Return whether the reason is a medium that cannot lock. SQLite reports some such media as a file in use."""
    code = _code(error)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return not _has_locks(path)
    return code in _LOCK_ERRORS or code & 0xFF in (sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS)


def _has_locks(path: Path) -> bool:
    """Return whether the medium can lock files; True if that cannot be found out."""
    try:
        import fcntl
    except ImportError:  # Windows always can
        return True
    try:
        with path.open("rb") as file:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, 0)
    except OSError as error:
        return error.errno not in _NO_LOCKS
    return True
