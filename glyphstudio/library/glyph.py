"""The contents of a library: glyphs with their shots, and deleted items that can be restored. All are plain values."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from PIL import Image

from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.picture import MAX_SIDE, Drawing, Picture, PictureError
from glyphstudio.library.errors import LibraryError
from glyphstudio.library.origin import Origin

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GlyphRow(NamedTuple):
    """A row of the table `glyph`."""

    id: int
    name: str
    name_key: str
    created: int  # microseconds since 1970, UTC


class ShotRow(NamedTuple):
    """A row of the table `shot`."""

    id: int
    glyph_id: int
    created: int  # microseconds since 1970, UTC
    kind: str  # "ink" or "picture"
    drawing: bytes  # Ink.to_bytes or a grey PNG
    checksum: int  # CRC-32 of `drawing`
    origin: str | None = None  # Origin.to_text

    @property
    def intact(self) -> bool:
        """Whether the drawing is still byte for byte the enrolled one."""
        return zlib.crc32(self.drawing) == self.checksum


@dataclass(frozen=True)
class Shot:
    """One enrolled example. `data` is the stored drawing. `drawing` unpacks it at every use (0.1 ms for ink), so that
    listing a large library stays quick and needs little memory."""

    id: int
    glyph_id: int
    created: datetime  # UTC
    kind: str
    data: bytes = field(repr=False)
    origin: Origin | None = None  # the place on a page that it was cut out of

    @property
    def drawing(self) -> Drawing:
        """The drawing. Raises LibraryError only in a library forged by hand: listing glyphs already finds damage."""
        try:
            return unpack(self.kind, self.data)
        except (InkError, PictureError) as error:
            raise LibraryError(f"A drawing in the library cannot be shown (shot {self.id}). {error}") from error


@dataclass(frozen=True)
class Glyph:
    """A named class of drawings. `shots` is never empty; the oldest comes first."""

    id: int
    name: str
    created: datetime  # UTC
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Entry:
    """A drawing to enrol together with others."""

    name: str
    drawing: Drawing
    origin: Origin | None = None


@dataclass(frozen=True)
class Removed:
    """A deleted glyph or shot; `Library.restore` brings it back. `glyph` is the glyph before the delete."""

    glyph: Glyph
    glyph_row: GlyphRow | None  # None if only a shot was deleted
    shot_rows: tuple[ShotRow, ...]


class DuplicateName(LibraryError):  # noqa: N818 - part of the library's interface
    """A glyph with this name exists: `glyph`. The window offers to add the drawing to it as a further shot."""

    def __init__(self, glyph: Glyph) -> None:
        super().__init__(
            f'There is already a glyph named "{glyph.name}". Add this drawing to it, or choose another name.'
        )
        self.glyph = glyph


def pack(drawing: Drawing) -> tuple[str, bytes]:
    """Return the kind and the bytes that a library stores for a drawing; `unpack` is the inverse."""
    return ("ink", drawing.to_bytes()) if isinstance(drawing, Ink) else ("picture", drawing.to_png())


def unpack(kind: str, data: bytes) -> Drawing:
    """Return the drawing in `data`. Raises InkError or PictureError for bytes that are no drawing."""
    if kind == "ink":
        return Ink.from_bytes(data)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            # The size is known before any pixel is unpacked, so a small file cannot demand much memory.
            if image.mode != "L" or max(image.size) > MAX_SIDE:
                raise PictureError("This picture is damaged.")
            return Picture(np.asarray(image).copy())
    except PictureError:
        raise
    except Exception as error:  # Pillow's PNG reader can raise anything
        raise PictureError("This picture is damaged.") from error


def moment(microseconds: int) -> datetime:
    """Return the time in a row; a time outside the calendar (in a damaged row) becomes 1970."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH


def now() -> int:
    """Return the time in microseconds since 1970, UTC."""
    return (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)
