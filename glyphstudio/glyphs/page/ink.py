"""Finds the ink of a whole page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs import paper
from glyphstudio.glyphs.page.parts import Mask


def page_ink(grey: NDArray[np.uint8]) -> Mask:
    """Return the mask of a page's ink, in its own size; nothing is cropped away. A blank page has an empty mask."""
    quiet = paper._without_grain(grey)
    if quiet.min() == quiet.max():
        return np.zeros(grey.shape, np.bool_)
    contrast = paper._contrast(quiet)
    mask: Mask = contrast > paper._threshold(contrast)
    return mask
