"""A cell: where one glyph is on a page, and which pixels there are its ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glyphstudio.glyphs.parts import Mask

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom exclusive


@dataclass(frozen=True, eq=False)
class Cell:
    """box: in pixels of the page's working size. ink: (H, W) of the box, True on this glyph's ink. aside: probably no
    glyph but a page number or a heading beside the writing."""

    box: Box
    ink: Mask
    aside: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def merged(cells: list[Cell]) -> Cell:
    """Return one cell with the ink of all `cells`, one or more."""
    box = around([cell.box for cell in cells])
    ink = np.zeros((box[3] - box[1], box[2] - box[0]), np.bool_)
    for cell in cells:
        left, top = cell.box[0] - box[0], cell.box[1] - box[1]
        height, width = cell.ink.shape
        ink[top : top + height, left : left + width] |= cell.ink
    return Cell(box, ink, all(cell.aside for cell in cells))


def around(boxes: list[Box]) -> Box:
    """Return the smallest box around all `boxes`, one or more."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def cell_in(mask: Mask, box: Box) -> Cell | None:
    """Return a cell with all of the page's ink in a box that the user drew, or None if there is no ink in it."""
    height, width = mask.shape
    left, top = max(min(box[0], box[2]), 0), max(min(box[1], box[3]), 0)
    right, bottom = min(max(box[0], box[2]), width), min(max(box[1], box[3]), height)
    return trimmed(mask[top:bottom, left:right], left, top)


def trimmed(ink: Mask, left: int, top: int) -> Cell | None:
    """Return a cell whose box fits its ink. left, top: where `ink` is on the page."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    if not len(rows):
        return None
    y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return Cell((left + x0, top + y0, left + x1, top + y1), ink[y0:y1, x0:x1].copy())
