"""Ink inside a PNG: an exported picture also carries its exact strokes, as text that other programs skip.

They count only while the pixels are those that were exported. A picture that was painted on is read as a picture.
"""

from __future__ import annotations

import base64
import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import MAX_SIDE, PNG_SIGNATURE, checksum

_KEY = "GlyphStudio ink"
_LONGEST = 32 << 20  # characters


def png_text(ink: Ink, image: Image.Image) -> PngInfo:
    """Return what to save with the image, so that `ink_in_png` finds the ink. image: RGB."""
    info = PngInfo()
    info.add_text(_KEY, f"{checksum(image):08x} {base64.b64encode(ink.to_bytes()).decode()}")
    return info


def ink_in_png(data: bytes) -> Ink | None:
    """Return the ink in the bytes of a PNG; None if there is none, or if its pixels were changed."""
    if not data.startswith(PNG_SIGNATURE) or _KEY.encode() not in data:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if max(image.size) > MAX_SIDE or image.mode != "RGB":
                return None  # before the text is asked for, which decodes the pixels
            text = getattr(image, "text", {}).get(_KEY)
            if not isinstance(text, str) or len(text) > _LONGEST:
                return None
            number, _, body = text.partition(" ")
            if int(number, 16) != checksum(image):
                return None
        return Ink.from_bytes(base64.b64decode(body, validate=True)) or None
    except Exception:  # hostile bytes can make a decoder raise anything; the pixels have their own sentence
        return None
