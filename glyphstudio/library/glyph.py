"""What a library holds: glyphs, each with its shots, and what a delete took out of it. All are plain values."""

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

    @property
    def intact(self) -> bool:
        """Whether the drawing is, byte for byte, what was once enrolled."""
        return zlib.crc32(self.drawing) == self.checksum


@dataclass(frozen=True)
class Shot:
    """One enrolled example. `data` is the drawing as it is kept; `drawing` unpacks it at every use (0.1 ms for ink), so
    that listing a large library stays quick and small."""

    id: int
    glyph_id: int
    created: datetime  # UTC
    kind: str
    data: bytes = field(repr=False)

    @property
    def drawing(self) -> Drawing:
        """Raises LibraryError only in a library made by hand to mislead: damage is found when glyphs are listed."""
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
class Removed:
    """What a delete took out: give it to `Library.restore` to have it back. `glyph` is as it was before."""

    glyph: Glyph
    glyph_row: GlyphRow | None  # None: only a shot was removed
    shot_rows: tuple[ShotRow, ...]


class DuplicateName(LibraryError):  # noqa: N818 - the contract's word
    """A glyph of this name exists: `glyph`. The window offers to add the drawing to it as a further shot."""

    def __init__(self, glyph: Glyph) -> None:
        super().__init__(
            f'There is already a glyph named "{glyph.name}". Add this drawing to it, or choose another name.'
        )
        self.glyph = glyph


def pack(drawing: Drawing) -> tuple[str, bytes]:
    """The kind and the bytes under which a drawing is kept; `unpack` is the inverse."""
    return ("ink", drawing.to_bytes()) if isinstance(drawing, Ink) else ("picture", drawing.to_png())


def unpack(kind: str, data: bytes) -> Drawing:
    """Raises InkError or PictureError for bytes that are no drawing."""
    if kind == "ink":
        return Ink.from_bytes(data)
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            # The size is known before a pixel is unpacked: a small file cannot ask for a lot of memory.
            if image.mode != "L" or max(image.size) > MAX_SIDE:
                raise PictureError("This picture is damaged.")
            return Picture(np.asarray(image).copy())
    except PictureError:
        raise
    except Exception as error:  # Pillow raises whatever its PNG reader stumbles over
        raise PictureError("This picture is damaged.") from error


def moment(microseconds: int) -> datetime:
    """A time out of a row; one that no calendar holds (a damaged row) becomes 1970."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return _EPOCH


def now() -> int:
    """Microseconds since 1970, UTC."""
    return (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)
