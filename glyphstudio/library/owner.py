"""Opens a library file as its only owner.

The owner takes SQLite's own exclusive lock on opening and holds it until closing. So a second GlyphStudio is refused at
once, and the system frees the lock of a killed process. A commit returns when the data is on disk (synchronous=EXTRA).
The rollback journal beside the file exists only while the library is open, or after a crash. Then the next opening
rolls back uncommitted changes.

No other code in this process may open the file meanwhile, not even to read. On POSIX systems, closing any other handle
on it would drop the lock.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from glyphstudio.library import schema
from glyphstudio.library.backup import newest_backup, sync_folder, write_backup
from glyphstudio.library.errors import LibraryError, damaged, not_a_library, sentence_for

_LARGEST_VALUE = 1 << 26  # bytes of one drawing; a hostile file cannot demand more


def open_file(path: Path, shown: Path | None = None) -> sqlite3.Connection:
    """Open the library at `path`, checked, up to date and locked. Makes it, with its folder, if there is none.

    Raises LibraryError; an existing file is then unchanged. shown: the file that its sentences are about, if `path` is
    a copy.
    """
    exists, shown = _prepare(path), shown or path
    connection: sqlite3.Connection | None = None
    try:
        # `rwc` creates a file; with `rw`, a file that has just vanished is an error, not a new empty library.
        how = "mode=rw" if exists else "mode=rwc"
        connection = sqlite3.connect(uri(path, how), uri=True, timeout=0, isolation_level=None)
        _lock(connection)
        _check(connection, path, shown)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error | UnicodeDecodeError):
            raise sentence_for(error, shown, newest_backup(shown)) from error
        raise
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run everything in the block or nothing; on disk when the block ends without an error."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # after some errors, such as a full disk, SQLite has already rolled back
            connection.execute("ROLLBACK")
        raise


def uri(path: Path, how: str) -> str:
    """Return SQLite's URI for a file, with parameters such as `mode=ro`."""
    # Not `Path.as_uri`: SQLite needs Windows's //server/share behind an empty authority, as file:////server/share.
    place = quote(os.fsencode(path.as_posix()))
    return f"file://{'' if place.startswith('/') else '/'}{place}?{how}"


def guard(connection: sqlite3.Connection) -> None:
    """Keep a hostile file from doing harm: no large values, no code in the schema."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def _prepare(path: Path) -> bool:
    """Make the folder if it is missing, and return whether there is a file at `path`."""
    try:
        if path.is_dir():
            raise LibraryError(f'"{path}" is a folder. Choose a file in it as the library.')
        if path.exists() and not path.is_file():  # a device would accept every enrolment and keep none
            raise LibraryError(f'"{path}" is not an ordinary file. Choose another place for the library.')
        if path.exists() and path.stat().st_size == 1:  # SQLite takes a single byte for an empty file
            raise not_a_library(path)
        missing = [place for place in path.parents if not place.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for place in missing:
            sync_folder(place.parent)
        return path.exists()
    except OSError as error:
        raise LibraryError(
            f'GlyphStudio cannot keep the library at "{path}" ({error.strerror}). Choose another place for it.'
        ) from error


def _lock(connection: sqlite3.Connection) -> None:
    guard(connection)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: also flush the disk's own cache
    connection.execute("PRAGMA foreign_keys = ON")
    # In this locking mode the lock outlives the transaction.
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("ROLLBACK")


def _check(connection: sqlite3.Connection, path: Path, shown: Path) -> None:
    if schema.is_new(connection):
        with transaction(connection):
            schema.bring_up_to_date(connection)
        return
    _is_readable(connection, shown)
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":  # another program has changed it
        connection.execute("PRAGMA journal_mode = DELETE")
    _probe(connection)
    if sound(connection, path, shown) < len(schema.STEPS):
        _migrate(connection, path)


def sound(connection: sqlite3.Connection, path: Path, shown: Path | None = None) -> int:
    """Return the schema's version of an undamaged library; it changes nothing. Raises LibraryError about `shown`."""
    shown = shown or path
    version = _is_readable(connection, shown)
    detail = "its end is missing" if path.stat().st_size < schema.size(connection) else schema.damage(connection)
    if detail:
        raise damaged(shown, detail, newest_backup(shown))
    return version


def _is_readable(connection: sqlite3.Connection, shown: Path) -> int:
    """Return the schema's version. Raises LibraryError for a file that is no library, or of a newer version."""
    if not schema.is_ours(connection):
        raise not_a_library(shown)
    version = schema.version(connection)
    if version > len(schema.STEPS):
        raise LibraryError(
            f'The library "{shown}" was made by a newer GlyphStudio. It was not changed. Update GlyphStudio to open it.'
        )
    return version


def _probe(connection: sqlite3.Connection) -> None:
    """Raise now, not at the first enrolment, if the file or its folder is read-only. The change here is rolled back: it
    makes the journal, but never reaches the file."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute(f"PRAGMA user_version = {schema.version(connection)}")
    except sqlite3.Error as error:
        # With a library on a full disk you can still recognise; enrolling reports the full disk.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    try:
        write_backup(connection, path)
    except (OSError, sqlite3.Error) as error:
        raise LibraryError(
            f'The library "{path}" is from an older GlyphStudio and cannot be updated, because no backup of it can be '
            f"written ({error}). Allow writing to its folder, then start again."
        ) from error
    with transaction(connection):
        schema.bring_up_to_date(connection)
