"""Pages for tests of the tray: scans with known glyphs, and sheets without a file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl

from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.page.page import Page, page_of
from glyphstudio.glyphs.page.segmenting import find_cells
from glyphstudio.ui.tray.sheet import Item, Sheet
from glyphstudio.ui.window.window import MainWindow
from tests.ui.glyphs import CROSS, CROSS_AGAIN, RING, RING_AGAIN, STAIR

SIDE, STEP, FIRST = 160, 260, 60  # pixels: of a glyph's canvas, between glyphs, and before the first
LINES: tuple[tuple[Ink, ...], ...] = ((CROSS, RING, STAIR), (CROSS_AGAIN, RING_AGAIN, STAIR))


def grey_page(lines: Sequence[Sequence[Ink]] = LINES) -> np.ndarray:
    """A page with these glyphs in lines."""
    width = 2 * FIRST + STEP * max(len(line) for line in lines)
    grey = np.full((2 * FIRST + STEP * len(lines), width), 245, np.uint8)
    for row, line in enumerate(lines):
        for column, ink in enumerate(line):
            glyph = np.asarray(Image.open(io.BytesIO(to_png(ink, SIDE))).convert("L"))
            y, x = FIRST + STEP * row, FIRST + STEP * column
            grey[y : y + SIDE, x : x + SIDE] = np.minimum(grey[y : y + SIDE, x : x + SIDE], glyph)
    return grey


def scan(folder: Path, lines: Sequence[Sequence[Ink]] = LINES, name: str = "scan.png", pages: int = 1) -> Path:
    """Save a page, or a TIFF with several that are the same."""
    image = Image.fromarray(grey_page(lines))
    if pages > 1:
        image.save(folder / name, save_all=True, append_images=[image] * (pages - 1))
    else:
        image.save(folder / name)
    return folder / name


def sheet() -> Sheet:
    """The sheet of a page, cut up as the worker does."""
    page: Page = page_of(grey_page(), "scan.png")
    return Sheet(page, [Item(cell, page.cut(cell)) for cell in find_cells(page.ink)])


def drop(window: MainWindow, *paths: Path) -> None:
    """Drop files on the canvas."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert window.canvas_column.canvas.take(mime)
