"""Finds the ink of a whole page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.parts import Mask
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.scan.ink import find_ink

SEARCH_SIDE = 1250  # pixels: at this size pages are cut as well as in full detail, in a third of the time


def page_ink(grey: NDArray[np.uint8]) -> Mask:
    """Return the mask of a page's ink, in its own size; nothing is cropped away. A blank page has an empty mask."""
    try:
        found = find_ink(Image.fromarray(grey), side=SEARCH_SIDE, many=True)
    except PictureError:
        return np.zeros(grey.shape, np.bool_)
    if found.mask.shape == grey.shape:
        return found.mask
    small = Image.fromarray(found.mask.astype(np.uint8) * 255)
    mask: Mask = np.asarray(small.resize((grey.shape[1], grey.shape[0]), Image.Resampling.BILINEAR)) >= 128
    return mask
