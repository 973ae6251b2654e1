"""Pages with drawings in lines, for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.picture import Drawing

SIDE, STEP, FIRST = 160, 260, 60  # pixels: of a glyph's canvas, between glyphs, and before the first


def grey_page(lines: Sequence[Sequence[Drawing]], slope: int = 0) -> np.ndarray:
    """Return a page with these drawings in lines. slope: how many pixels lower each drawing is than the one before."""
    longest = max(len(line) for line in lines)
    grey = np.full((2 * FIRST + STEP * len(lines) + slope * longest, 2 * FIRST + STEP * longest), 245, np.uint8)
    for row, line in enumerate(lines):
        for column, drawing in enumerate(line):
            glyph = np.asarray(Image.open(io.BytesIO(to_png(drawing, SIDE))).convert("L"))
            y, x = FIRST + STEP * row + slope * column, FIRST + STEP * column
            grey[y : y + SIDE, x : x + SIDE] = np.minimum(grey[y : y + SIDE, x : x + SIDE], glyph)
    return grey
