"""The rows of a library file: reads and writes them. Transactions, checks and sentences are the library's."""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Glyph, GlyphRow, Shot, ShotRow, moment, now, pack
from glyphstudio.library.names import shown_name
from glyphstudio.library.origin import Origin
from glyphstudio.names import name_key

_GLYPH = "SELECT id, name, name_key, created FROM glyph"
_SHOT = "SELECT id, glyph_id, created, kind, drawing, checksum, origin FROM shot"


class Rows:
    """The tables `glyph`, `shot` and `embedding` of one connection. Any call may raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # Reading

    def glyphs(self) -> Iterator[GlyphRow]:
        """Yield all glyphs, the oldest first."""
        return map(GlyphRow._make, self._connection.execute(f"{_GLYPH} ORDER BY id"))

    def shots(self) -> Iterator[ShotRow]:
        """Yield all shots, the oldest first."""
        return map(ShotRow._make, self._connection.execute(f"{_SHOT} ORDER BY id"))

    def glyph(self, glyph_id: int) -> GlyphRow | None:
        found = self._connection.execute(f"{_GLYPH} WHERE id = ?", (glyph_id,)).fetchone()
        return None if found is None else GlyphRow._make(found)

    def glyph_named(self, name: str) -> GlyphRow | None:
        found = self._connection.execute(f"{_GLYPH} WHERE name_key = ?", (name_key(name),)).fetchone()
        return None if found is None else GlyphRow._make(found)

    def shot(self, shot_id: int) -> ShotRow | None:
        found = self._connection.execute(f"{_SHOT} WHERE id = ?", (shot_id,)).fetchone()
        return None if found is None else ShotRow._make(found)

    def shots_of(self, glyph_id: int) -> list[ShotRow]:
        """Return a glyph's shots, the oldest first."""
        found = self._connection.execute(f"{_SHOT} WHERE glyph_id = ? ORDER BY id", (glyph_id,))
        return [ShotRow._make(row) for row in found]

    def read(self, glyph_id: int) -> Glyph | None:
        """Return a glyph, or None if there is none or all its drawings are damaged."""
        row = self.glyph(glyph_id)
        shots = [shot_of(shot) for shot in self.shots_of(glyph_id) if shot.intact]
        return glyph_of(row, shots) if row is not None and shots else None

    # Writing

    def insert(self, row: GlyphRow | ShotRow) -> int:
        """Insert a row and return its id; a row with id 0 gets the next free one."""
        table = "glyph" if isinstance(row, GlyphRow) else "shot"
        places = ", ".join("?" * len(row))
        cursor = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row._fields)}) VALUES ({places})",  # noqa: S608 - our own column names
            (row.id or None, *row[1:]),
        )
        return int(cursor.lastrowid or 0)

    def insert_glyph(self, name: str) -> int:
        """Insert a glyph without shots, and return its id."""
        return self.insert(GlyphRow(0, name, name_key(name), now()))

    def insert_drawing(self, glyph_id: int, drawing: Drawing, origin: Origin | None = None) -> Shot:
        """Insert a drawing as a glyph's newest shot."""
        kind, data = pack(drawing)
        row = ShotRow(0, glyph_id, now(), kind, data, zlib.crc32(data), origin.to_text() if origin else None)
        return shot_of(row._replace(id=self.insert(row)))

    def rename(self, glyph_id: int, name: str) -> None:
        self._connection.execute(
            "UPDATE glyph SET name = ?, name_key = ? WHERE id = ?", (name, name_key(name), glyph_id)
        )

    def delete_glyph(self, glyph_id: int) -> None:
        """Delete a glyph with all its shots."""
        self._connection.execute("DELETE FROM glyph WHERE id = ?", (glyph_id,))

    def delete_shot(self, shot_id: int) -> None:
        self._connection.execute("DELETE FROM shot WHERE id = ?", (shot_id,))

    # The cache of embeddings

    def embeddings(self, key: str) -> dict[int, NDArray[np.float32]]:
        """Return shot id -> embedding (D,), as stored under `key`. Leaves out invalid ones."""
        rows = self._connection.execute("SELECT shot_id, vector FROM embedding WHERE key = ?", (key,)).fetchall()
        lengths = Counter(len(blob) for _, blob in rows if blob and len(blob) % 4 == 0)
        if not lengths:
            return {}
        length = lengths.most_common(1)[0][0]  # all vectors of one encoder have the same length
        vectors = {
            shot_id: np.frombuffer(blob, "<f4").astype(np.float32) for shot_id, blob in rows if len(blob) == length
        }
        return {shot_id: vector for shot_id, vector in vectors.items() if np.isfinite(vector).all()}

    def store_embeddings(self, key: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store embeddings (D,) of shots that exist under `key`, and drop those of every other key."""
        self._connection.execute("DELETE FROM embedding WHERE key <> ?", (key,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO embedding (shot_id, key, vector) SELECT id, ?, ? FROM shot WHERE id = ?",
            ((key, np.asarray(vector, "<f4").tobytes(), int(shot)) for shot, vector in vectors.items()),
        )


def shot_of(row: ShotRow) -> Shot:
    return Shot(row.id, row.glyph_id, moment(row.created), row.kind, row.drawing, Origin.from_text(row.origin))


def glyph_of(row: GlyphRow, shots: Iterable[Shot]) -> Glyph:
    return Glyph(row.id, shown_name(row.name), moment(row.created), tuple(shots))
