"""Opening a library file as its one owner.

SQLite's own exclusive lock is taken on opening and held until closing, so a second GlyphStudio is refused at once, and
the system frees the lock of a process that was killed. A commit returns when the disk has it (synchronous=EXTRA). The
rollback journal beside the file exists only while the library is open, or after a crash; then the next opening
rolls back what was never committed.

Nobody may open the file in other ways meanwhile, not even to read: on POSIX systems, closing any other handle on it in
this process would drop the lock.
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

_LARGEST_VALUE = 1 << 26  # bytes of one drawing; a hostile file cannot ask for more


def open_file(path: Path) -> sqlite3.Connection:
    """The library at `path`, checked, up to date and locked; made, with its folder, where there is none.

    Raises LibraryError, and then has left an existing file as it was.
    """
    exists = _prepare(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(_uri(path, exists), uri=True, timeout=0, isolation_level=None)
        _lock(connection)
        _check(connection, path)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error | UnicodeDecodeError):
            raise sentence_for(error, path, newest_backup(path)) from error
        raise
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; durable when it ends without an error."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has rolled back by itself after some errors, a full disk for one
            connection.execute("ROLLBACK")
        raise


def _uri(path: Path, exists: bool) -> str:
    """`rwc` creates; with `rw`, a file that vanishes just now is an error and not a new empty library."""
    # Not `Path.as_uri`: SQLite wants //server/share of Windows behind an empty authority, as file:////server/share.
    place = quote(os.fsencode(path.as_posix()))
    return f"file://{'' if place.startswith('/') else '/'}{place}?mode={'rw' if exists else 'rwc'}"


def _prepare(path: Path) -> bool:
    """Make the folder where it is missing, and say whether there is a file at `path`."""
    try:
        if path.is_dir():
            raise LibraryError(f'"{path}" is a folder. Choose a file in it as the library.')
        if path.exists() and not path.is_file():  # a device would take every enrolment and keep none
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
            f'The library cannot be kept at "{path}" ({error.strerror}). Choose another place for it.'
        ) from error


def _lock(connection: sqlite3.Connection) -> None:
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: past the disk's own cache, too
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # In this locking mode the lock outlives the transaction.
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("ROLLBACK")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if schema.is_new(connection):
        with transaction(connection):
            schema.bring_up_to_date(connection)
        return
    if not schema.is_ours(connection):
        raise not_a_library(path)
    version = schema.version(connection)
    if version > len(schema.STEPS):
        raise LibraryError(
            f'The library "{path}" was made by a newer GlyphStudio. It was left as it is. Update GlyphStudio to '
            "open it."
        )
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":  # another program has changed it
        connection.execute("PRAGMA journal_mode = DELETE")
    _probe(connection)
    detail = "its end is missing" if path.stat().st_size < schema.size(connection) else schema.damage(connection)
    if detail:
        raise damaged(path, detail, newest_backup(path))
    if version < len(schema.STEPS):
        _migrate(connection, path)


def _probe(connection: sqlite3.Connection) -> None:
    """Find out now, and not at the first enrolment, that the file or its folder cannot be written: the rolled back
    change makes the journal, and never reaches the file."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute(f"PRAGMA user_version = {schema.version(connection)}")
    except sqlite3.Error as error:
        # A library on a full disk can still recognise; enrolling says what is wrong.
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
            f'The library "{path}" is of an older GlyphStudio and cannot be brought up to date, since no backup of it '
            f"can be written ({error}). Allow writing to its folder, then start again."
        ) from error
    with transaction(connection):
        schema.bring_up_to_date(connection)
