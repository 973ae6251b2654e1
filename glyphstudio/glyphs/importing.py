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
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.formats import gestures, iam, pages, svg, xournal
from glyphstudio.glyphs.formats.kinds import Kind, kind_of, unpacked, unread, unread_xml
from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.png_ink import ink_in_png
from glyphstudio.glyphs.formats.quickdraw import read_quickdraw
from glyphstudio.glyphs.formats.unipen import read_unipen
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.picture import Drawing, Picture, PictureError, own_picture
from glyphstudio.glyphs.pixels import MAX_FILE_BYTES, MAX_SHOWN, TIFF, ImportFailure, image_from_bytes
from glyphstudio.glyphs.scan.cutting import cut_ink
from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment
from glyphstudio.glyphs.xml_text import decoded
from glyphstudio.glyphs.xml_tree import root_tag
from glyphstudio.names import shown
from glyphstudio.plural import counted

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_SHOWN",
    "STANDARD_INPUT",
    "ImportFailure",
    "NoInk",
    "drawing_from_bytes",
    "drawings_from_bytes",
    "file_bytes",
    "image_from_bytes",
    "load_drawing",
    "load_drawings",
    "pages_from_bytes",
    "picture_from_bytes",
    "scan_from_bytes",
]

OnNote = Callable[[str], None]

_BYTES = 4  # of a pixel, at most
STANDARD_INPUT = "-"


class NoInk(ImportFailure):
    """No ink was found in a picture that could be decoded. flat: whether all its pixels are the same."""

    def __init__(self, sentence: str, flat: bool) -> None:
        super().__init__(sentence)
        self.flat = flat


def load_drawing(path: Path, page: int | None = None, on_note: OnNote | None = None) -> Drawing:
    """Return the one drawing in a file: Ink from stroke formats, a Picture from pixels and filled shapes.

    page: which page of a document, counted from 1. on_note: gets a sentence for each thing in a picture that was left
    out or is doubtful. Raises ImportFailure for anything else, if the file cannot be read,
    and if it has several drawings.
    """
    name = _name(path)
    return drawing_from_bytes(file_bytes(path, name), name, page, on_note)


def load_drawings(path: Path, page: int | None = None, on_note: OnNote | None = None) -> list[Labelled]:
    """Return all drawings in a file, at least one, with the names that it gives them. Raises ImportFailure."""
    name = _name(path)
    return drawings_from_bytes(file_bytes(path, name), name, page, on_note)


def drawing_from_bytes(data: bytes, name: str, page: int | None = None, on_note: OnNote | None = None) -> Drawing:
    """Return the drawing in the bytes of a file, as `load_drawing` does. Its error messages call the file `name`."""
    found = drawings_from_bytes(data, name, page, on_note)
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


def drawings_from_bytes(
    data: bytes, name: str, page: int | None = None, on_note: OnNote | None = None
) -> list[Labelled]:
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
    return [Labelled(None, ink or _picture(kind, data, name, page, on_note))]


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
        elif data[:4] in TIFF:
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


def scan_from_bytes(data: bytes, name: str = "The picture") -> Image.Image | None:
    """Return the whole picture that the only drawing in the bytes of a file is cut out of, as `image_from_bytes` does;
    None if the file has strokes or shapes. Raises ImportFailure."""
    kind = kind_of(data)
    if kind not in (Kind.PDF, Kind.HEIC, Kind.PICTURE):
        return None
    return image_from_bytes(_picture_file(kind, data, name, None), name)


def _picture_file(kind: Kind, data: bytes, name: str, page: int | None) -> bytes:
    """Return one page of a document, or the whole file if it is a picture, as the bytes of a picture file."""
    try:
        if kind is Kind.PDF:
            return _as_file(_pdf_page(data, page))
        if kind is Kind.HEIC:
            return _as_file(pages.heic_picture(data))
        if page is not None and (page > 1 or data[:4] in TIFF):
            image = next(pages.tiff_pages(data, page), None) if data[:4] in TIFF else None
            if image is None:
                raise PictureError(f"It has no page {page:,}: choose another page.")
            return _as_file(image)
    except PictureError as error:
        raise ImportFailure(f"{name} cannot be read. {error}") from error
    return data


def _picture(kind: Kind, data: bytes, name: str, page: int | None, on_note: OnNote | None) -> Picture:
    data = _picture_file(kind, data, name, page)
    try:
        return picture_from_bytes(data, name, on_note=on_note)
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


def picture_from_bytes(
    data: bytes, name: str = "The picture", adjustment: Adjustment = AS_FOUND, on_note: OnNote | None = None
) -> Picture:
    """Return the ink in the bytes of a picture file: dark on white, cut out, without the paper's own marks. `on_note`
    gets a sentence for each thing that was left out or is doubtful. A picture that GlyphStudio exported comes back
    as it was. Raises ImportFailure, or NoInk, whose sentence calls the picture `name`."""
    if adjustment == AS_FOUND and (own := own_picture(data)) is not None:
        return own
    image = image_from_bytes(data, name)
    try:
        picture, found = cut_ink(image, adjustment)
    except PictureError as error:
        extrema = image.convert("L").getextrema()
        raise NoInk(f"{name} shows no drawing. {error}", flat=extrema[0] == extrema[1]) from error
    if on_note is not None:
        for note in found.notes:
            on_note(f"{name}: {note}")
    return picture


def _name(path: Path) -> str:
    return "Standard input" if str(path) == STANDARD_INPUT else shown(path.name or str(path), MAX_SHOWN)


def file_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of a file of at most MAX_FILE_BYTES, which sentences call `name`. Raises ImportFailure."""
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
