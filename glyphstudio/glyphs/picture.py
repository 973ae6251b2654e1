"""Picture: a drawing made of pixels (a scan, a photo, a PNG) instead of pen strokes."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from glyphstudio.glyphs.ink import Ink

MAX_SIDE = 4096  # pixels
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEY = "GlyphStudio picture"
_BEGINNING = 1024  # bytes: the text comes before the pixels


class PictureError(ValueError):
    """The picture is not a drawing. The message is a sentence for the user."""


@dataclass(frozen=True, eq=False)
class Picture:
    """grey: (H, W) uint8, 0 is black, 255 is white, read-only; H and W are 1..MAX_SIDE. Polarity and paper are
    unchanged: `render.render_picture` finds the ink. Equal and hashable by value."""

    grey: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.grey.ndim != 2 or self.grey.dtype != np.uint8 or not self.grey.size:
            raise PictureError("A picture needs at least one grey pixel.")
        if max(self.grey.shape) > MAX_SIDE:
            raise PictureError(f"A picture may be at most {MAX_SIDE} pixels wide and high; this one is larger.")
        self.grey.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and np.array_equal(self.grey, other.grey)

    def __hash__(self) -> int:
        return hash((self.grey.shape, self.grey.tobytes()))

    def to_png(self) -> bytes:
        """Return the grey pixels as a PNG file, which `own_picture` reads back as they are."""
        buffer = io.BytesIO()
        image, info = Image.fromarray(self.grey), PngInfo()
        info.add_text(_KEY, f"{checksum(image):08x}")
        image.save(buffer, format="PNG", optimize=True, pnginfo=info)
        return buffer.getvalue()


def own_picture(data: bytes) -> Picture | None:
    """Return the picture in a PNG that `to_png` wrote; None for any other bytes, and if its pixels were changed. Its
    ink was found already, and is not to be looked for again."""
    if not data.startswith(PNG_SIGNATURE) or _KEY.encode() not in data[:_BEGINNING]:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.mode != "L" or max(image.size) > MAX_SIDE:
                return None
            if getattr(image, "text", {}).get(_KEY) != f"{checksum(image):08x}":
                return None
            return Picture(np.array(image))
    except Exception:  # hostile bytes can make a decoder raise anything; the pixels have their own sentence
        return None


def checksum(image: Image.Image) -> int:
    """Return a number that changes with the image's size and pixels."""
    return zlib.crc32(f"{image.size}".encode() + image.tobytes())


Drawing = Ink | Picture
