"""The library's errors. Every message is a sentence (or two) for the user."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from glyphstudio.names import shown


class LibraryError(Exception):
    """The request failed, and nothing was changed. The message says what is wrong and what to do."""


class BadName(LibraryError):  # noqa: N818 - part of the library's interface
    """A glyph cannot have this name."""


def not_a_library(path: Path) -> LibraryError:
    return LibraryError(
        f'"{path}" is not a GlyphStudio library. It was not changed. Choose another file, or enter a new name to make '
        "a new library."
    )


def damaged(path: Path, detail: str, backup: Path | None) -> LibraryError:
    """`detail` may quote the file; `backup` is the newest one, if any."""
    detail = shown(" ".join(detail.split()), 200)
    way_out = (
        "GlyphStudio has no backup of it: look for your own copy."
        if backup is None
        else f'Its newest backup is "{backup}": copy it to a new place and open the copy.'
    )
    return LibraryError(f'The library "{path}" is damaged ({detail}). It was not changed. {way_out}')


def locked(path: Path) -> LibraryError:
    return LibraryError(
        f'The library "{path}" is already open in another GlyphStudio window. Close it there first, '
        "or choose another library here."
    )


def without_locks(path: Path) -> LibraryError:
    return LibraryError(
        f'The library "{path}" is on a medium without locks, where two programs could damage it, so it is read-only. '
        "Copy it to a disk of this computer to change it."
    )


def sentence_for(error: sqlite3.Error | UnicodeDecodeError, path: Path, backup: Path | None = None) -> LibraryError:
    """Turn SQLite's error about the library at `path` into a sentence.

    A UnicodeDecodeError counts too: Python raises it when SQLite's message quotes garbage from the file.
    """
    if isinstance(error, UnicodeDecodeError):
        return damaged(path, "its tables cannot be read", backup)
    # The low byte is the kind of error; the bytes above it are details. Errors of the sqlite3 module have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return locked(path)
        case sqlite3.SQLITE_NOTADB:
            return not_a_library(path)
        case sqlite3.SQLITE_CORRUPT:
            return damaged(path, str(error), backup)
        case sqlite3.SQLITE_FULL:
            return LibraryError(
                f'The disk is full, so nothing was changed in the library "{path}". Free some space, then try again.'
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return LibraryError(
                f'The library "{path}" is read-only. Allow writing to the file and its folder, or choose another '
                "library."
            )
        case sqlite3.SQLITE_CANTOPEN:
            return LibraryError(
                f'The library "{path}" cannot be opened for writing. Check that you may write to the file and to its '
                "folder, or choose another place."
            )
        case sqlite3.SQLITE_IOERR:
            return LibraryError(
                f'The disk reports an error for the library "{path}" ({error}). Check the disk, then start again.'
            )
        case sqlite3.SQLITE_TOOBIG:
            return LibraryError("This drawing is too large for a library. Use a simpler drawing or a smaller picture.")
        case _:
            return LibraryError(f'The library "{path}" cannot be used ({error}). Close GlyphStudio and start it again.')
