"""Pixels from the bytes of a picture file: bounded before anything is decoded, upright, grey or colour."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

MAX_FILE_BYTES = 64 << 20
MAX_PIXELS = 50_000_000  # lets a 48-megapixel photo pass; decoding takes four bytes of memory a pixel
MAX_SHOWN = 80  # characters of a file's name in a sentence
MAX_LENGTH = 30_000  # pixels, the longer side
DETAIL_SIDE = 4096  # pixels; larger pictures are shrunk to this: a glyph on a hundredth of it still has 400

TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # how a file begins
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
KINDS = "PNG, JPEG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PNM, PDF"
_TURNS = {  # the EXIF orientation tag
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112

# On standard error Pillow warns about the parts of a damaged file that it skips, and about sizes above a limit higher
# than ours. This module says in its own sentences whether a picture is good enough.
warnings.filterwarnings("ignore", module=r"PIL\.")


class ImportFailure(ValueError):  # noqa: N818  this answers a request; it is not an error in the program
    """The file is not a drawing. The message is a sentence for the user, and names the file."""


def image_from_bytes(data: bytes, name: str = "The picture") -> Image.Image:
    """Return the pixels in the bytes of a picture file, L or RGB: upright, with transparent parts filled, and the
    longer side at most DETAIL_SIDE pixels. Raises ImportFailure; its sentence calls the picture `name`."""
    if not data:
        raise ImportFailure(f"{name} is empty: choose a file with a drawing in it.")
    if len(data) > MAX_FILE_BYTES:
        raise ImportFailure(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB: save the drawing as a smaller picture.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_header(image, name)
            # Pillow can decode a JPEG at a half, a quarter or an eighth of its size, if that is detail enough.
            image.draft(None, (DETAIL_SIDE, DETAIL_SIDE))
            image.load()
            return plain(image, _orientation(image))  # Pillow itself turns a TIFF when it loads it
    except ImportFailure:
        raise
    except Image.DecompressionBombError as error:
        raise too_large(name) from error
    except UnidentifiedImageError as error:
        raise ImportFailure(
            f"{name} is neither a picture ({KINDS}) nor InkML: export the drawing as one of them."
        ) from error
    except MemoryError as error:
        raise ImportFailure(f"{name} needs more memory than is free: save it as a smaller picture.") from error
    except Exception as error:  # hostile bytes can make a decoder raise anything
        raise ImportFailure(f"{name} is damaged or cut short: save it again, or use another copy.") from error


def too_large(name: str) -> ImportFailure:
    return ImportFailure(
        f"{name} has more than {MAX_PIXELS // 1_000_000} million pixels, or a side longer than {MAX_LENGTH:,}: "
        "save it as a smaller picture."
    )


def _check_header(image: Image.Image, name: str) -> None:
    """Refuse everything that can be refused before the first pixel is decoded."""
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_LENGTH:
        raise too_large(name)
    if min(image.size) < 1:
        raise ImportFailure(f"{name} has no pixels: save it again.")
    # A phone's JPEG may carry a second picture (MPO) behind the visible one: that is no animation.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        what = "has several pages" if image.format == "TIFF" else "is animated"
        raise ImportFailure(f"{name} {what}: save the picture you want as a separate file.")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # the EXIF is damaged, but the pixels may be sound: upright is the best guess
        return 1


def plain(image: Image.Image, orientation: int) -> Image.Image:
    """Return an L or RGB picture of its own, upright."""
    plain: Image.Image = image
    if image.mode[0] in "IF":
        plain = Image.fromarray(_eight_bits(np.asarray(image)))
    elif image.has_transparency_data:
        plain = image.convert("RGBA")
    elif image.mode == "1":
        plain = image.convert("L")
    elif image.mode not in ("L", "RGB"):
        plain = image.convert("RGB")
    if max(plain.size) > DETAIL_SIDE:
        factor = DETAIL_SIDE / max(plain.size)
        size = (max(round(plain.width * factor), 1), max(round(plain.height * factor), 1))
        plain = plain.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if plain.mode == "RGBA":
        plain = _filled(plain)
    if orientation in _TURNS:
        return plain.transpose(_TURNS[orientation])
    return plain.copy() if plain is image else plain


def _eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return 16-bit, 32-bit or float pixels as 0..255. White is the smallest usual full scale that holds all of them (1
    for floats only, 255, 1023, 4095, 65535); if none does, the range itself is stretched. Pixels that are not finite
    numbers become the median, which is paper."""
    pixels = values.astype(np.float32)
    known = np.isfinite(pixels)
    if not known.any():
        return np.full(pixels.shape, 255, np.uint8)
    pixels = np.where(known, pixels, np.float32(np.median(pixels[known])))
    low, high = float(pixels.min()), float(pixels.max())
    scales = [1.0] if np.issubdtype(values.dtype, np.floating) else []
    full = next((scale for scale in (*scales, 255.0, 1023.0, 4095.0, 65535.0) if high <= scale), None)
    if low >= 0 and full is not None:
        low = 0.0
    else:
        full = max(high - low, 1e-12)
    grey: NDArray[np.uint8] = np.clip((pixels - low) * (255.0 / full) + 0.5, 0, 255).astype(np.uint8)
    return grey


def _filled(image: Image.Image) -> Image.Image:
    """Fill transparent parts with white, or with black if the drawing is so light that it would vanish on white."""
    alpha = np.asarray(image.getchannel("A"))
    luma = np.asarray(image.convert("RGB").convert("L"))
    solid = alpha > 127
    if not solid.any():
        solid = alpha > 0  # every stroke is faint
    dark = float((luma[solid] < 160).mean()) if solid.any() else 1.0
    vanishes = not solid.all() and dark < 0.005
    paper = Image.new("RGBA", image.size, "black" if vanishes else "white")
    return Image.alpha_composite(paper, image).convert("RGB")
