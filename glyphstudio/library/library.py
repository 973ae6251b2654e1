"""The library: the file that holds glyphs and their shots. An enrolled drawing is never lost."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_data_path

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.backup import backup_is_due, newest_backup, write_backup
from glyphstudio.library.errors import BadName, LibraryError, sentence_for
from glyphstudio.library.glyph import (
    DuplicateName,
    Entry,
    Glyph,
    Removed,
    Shot,
)
from glyphstudio.library.names import clean_name, shown_name
from glyphstudio.library.owner import open_file, transaction
from glyphstudio.library.reader import Reading, open_to_read, unwritable
from glyphstudio.library.rows import Rows, glyph_of, shot_of
from glyphstudio.library.schema import APPLICATION_ID
from glyphstudio.names import name_key, natural_key

__all__ = [
    "BadName",
    "DuplicateName",
    "Entry",
    "Glyph",
    "Library",
    "LibraryError",
    "Removed",
    "Shot",
    "clean_name",
    "default_library_path",
    "is_library",
]

_OPENING = threading.Lock()  # held while a library is opened, or another file is read to see whether it is one
_OWNED: set[tuple[int, int]] = set()  # files that this process has open: no other handle on them may be closed


def default_library_path() -> Path:
    """Return the path of the user's library if the user names no other."""
    return user_data_path("GlyphStudio", appauthor=False) / "library.glyphs"


