"""Importing: turns a file from another program into drawings, or into a sentence that says why it cannot.

The content decides what a file is, never its name. Every file may be hostile: the header limits its size before
anything is decoded, and no format can make the program do more than decode pixels and strokes.
docs/formats.md says what is read of each format.
"""

from __future__ import annotations

import io
import math
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.formats import gestures, iam, pages, svg, xournal
from glyphstudio.glyphs.formats.kinds import Kind, kind_of, unpacked, unread, unread_xml
from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.png_ink import ink_in_png
from glyphstudio.glyphs.formats.quickdraw import read_quickdraw
from glyphstudio.glyphs.formats.unipen import read_unipen
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.picture import Drawing, Picture, PictureError
from glyphstudio.glyphs.xml_text import decoded
from glyphstudio.glyphs.xml_tree import root_tag
from glyphstudio.names import shown
from glyphstudio.plural import counted

MAX_FILE_BYTES = 64 << 20
MAX_PIXELS = 50_000_000  # lets a 48-megapixel photo pass; decoding takes four bytes of memory a pixel
MAX_SHOWN = 80  # characters of a file's name in a sentence
MAX_LENGTH = 30_000  # pixels, the longer side
WORKING_SIDE = 1536  # pixels; larger pictures are shrunk to this, because a glyph needs no more

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF")
_KINDS = "PNG, JPEG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PNM, PDF"
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
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BYTES = 4  # of a pixel, at most
STANDARD_INPUT = "-"

# On standard error Pillow warns about the parts of a damaged file that it skips, and about sizes above a limit higher
# than ours. This module says in its own sentences whether a picture is good enough.
warnings.filterwarnings("ignore", module=r"PIL\.")


class ImportFailure(ValueError):  # noqa: N818  this answers a request; it is not an error in the program
    """The file is not a drawing. The message is a sentence for the user, and names the file."""


def load_drawing(path: Path, page: int | None = None) -> Drawing:
    """Return the one drawing in a file: Ink from stroke formats, a Picture from pixels and filled shapes.

    page: which page of a document, counted from 1. Raises ImportFailure for anything else, if the file cannot be read,
    and if it has several drawings.
    """
    name = _name(path)
    return drawing_from_bytes(_bytes(path, name), name, page)


def load_drawings(path: Path, page: int | None = None) -> list[Labelled]:
    """Return all drawings in a file, at least one, with the names that it gives them. Raises ImportFailure."""
    name = _name(path)
    return drawings_from_bytes(_bytes(path, name), name, page)


def drawing_from_bytes(data: bytes, name: str, page: int | None = None) -> Drawing:
    """Return the drawing in the bytes of a file, as `load_drawing` does. Its error messages call the file `name`."""
    found = drawings_from_bytes(data, name, page)
    if len(found) > 1:
        several = counted(len(found), "drawing")
        if all(one.label is None for one in found):
            raise ImportFailure(
                f"{name} has {several}: choose one on the command line with --page, or save it as a separate file."
            )
        raise ImportFailure(
            f"{name} has {several}: enrol all of them with `glyphstudio enrol --from FILE`, or save the one you want "
            "as a separate file."
        )
    return found[0].drawing


def drawings_from_bytes(data: bytes, name: str, page: int | None = None) -> list[Labelled]:
    """Return the drawings in the bytes of a file, as `load_drawings` does."""
    if not data:
        raise ImportFailure(f"{name} is empty: choose a file with a drawing in it.")
    kind = kind_of(data)
    if kind is Kind.GZIP:
        data = _unpacked(data, name)
        kind = kind_of(data)
        if kind not in (Kind.XML, Kind.QUICKDRAW):
            raise ImportFailure(f"{name} is a gzip archive, which GlyphStudio does not read: unpack it first.")
    if kind in (Kind.XML, Kind.QUICKDRAW, Kind.UNIPEN):
        return _chosen(_strokes(kind, data, name), page, name)
    ink = ink_in_png(data)
    return [Labelled(None, ink or _picture(kind, data, name, page))]


