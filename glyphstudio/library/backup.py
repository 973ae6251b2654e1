"""Backups: a copy a day of a library that has changed, kept beside it, the newest KEPT of them.

They lie in `backups` beside the library, as `<library's name> YYYY-MM-DD.glyphs`. Each is a library itself.
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
    """The backups of a library, the oldest first."""
    pattern = re.compile(re.escape(_stem(library)) + r" \d{4}-\d\d-\d\d\.glyphs")
    try:
        return sorted(path for path in _folder(library).iterdir() if pattern.fullmatch(path.name))
    except OSError:
        return []


def newest_backup(library: Path) -> Path | None:
    return next(reversed(backups_of(library)), None)


def backup_is_due(library: Path) -> bool:
    """Whether the library has changed since the newest backup, and none was made today."""
    newest = newest_backup(library)
    if newest is None:
        return True
    # A backup carries its library's time of change: comparing for equality trusts no clock.
    return newest != _today(library) and newest.stat().st_mtime_ns != library.stat().st_mtime_ns


def write_backup(connection: sqlite3.Connection, library: Path, prune: bool = True) -> Path:
    """Copy the open library to today's backup and drop those beyond KEPT; `prune=False` drops none.

    Raises OSError or sqlite3.Error, and then leaves earlier backups as they are.
    """
    target = _today(library)
    target.parent.mkdir(exist_ok=True)
    beside = target.with_name(f".{_stem(library)}.part")  # one name: what a crash leaves is used up next time
    beside.unlink(missing_ok=True)
    with replacing(target, beside):
        copy = sqlite3.connect(beside, isolation_level=None)
        try:
            # Only this function knows the file, so it needs no journal.
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
    """Make a new name in `folder` survive a power cut, where the system has a way to ask for it."""
    with contextlib.suppress(OSError):  # Windows opens no folders, and some file systems sync none
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
