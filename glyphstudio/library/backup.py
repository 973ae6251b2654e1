"""Backups: one copy a day of each changed library. The newest KEPT copies stay.

They are in the folder `backups` beside the library, as `<library's name> YYYY-MM-DD.glyphs`. Each is itself a library.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from datetime import date
from pathlib import Path

from glyphstudio.files import replacing

KEPT = 5


def backups_of(library: Path) -> list[Path]:
    """Return the backups of a library, oldest first."""
    pattern = re.compile(re.escape(_stem(library)) + r" \d{4}-\d\d-\d\d\.glyphs")
    try:
        return sorted(path for path in _folder(library).iterdir() if pattern.fullmatch(path.name))
    except OSError:
        return []


def newest_backup(library: Path) -> Path | None:
    return next(reversed(backups_of(library)), None)


def backup_is_due(library: Path) -> bool:
    """Return whether the library has changed since its newest backup, and has none from today."""
    newest = newest_backup(library)
    if newest is None:
        return True
    # A backup carries its library's modification time. Comparing for equality does not rely on the clock.
    return newest != _today(library) and newest.stat().st_mtime_ns != library.stat().st_mtime_ns


def write_backup(connection: sqlite3.Connection, library: Path, prune: bool = True) -> Path:
    """Copy the open library to today's backup, and delete all but the newest KEPT; `prune=False` deletes none.

    On OSError or sqlite3.Error, earlier backups stay unchanged.
    """
    target = _today(library)
    target.parent.mkdir(exist_ok=True)
    beside = target.with_name(f".{_stem(library)}.part")  # always one name, so the next backup clears up after a crash
    beside.unlink(missing_ok=True)
    with replacing(target, beside):
        copy = sqlite3.connect(beside, isolation_level=None)
        try:
            # Only this function uses the file, so it needs no journal.
            copy.execute("PRAGMA journal_mode = OFF")
            connection.backup(copy)
        finally:
            copy.close()
        stat = library.stat()
        os.utime(beside, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    sync_folder(target.parent)
    if prune:
        for old in [path for path in backups_of(library) if path != target][: -(KEPT - 1)]:
            with contextlib.suppress(OSError):
                old.unlink()
    return target


def sync_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut, if the system can."""
    with contextlib.suppress(OSError):  # Windows cannot open folders, and some file systems cannot sync them
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _folder(library: Path) -> Path:
    return library.parent / "backups"


def _stem(library: Path) -> str:
    return library.name.removesuffix(".glyphs")


def _today(library: Path) -> Path:
    return _folder(library) / f"{_stem(library)} {date.today():%Y-%m-%d}.glyphs"