def pages_from_bytes(data: bytes, name: str) -> Iterator[Image.Image]:
    """Yield the pages of a PDF or a TIFF, one after the other, as they are decoded; one page for a HEIC file.

    Raises ImportFailure, also between pages; its sentence calls the file `name`.
    """
    kind = kind_of(data)
    try:
        if kind is Kind.PDF:
            yield from pages.pdf_pages(data)
        elif kind is Kind.HEIC:
            yield pages.heic_picture(data)
        elif data[:4] in _TIFF:
            yield from pages.tiff_pages(data)
        else:
            raise PictureError("It has no pages: give a PDF or a TIFF.")
    except PictureError as error:
        raise ImportFailure(f"{name} cannot be read. {error}") from error


def _strokes(kind: Kind, data: bytes, name: str) -> list[Labelled]:
    try:
        if kind is Kind.QUICKDRAW:
            return read_quickdraw(data)
        if kind is Kind.UNIPEN:
            return read_unipen(data)
        text = decoded(data)
        root = root_tag(text)
        if root == svg.ROOT:
            return svg.read_svg(text, lambda inside: picture_from_bytes(inside, f"The picture in {name}"))
        if root in _XML:
            return _XML[root](text)
    except InkError as error:
        raise ImportFailure(f"{name} cannot be read. {error} Export it again, or choose another file.") from error
    if root != "ink":
        what, todo = unread_xml(root)
        raise ImportFailure(f"{name} is {shown(what)}, which GlyphStudio does not read: {todo}.")
    try:
        return [Labelled(label, ink) for label, ink in inkml.read_all(data)]
    except InkError as error:
        raise ImportFailure(
            f"{name} cannot be read as ink. {error} Choose another InkML file, or a picture."
        ) from error


def _chosen(found: list[Labelled], page: int | None, name: str) -> list[Labelled]:
    if page is None:
        return found
    if not 1 <= page <= len(found):
        raise ImportFailure(f"{name} has {counted(len(found), 'drawing')}, but no page {page:,}: choose another page.")
    return [found[page - 1]]


def _picture(kind: Kind, data: bytes, name: str, page: int | None) -> Picture:
    try:
        if kind is Kind.PDF:
            return picture_from_bytes(_as_file(_pdf_page(data, page)), name)
        if kind is Kind.HEIC:
            return picture_from_bytes(_as_file(pages.heic_picture(data)), name)
        if page is not None and (page > 1 or data[:4] in _TIFF):
            for number, image in enumerate(pages.tiff_pages(data) if data[:4] in _TIFF else (), 1):
                if number == page:
                    return picture_from_bytes(_as_file(image), name)
            raise PictureError(f"It has no page {page:,}: choose another page.")
    except PictureError as error:
        raise ImportFailure(f"{name} cannot be read. {error}") from error
    try:
        return picture_from_bytes(data, name)
    except ImportFailure as error:
        known = unread(data) if isinstance(error.__cause__, UnidentifiedImageError) else None
        if known is None:
            raise
        raise ImportFailure(f"{name} is {known[0]}, which GlyphStudio does not read: {known[1]}.") from error


def _pdf_page(data: bytes, page: int | None) -> Image.Image:
    count = pages.page_count(data)
    if page is None and count > 1:
        raise PictureError(
            f"It has {count:,} pages: choose one on the command line with --page, or save it as a separate file."
        )
    if page is not None and not 1 <= page <= count:
        raise PictureError(f"It has {counted(count, 'page')}, but no page {page:,}: choose another page.")
    return next(pages.pdf_pages(data, page or 1, page or 1))