class Library:
    """Owns one library file. Belongs to the thread that opened it. Open one with `Library.open`.

    Every change is one transaction, and is on disk when the call returns; a call that raises has changed nothing.
    Listings leave out a shot with a damaged drawing, and a glyph that has no other shot; `problems` names them. Their
    rows stay in the file. Enrolling under the name of a glyph that is left out makes it usable again.
    """

    path: Path
    backup_problem: str | None
    """A sentence if the daily backup could not be written on opening."""
    read_only: str
    """Why nothing can be changed, as a sentence; empty if it can."""

    def __init__(self, path: Path, connection: sqlite3.Connection, reading: Reading | None = None) -> None:
        self.path = path
        self.backup_problem = None
        self.read_only = ""
        self._connection, self._rows, self._reading = connection, Rows(connection), reading
        self._inode = _inode(path)
        if reading is None and self._inode is not None:
            _OWNED.add(self._inode)

    @staticmethod
    def open(path: Path, or_read: bool = False) -> Library:
        """Open the library at `path`, or make it (and its folder) if there is none.

        or_read: if it may not be written, open it read only. Raises LibraryError if it is open elsewhere, not a
        library, from a newer version, damaged, or not writable (with `or_read`: not readable).
        """
        path = path.absolute()
        try:
            with _OPENING:  # `open_file` takes the lock long before the file is in `_OWNED`
                library = Library(path, open_file(path))
        except LibraryError as error:
            why = None if _inode(path) in _OWNED else unwritable(path, error)
            if why is None:
                raise
            if not or_read:
                raise why from error.__cause__
            reading = open_to_read(path)
            library = Library(path, reading.connection, reading)
            library.read_only = str(why)
        else:
            library._back_up()
        return library

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        if self._reading is not None:
            self._reading.close()
            return
        self._connection.close()
        if self._inode is not None:
            _OWNED.discard(self._inode)

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Reading

    def glyphs(self) -> list[Glyph]:
        """Return all glyphs sorted by name: g2 before g10, ignoring case."""
        with self._sentences():
            shots: dict[int, list[Shot]] = {}
            for row in self._rows.shots():
                if row.intact:
                    shots.setdefault(row.glyph_id, []).append(shot_of(row))
            rows = [row for row in self._rows.glyphs() if row.id in shots]
        return sorted(
            (glyph_of(row, shots[row.id]) for row in rows), key=lambda glyph: (natural_key(glyph.name), glyph.id)
        )

    def glyph(self, glyph_id: int) -> Glyph:
        """Return a glyph. Raises LibraryError if there is none (any more)."""
        with self._sentences():
            glyph = self._rows.read(glyph_id)
        if glyph is None:
            raise LibraryError("This glyph is no longer in the library. Enrol it again, or undo its delete.")
        return glyph

    def find(self, name: str) -> Glyph | None:
        """The glyph of this name; case and white space make no difference."""
        try:
            name = clean_name(name)
        except BadName:
            return None
        with self._sentences():
            row = self._rows.glyph_named(name)
            return row and self._rows.read(row.id)

    def problems(self) -> list[str]:
        """Return a sentence for every glyph with damaged drawings; none for a sound library."""
        with self._sentences():
            every, intact = Counter[int](), Counter[int]()
            for shot in self._rows.shots():
                every[shot.glyph_id] += 1
                intact[shot.glyph_id] += shot.intact
            glyphs = list(self._rows.glyphs())
        backup = newest_backup(self.path)
        advice = f' The backup "{backup}" may still have it.' if backup else ""
        result = []
        for glyph in glyphs:
            name, lost = shown_name(glyph.name), every[glyph.id] - intact[glyph.id]
            if not intact[glyph.id]:
                result.append(f'The glyph "{name}" is damaged and left out. Enrol it again.{advice}')
            elif lost:
                result.append(f'Damaged drawings of "{name}" are left out: {lost} of {every[glyph.id]}.{advice}')
        return result

    # Changing

    def enrol(self, name: str, drawing: Drawing) -> Glyph:
        """Add a new glyph with its first shot. Raises BadName, and DuplicateName if the glyph exists."""
        name = clean_name(name)
        with self._change():
            row = self._rows.glyph_named(name)
            if row is None:
                glyph_id = self._rows.insert_glyph(name)
            else:
                existing = self._rows.read(row.id)
                if existing is not None:
                    raise DuplicateName(existing)
                glyph_id = row.id  # all its drawings are damaged: this one makes it usable again
            self._rows.insert_drawing(glyph_id, drawing)
            return self.glyph(glyph_id)

    def add_shot(self, glyph_id: int, drawing: Drawing) -> Shot:
        """Add a further shot to a glyph."""
        with self._change():
            self.glyph(glyph_id)
            return self._rows.insert_drawing(glyph_id, drawing)

    def enrol_page(self, entries: Iterable[Entry]) -> list[Shot]:
        """Enrol many drawings, all or none: each as a new glyph, or as a further shot if a glyph has its name. Return
        the shots, in order. Raises BadName."""
        named = [(clean_name(entry.name), entry) for entry in entries]
        with self._change():
            shots = []
            for name, entry in named:
                row = self._rows.glyph_named(name)
                glyph_id = self._rows.insert_glyph(name) if row is None else row.id
                shots.append(self._rows.insert_drawing(glyph_id, entry.drawing, entry.origin))
            return shots

    def take_back(self, shot_ids: Iterable[int]) -> tuple[list[Glyph], list[int]]:
        """Undo `enrol_page`: delete these shots, and each of their glyphs that has no other. Return the glyphs that
        stay, and the ids of those that are gone. Shots that are no longer there are ignored."""
        with self._change():
            glyph_ids = set()
            for shot_id in shot_ids:
                shot = self._rows.shot(shot_id)
                if shot is not None:
                    glyph_ids.add(shot.glyph_id)
                    self._rows.delete_shot(shot_id)
            stay, gone = [], []
            for glyph_id in sorted(glyph_ids):
                if not self._rows.shots_of(glyph_id):
                    self._rows.delete_glyph(glyph_id)
                    gone.append(glyph_id)
                else:
                    glyph = self._rows.read(glyph_id)  # None if only damaged drawings are left
                    if glyph is None:
                        gone.append(glyph_id)
                    else:
                        stay.append(glyph)
            return stay, gone

    def enrol_all(self, drawings: Iterable[tuple[str, Drawing]], add: bool = False) -> dict[str, int]:
        """Enrol every drawing under its name, all of them or none: an error, also one of `drawings`, undoes everything.

        add: whether glyphs may exist already. Return how many drawings each glyph got, by the glyph's name. Raises
        BadName and, without `add`, DuplicateName.
        """
        ids: dict[str, int] = {}
        counts: dict[int, int] = {}
        names: dict[int, str] = {}
        with self._change():
            for name, drawing in drawings:
                key = name_key(clean_name(name))
                if key not in ids:
                    row = self._rows.glyph_named(name := clean_name(name))
                    existing = None if row is None else self._rows.read(row.id)
                    if existing is not None and not add:
                        raise DuplicateName(existing)
                    ids[key] = self._rows.insert_glyph(name) if row is None else row.id
                    names[ids[key]] = name if existing is None else existing.name
                self._rows.insert_drawing(ids[key], drawing)
                counts[ids[key]] = counts.get(ids[key], 0) + 1
        return {names[glyph_id]: count for glyph_id, count in counts.items()}

    def rename(self, glyph_id: int, name: str) -> Glyph:
        """Rename a glyph. Raises BadName, and DuplicateName if another glyph has the name."""
        name = clean_name(name)
        with self._change():
            self.glyph(glyph_id)
            row = self._rows.glyph_named(name)
            if row is not None and row.id != glyph_id:
                raise _taken(name, self._rows.read(row.id))
            self._rows.rename(glyph_id, name)
            return self.glyph(glyph_id)

    def delete_glyph(self, glyph_id: int) -> Removed:
        """Delete a glyph with all its shots; `restore` brings it back."""
        with self._change():
            glyph = self.glyph(glyph_id)
            removed = Removed(glyph, self._rows.glyph(glyph_id), tuple(self._rows.shots_of(glyph_id)))
            self._rows.delete_glyph(glyph_id)
            return removed

    def delete_shot(self, shot_id: int) -> Removed:
        """Delete one shot; `restore` brings it back. Raises LibraryError for the last shot of a glyph."""
        with self._change():
            row = self._rows.shot(shot_id)
            if row is None:
                raise LibraryError("This drawing is no longer in the library. There is nothing to delete.")
            glyph = self.glyph(row.glyph_id)
            if len(glyph.shots) == 1:
                raise LibraryError(f'This is the only drawing of "{glyph.name}". To remove it, delete the glyph.')
            self._rows.delete_shot(shot_id)
            return Removed(glyph, None, (row,))

    def restore(self, removed: Removed) -> Glyph:
        """Undo a delete, with the same ids, names, times and drawings.

        Raises LibraryError if another glyph has taken the name, or if the glyph is deleted or already back.
        """
        name, row = removed.glyph.name, removed.glyph_row
        with self._change():
            if row is None:
                if self._rows.read(removed.glyph.id) is None:
                    raise LibraryError(f'The glyph "{name}" has been deleted too. Undo that first.')
            else:
                if self._rows.glyph(row.id):
                    raise LibraryError(f'The glyph "{name}" is already in the library. There is nothing to undo.')
                if self._rows.glyph_named(name):
                    raise LibraryError(
                        f'Another glyph is now named "{name}". Rename or delete that one, then undo again.'
                    )
                self._rows.insert(row)
            for shot in removed.shot_rows:
                if self._rows.shot(shot.id):
                    raise LibraryError(f'This drawing of "{name}" is already in the library. There is nothing to undo.')
                self._rows.insert(shot)
            return self.glyph(removed.glyph.id)

    # The cache of embeddings

    def embeddings(self, key: str) -> dict[int, NDArray[np.float32]]:
        """Return shot id -> embedding (D,), as stored under `key` (weights and renderer version). Leaves out invalid
        ones, so that they are computed again."""
        with self._sentences():
            return self._rows.embeddings(key)

    def store_embeddings(self, key: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store embeddings (D,) under `key`, and drop those of every other key: only one set of weights is in use.

        Skips vectors of shots that have been deleted meanwhile.
        """
        if not vectors:
            return
        with self._change():
            self._rows.store_embeddings(key, vectors)

    # Inside

    @contextlib.contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:  # a wrong thread or a closed library: our mistake, not the user's
            raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise sentence_for(error, self.path, newest_backup(self.path)) from error

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        """Run one transaction. First checks that the file is still in place, or the change would be lost with it."""
        if self.read_only:
            raise LibraryError(self.read_only)
        if _inode(self.path) != self._inode:
            raise LibraryError(
                f'The library "{self.path}" was moved, deleted or replaced while it was open, so nothing can be saved '
                "in it. Put it back, then start GlyphStudio again."
            )
        with self._sentences(), transaction(self._connection):
            yield

    def _back_up(self) -> None:
        try:
            if self._connection.execute("SELECT 1 FROM glyph").fetchone() and backup_is_due(self.path):
                # If the library is damaged, older backups may still have the lost drawings.
                write_backup(self._connection, self.path, prune=not self.problems())
        except (OSError, sqlite3.Error, LibraryError) as error:
            self.backup_problem = (
                f"GlyphStudio could not back up the library ({_reason(error)}). The library itself is in order."
            )


def is_library(path: Path) -> bool:
    """Return whether the file's header marks it as a library; its name does not matter. A library that this process has
    open is not read."""
    try:
        if not path.is_file():
            return False
        with _OPENING:
            if _inode(path) in _OWNED:
                return True
            with path.open("rb") as file:
                header = file.read(72)
    except (OSError, ValueError):  # ValueError: a null byte, which no path has
        return False
    return header.startswith(b"SQLite format 3\0") and header[68:] == APPLICATION_ID.to_bytes(4, "big")


def _taken(name: str, glyph: Glyph | None) -> LibraryError:
    if glyph is not None:
        return DuplicateName(glyph)
    return LibraryError(f'A damaged glyph is already named "{name}". Choose another name.')


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
