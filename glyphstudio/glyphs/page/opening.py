"""Opens pages: pictures, PDF and TIFF with several pages, and folders of them.

As for single drawings, a file may be hostile: its header limits its size before anything is decoded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.formats import suffixes
from glyphstudio.glyphs.formats.kinds import Kind, kind_of
from glyphstudio.glyphs.importing import MAX_SHOWN, ImportFailure, file_bytes, image_from_bytes, pages_from_bytes
from glyphstudio.glyphs.page.page import Page, page_of
from glyphstudio.glyphs.pixels import FORMATS, TIFF, plain
from glyphstudio.glyphs.scan.colour import inky_grey
from glyphstudio.names import glyph_of, natural_key, shown

SUFFIXES = tuple(f".{suffix}" for suffix in (*suffixes.PICTURES, "pdf"))
MOST_FILES = 2000  # of a folder
MOST_PAGES = 200  # of a file
_MOST_SEEN = 100_000  # files of any kind in a folder


@dataclass(frozen=True)
class PageFile:
    """path: of a file with pages. glyph: the name that its class folder (NAME/picture.png) gives it; it counts only if
    the file is a picture of one glyph."""

    path: Path
    glyph: str | None = None


def page_files(paths: Sequence[Path]) -> list[PageFile]:
    """Return the files to read: those given, and for a folder the pictures in it, at any depth, in order of their
    names. Hidden files are left out. Of several folders, each may be a class folder; one alone is not. Raises
    ImportFailure for a folder without pictures."""
    files: list[PageFile] = []
    for path in paths:
        if not path.is_dir():
            files.append(PageFile(path))
            continue
        top = path.parent if len(paths) > 1 else path
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
        files += [
            PageFile(file, glyph_of(file.relative_to(top).as_posix()))
            for file in sorted(inside, key=lambda file: natural_key(str(file)))
        ]
    return files


def load_pages(path: Path) -> Iterator[Page]:
    """Yield the pages of a file, decoded one by one. Raises ImportFailure, also later for a page that is damaged."""
    name = shown(path.name or str(path), MAX_SHOWN)
    data = file_bytes(path, name)
    for number, (grey, scale) in enumerate(_greys(data, name), start=1):
        page = page_of(grey, str(path), number)
        yield Page(page.grey, page.scale * scale, page.source, number)


def _greys(data: bytes, name: str) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Yield grey pixels of each page, in which its ink stands out, and how many pixels of the file one of them is wide.
    A PDF has 200 pixels an inch."""
    if kind_of(data) in (Kind.PDF, Kind.HEIC) or data[:4] in TIFF:
        for number, image in enumerate(pages_from_bytes(data, name), start=1):
            if number > MOST_PAGES:
                raise ImportFailure(f"{name} has more than {MOST_PAGES} pages: split it into smaller files.")
            yield np.asarray(inky_grey(plain(image, 1))), 1.0
        return
    image = image_from_bytes(data, name)
    with Image.open(io.BytesIO(data), formats=FORMATS) as whole:  # only its header
        factor = max(whole.size) / max(image.size)
    yield np.asarray(inky_grey(image)), factor