def _as_file(image: Image.Image) -> bytes:
    """Return an image as a file, so that `picture_from_bytes` decides for every picture what its ink and paper are."""
    largest = MAX_FILE_BYTES - (1 << 20)
    if image.width * image.height * _BYTES > largest:
        side = math.isqrt(largest // _BYTES * max(image.size) // min(image.size))
        image.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.info.clear()  # the pages' readers have turned it already
    try:
        image.save(buffer, format="TIFF")  # not packed, so it takes no time
    except (OSError, ValueError, KeyError, MemoryError) as error:
        raise PictureError(f"Its kind of pixels ({image.mode}) is too rare: save it as PNG.") from error
    return buffer.getvalue()


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        return unpacked(
            data,
            MAX_FILE_BYTES,
            lambda: ImportFailure(f"{name} unpacks to more than {MAX_FILE_BYTES >> 20} MB: save a smaller drawing."),
        )
    except ImportFailure:
        raise
    except ValueError as error:
        raise ImportFailure(f"{name} is damaged or cut short: save it again, or use another copy.") from error


_XML: dict[str, Callable[[str], list[Labelled]]] = {  # by the root
    gestures.ROOT: gestures.read_gesture,
    iam.ROOT: iam.read_iam,
    xournal.ROOT: xournal.read_xournal,
}


def picture_from_bytes(data: bytes, name: str = "The picture") -> Picture:
    """Return the picture in the bytes of a file: upright, grey, with transparent parts filled and the longer side at
    most WORKING_SIDE pixels. Raises ImportFailure; its sentence calls the picture `name`."""
    if not data:
        raise ImportFailure(f"{name} is empty: choose a file with a drawing in it.")
    if len(data) > MAX_FILE_BYTES:
        raise ImportFailure(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB: save the drawing as a smaller picture.")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_header(image, name)
            # Pillow can decode a JPEG at a half, a quarter or an eighth of its size, which is enough here.
            image.draft(None, (WORKING_SIDE, WORKING_SIDE))
            orientation = _orientation(image)
            image.load()
            return Picture(np.array(_grey(image, orientation), dtype=np.uint8))
    except ImportFailure:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise ImportFailure(
            f"{name} is neither a picture ({_KINDS}) nor InkML: export the drawing as one of them."
        ) from error
    except MemoryError as error:
        raise ImportFailure(f"{name} needs more memory than is free: save it as a smaller picture.") from error
    except Exception as error:  # hostile bytes can make a decoder raise anything
        raise ImportFailure(f"{name} is damaged or cut short: save it again, or use another copy.") from error


def _name(path: Path) -> str:
    return "Standard input" if str(path) == STANDARD_INPUT else shown(path.name or str(path), MAX_SHOWN)


def _bytes(path: Path, name: str) -> bytes:
    if str(path) == STANDARD_INPUT:
        return _standard_input(name)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImportFailure(f"{name} is a folder: choose a file in it.")
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device could block for ever
            raise ImportFailure(f"{name} is not an ordinary file: choose a picture or an InkML file.")
        if status.st_size > MAX_FILE_BYTES:
            raise ImportFailure(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB: save the drawing as a smaller file.")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise ImportFailure(f"There is no file {name}: check its name and folder.") from error
    except PermissionError as error:
        raise ImportFailure(
            f"You are not allowed to read {name}: change its permissions, or copy it to one of your folders."
        ) from error
    except (OSError, ValueError) as error:
        if isinstance(error, ImportFailure):
            raise
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise ImportFailure(f"{name} cannot be read ({reason}): copy it elsewhere and try again.") from error
    if not data:
        raise ImportFailure(f"{name} is empty: choose a file with a drawing in it.")
    return data


def _standard_input(name: str) -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    data = b"" if stream is None else stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ImportFailure(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB: save the drawing as a smaller file.")
    if not data:
        raise ImportFailure(f"{name} is empty: send a file with a drawing to it.")
    return bytes(data)


def _too_large(name: str) -> ImportFailure:
    return ImportFailure(
        f"{name} has more than {MAX_PIXELS // 1_000_000} million pixels, or a side longer than {MAX_LENGTH:,}: "
        "save it as a smaller picture."
    )


def _check_header(image: Image.Image, name: str) -> None:
    """Refuse everything that can be refused before the first pixel is decoded."""
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_LENGTH:
        raise _too_large(name)
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


def _grey(image: Image.Image, orientation: int) -> Image.Image:
    if image.mode[0] in "IF":
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in ("1", "L"):
        image = image.convert("RGB")
    if image.mode != "RGBA":
        image = image.convert("L")
    if max(image.size) > WORKING_SIDE:
        image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if image.mode == "RGBA":
        image = _filled(image)
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


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
    return Image.alpha_composite(paper, image).convert("L")
