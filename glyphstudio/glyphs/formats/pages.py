"""Pages as pictures: of a PDF, and of a TIFF with several pages. Also HEIC, which Pillow itself does not decode."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image

from glyphstudio.glyphs.picture import PictureError

if TYPE_CHECKING:
    import pypdfium2

_PDFIUM = Lock()  # PDFium serves one thread at a time
MAX_PAGES = 1000
MAX_PIXELS = 50_000_000  # of one page
_DOTS_PER_INCH = 200  # a pen line is then about four pixels wide
_LONGEST = 4000  # pixels: a poster gets fewer dots an inch
_LARGEST_PAGE = 100_000.0  # points, of 1/72 inch; a PDF's own limit is 14,400 unless it sets another unit


def page_count(data: bytes) -> int:
    """Return the number of pages of a PDF. Raises PictureError."""
    with _document(data) as document:
        return _count(document)


def pdf_pages(data: bytes, first: int = 1, last: int | None = None) -> Iterator[Image.Image]:
    """Yield the pages of a PDF from `first` to `last` (counted from 1), on white. Only one page is in memory at a time.
    Raises PictureError with a sentence."""
    with _document(data) as document:
        for index in range(first - 1, min(_count(document), last or MAX_PAGES)):
            yield _rendered(document, index)


def tiff_pages(data: bytes, first: int = 1) -> Iterator[Image.Image]:
    """Yield the pages of a TIFF from `first` on (counted from 1), decoded and upright; those before it are not decoded.
    Raises PictureError for damage and for pages that are too large."""
    try:
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            for index in range(first - 1, MAX_PAGES):
                try:
                    image.seek(index)
                except EOFError:
                    return
                if image.width * image.height > MAX_PIXELS:
                    raise PictureError(f"Page {index + 1} has more than {MAX_PIXELS // 1_000_000} million pixels.")
                image.load()
                yield image.copy()
    except PictureError:
        raise
    except Exception as error:  # hostile bytes can make a decoder raise anything
        raise PictureError("The file is damaged or cut short: save it again, or use another copy.") from error


def heic_picture(data: bytes) -> Image.Image:
    """Return the main picture of a HEIC file, upright. Raises PictureError."""
    import pi_heif

    try:
        file = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        width, height = file.size
        if width * height > MAX_PIXELS:
            raise PictureError(f"It has more than {MAX_PIXELS // 1_000_000} million pixels: save it smaller.")
        picture: Image.Image = file.to_pillow()
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError("It needs more memory than is free: save it as a smaller picture.") from error
    except Exception as error:  # hostile bytes can make a decoder raise anything
        raise PictureError("It is damaged or cut short: save it again, or use another copy.") from error
    return picture


@contextmanager
def _document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    import pypdfium2

    try:
        with _PDFIUM:
            document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise PictureError("The PDF has a password: save a copy without one.") from error
        raise PictureError("The PDF is damaged or cut short: save it again, or use another copy.") from error
    try:
        yield document
    finally:
        with _PDFIUM:
            document.close()


def _count(document: pypdfium2.PdfDocument) -> int:
    with _PDFIUM:
        count = len(document)
    if count < 1:
        raise PictureError("The PDF has no page: save it again.")
    if count > MAX_PAGES:
        raise PictureError(f"The PDF has more than {MAX_PAGES:,} pages: save the pages that you want.")
    return count


def _rendered(document: pypdfium2.PdfDocument, index: int) -> Image.Image:
    import pypdfium2

    try:
        with _PDFIUM, closing(document[index]) as page:
            width, height = page.get_size()
            if not (0 < width <= _LARGEST_PAGE and 0 < height <= _LARGEST_PAGE):
                raise PictureError(f"Page {index + 1} of the PDF has no usable size: save it again.")
            scale = min(_DOTS_PER_INCH / 72.0, _LONGEST / max(width, height))
            if min(width, height) * scale < 1:
                raise PictureError(f"Page {index + 1} of the PDF is too narrow to be a drawing.")
            with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
                image: Image.Image = bitmap.to_pil().copy()
    except PictureError:
        raise
    except (pypdfium2.PdfiumError, MemoryError, ValueError) as error:
        raise PictureError(f"Page {index + 1} of the PDF is damaged or cut short: save it again.") from error
    return image
