"""The tables of a library file, and the steps that update an older file.

The schema's version is the number of steps taken: a new file takes all of them, an older one those that it lacks.
Never edit a released step; the next version appends one.
"""

from __future__ import annotations

import contextlib
import sqlite3

APPLICATION_ID = 0x474C5946  # "GLYF", in the file's header

STEPS: tuple[tuple[str, ...], ...] = (
    # 1. Ids are AUTOINCREMENT, so that an id is never used twice and an undone delete finds its own id free.
    # Times are microseconds since 1970, UTC. `checksum` is the CRC-32 of `drawing`. `embedding` is a cache: emptying it
    # is safe at any time, and costs only the time to compute it again.
    (
        """CREATE TABLE glyph (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE shot (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            glyph_id INTEGER NOT NULL REFERENCES glyph (id) ON DELETE CASCADE,
            created INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('ink', 'picture')),
            drawing BLOB NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX shot_of_glyph ON shot (glyph_id)",
        """CREATE TABLE embedding (
            shot_id INTEGER NOT NULL REFERENCES shot (id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            vector BLOB NOT NULL,
            PRIMARY KEY (shot_id, key)
        ) STRICT, WITHOUT ROWID""",
    ),
    # 2. Where on which page a shot was cut out, as JSON (`origin.py`); NULL for a shot that is no cut.
    ("ALTER TABLE shot ADD COLUMN origin TEXT",),
)


def version(connection: sqlite3.Connection) -> int:
    """Return the schema's version; 0 in a file without one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_new(connection: sqlite3.Connection) -> bool:
    """Return whether the file is still empty (0 bytes)."""
    return bool(connection.execute("PRAGMA page_count").fetchone()[0] == 0)


def size(connection: sqlite3.Connection) -> int:
    """Return how many bytes the file must have. SQLite itself would read zeros if the last page were cut short."""
    pages, page_size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * page_size)


def is_ours(connection: sqlite3.Connection) -> bool:
    """Return whether the file says that it is a GlyphStudio library."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Take the missing steps, inside the caller's transaction."""
    _take(connection, STEPS[version(connection) :])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(STEPS)}")


def damage(connection: sqlite3.Connection) -> str | None:
    """Return what is wrong with a file, in a few words, or None if it is sound.

    The schema must be exactly that of its version. Otherwise a file could contain triggers that run when we write.
    """
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        return str(found)
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        _take(fresh, STEPS[: version(connection)])
        expected = _objects(fresh)
    return None if _objects(connection) == expected else "its tables are not those of a library"


def _take(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...]) -> None:
    for step in steps:
        for statement in step:
            connection.execute(statement)


def _objects(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    # SQLite keeps each statement as it was written; differences in indentation do not count.
    return {tuple(" ".join(str(value).split()) for value in row) for row in rows}
