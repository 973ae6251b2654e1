"""Opens pages: pictures, PDF and TIFF with several pages, and folders of them.

As for single drawings, a file may be hostile: its header limits its size before anything is decoded.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from glyphstudio.glyphs import importing
from glyphstudio.glyphs.formats import suffixes
from glyphstudio.glyphs.formats.kinds import Kind, kind_of
from glyphstudio.glyphs.importing import MAX_LENGTH, MAX_PIXELS, MAX_SHOWN, ImportFailure
from glyphstudio.glyphs.page.page import PAGE_SIDE, Page, page_of
from glyphstudio.names import natural_key, shown

SUFFIXES = tuple(f".{suffix}" for suffix in (*suffixes.PICTURES, "pdf"))
MOST_FILES = 2000  # of a folder
MOST_PAGES = 200  # of a file
_MOST_SEEN = 100_000  # files of any kind in a folder


def page_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to read: those given, and for a folder the pictures in it, at any depth, in order of their
    names. Hidden files are left out. Raises ImportFailure for a folder without pictures."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        name = shown(path.name or str(path), MAX_SHOWN)
        inside = []
        for seen, file in enumerate(path.rglob("*")):
            relative = file.relative_to(path)
            if file.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in relative.parts):
                inside.append(file)
            if len(inside) > MOST_FILES or seen > _MOST_SEEN:
                raise ImportFailure(
                    f"{name} has too many files (at most {MOST_FILES:,} pictures are read): choose a smaller folder."
                )
        if not inside:
            raise ImportFailure(f"{name} has no pictures: choose a folder with scans or photos.")
        files += sorted(inside, key=lambda file: natural_key(str(file)))
    return files


def load_pages(path: Path) -> Iterator[Page]:
    """Yield the pages of a file, decoded one by one. Raises ImportFailure, also later for a page that is damaged."""
    name = shown(path.name or str(path), MAX_SHOWN)
    data = importing._bytes(path, name)
    for number, (grey, scale) in enumerate(_greys(data, name), start=1):
        page = page_of(grey, str(path), number)
        yield Page(page.grey, page.scale * scale, page.source, number)


def _greys(data: bytes, name: str) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Yield grey pixels of each page, and how many pixels of the file one of them is wide. A PDF has 200 pixels an
    inch."""
    if kind_of(data) in (Kind.PDF, Kind.HEIC) or data[:4] in importing._TIFF:
        for number, image in enumerate(importing.pages_from_bytes(data, name), start=1):
            if number > MOST_PAGES:
                raise ImportFailure(f"{name} has more than {MOST_PAGES} pages: split it into smaller files.")
            yield np.asarray(_grey(image)), 1.0
    else:
        yield _picture(data, name)


def _picture(data: bytes, name: str) -> tuple[NDArray[np.uint8], float]:
    try:
        with Image.open(io.BytesIO(data), formats=importing._FORMATS) as image:
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_LENGTH:
                raise importing._too_large(name)
            whole = max(image.size)
            image.draft("L", (PAGE_SIDE, PAGE_SIDE))
            grey = np.asarray(_grey(ImageOps.exif_transpose(image)))
            return grey, whole / max(grey.shape)
    except ImportFailure:
        raise
    except Image.DecompressionBombError as error:
        raise importing._too_large(name) from error
    except UnidentifiedImageError as error:
        raise ImportFailure(f"{name} is no page: choose a picture of one ({importing._KINDS}).") from error
    except MemoryError as error:
        raise ImportFailure(f"{name} needs more memory than is free: save it as a smaller picture.") from error
    except Exception as error:  # hostile bytes can make a decoder raise anything
        raise ImportFailure(f"{name} is damaged or cut short: save it again, or use another copy.") from error


def _grey(image: Image.Image) -> Image.Image:
    """Return an upright page in grey, on white where it is transparent."""
    if image.mode[0] in "IF":
        return Image.fromarray(importing._eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L")
    return image.convert("L")
