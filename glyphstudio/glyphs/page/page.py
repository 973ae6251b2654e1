"""A page: a picture with many glyphs, at the size it is worked on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.page.cell import Box, Cell
from glyphstudio.glyphs.page.ink import page_ink
from glyphstudio.glyphs.parts import Mask, grown
from glyphstudio.glyphs.picture import Picture

PAGE_SIDE = 2500  # pixels: the longer side of a page while it is worked on
_AROUND = 0.2  # paper around a cut glyph, as a share of its longer side
_LEAST_AROUND = 4  # pixels
_PARTS_OF_ONE = 5  # a single glyph may seem to be as many cells
_SMALL = 0.25  # of the picture's longer side: the largest typical cell of a page with few


@dataclass(frozen=True, eq=False)
class Page:
    """grey: (H, W) uint8, read-only, at most PAGE_SIDE wide and high. scale: pixels of the file for each pixel of
    `grey`. source: the file's path or name, for people. number: of the page in its file, from 1."""

    grey: NDArray[np.uint8]
    scale: float = 1.0
    source: str = ""
    number: int = 1

    @cached_property
    def ink(self) -> Mask:
        """The mask of the page's ink, found at the first use (about half a second for a large page)."""
        return page_ink(self.grey)

    def forget_ink(self) -> None:
        """Free the mask's memory. The next use finds the ink again."""
        self.__dict__.pop("ink", None)

    def in_file(self, box: Box) -> Box:
        """Return a box in pixels of the file (after its EXIF turns it upright)."""
        left, top, right, bottom = (round(edge * self.scale) for edge in box)
        return left, top, right, bottom

    def cut(self, cell: Cell) -> Picture:
        """Return the picture of one glyph: its ink dark on white paper, without anything else of the page.

        The shades between the paper's and the ink's stay, so that the lines keep their smooth edges.
        """
        left, top, right, bottom = cell.box
        around = max(round(_AROUND * max(right - left, bottom - top)), _LEAST_AROUND)
        ink = np.pad(cell.ink, around)
        grey = np.full(ink.shape, 255, np.uint8)
        height, width = self.grey.shape
        y0, x0, y1, x1 = top - around, left - around, bottom + around, right + around
        rows, columns = slice(max(y0, 0), min(y1, height)), slice(max(x0, 0), min(x1, width))
        here = (slice(rows.start - y0, rows.stop - y0), slice(columns.start - x0, columns.stop - x0))
        page, others = self.grey[rows, columns].astype(np.float32), self.ink[rows, columns]
        own = ink[here]
        if not own.any():
            return Picture(grey)
        dark = float(np.median(page[own]))
        blank = page[~others]
        paper = float(np.median(blank)) if blank.size else (255.0 if dark < 128 else 0.0)
        span = dark - paper or 1.0
        share = np.clip((page - paper) / span, 0, 1)
        near = grown(own) & ~(others & ~own)
        grey[here] = np.where(near, 255 - np.where(own, np.maximum(share, 0.6), share) * 225, 255).astype(np.uint8)
        return Picture(grey)


def page_of(grey: NDArray[np.uint8], source: str = "", number: int = 1) -> Page:
    """Return the page with these pixels (H, W), shrunk to the working size."""
    scale = max(max(grey.shape) / PAGE_SIDE, 1.0)
    if scale > 1.0:
        height, width = (max(round(side / scale), 1) for side in grey.shape)
        grey = np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))
    grey = np.ascontiguousarray(grey)
    grey.setflags(write=False)
    return Page(grey, scale, source, number)


def has_many(page: Page, cells: list[Cell]) -> bool:
    """Return whether a picture is a page of several glyphs, rather than one glyph whose parts are far apart. A glyph
    that fills the picture has large parts; on a page, each cell is small."""
    sides = sorted(max(cell.ink.shape) for cell in cells if not cell.aside)
    if len(sides) < 2:
        return False
    return len(sides) > _PARTS_OF_ONE or sides[len(sides) // 2] < _SMALL * max(page.grey.shape)
