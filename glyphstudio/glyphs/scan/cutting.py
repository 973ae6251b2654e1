"""Cuts the ink out of a picture of paper: dark on white, in full detail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from glyphstudio.glyphs.parts import grown
from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment, Found, find_ink

CUT_SIDE = 512  # pixels: the longer side of the picture of the ink alone
_MARGIN = 0.15  # share of the ink's longer side left free around it
_CLOSER = 0.7  # share of the picture's side: ink on a smaller part is looked at again from near


def cut_ink(image: Image.Image, adjustment: Adjustment = AS_FOUND) -> tuple[Picture, Found]:
    """Return the ink of an L or RGB picture as a picture of its own, dark on white, cut out with a margin, at most
    CUT_SIDE pixels; and how it was found. First it is located in a smaller copy, then cut out in full detail. Raises
    PictureError if there is no ink."""
    image = adjusted(image, adjustment)
    found = find_ink(image, adjustment)
    box = _box(found, image.size)
    cut = image.crop(box)
    if found.factor < 1 and max(cut.size) < _CLOSER * max(image.size):
        try:
            closer = find_ink(cut, adjustment, afar=found)
        except PictureError:  # what was seen from afar is nothing from near
            return _picture(found, box), found
        left_out = tuple(dict.fromkeys((*found.left_out, *closer.left_out)))
        return _picture(closer, _box(closer, cut.size)), replace(closer, left_out=left_out, doubts=found.doubts)
    return _picture(found, box), found


def adjusted(image: Image.Image, adjustment: Adjustment) -> Image.Image:
    """Return the picture cropped and turned."""
    if adjustment.crop is not None:
        left, top, right, bottom = adjustment.crop
        x, y = round(left * image.width), round(top * image.height)
        image = image.crop((x, y, max(round(right * image.width), x + 1), max(round(bottom * image.height), y + 1)))
    turn = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
    return image.transpose(turn[adjustment.turns % 4]) if adjustment.turns % 4 else image


def _box(found: Found, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the ink with its margin, in the picture's pixels."""
    mask, factor = found.mask, found.factor
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    margin = _MARGIN * max(rows[-1] - rows[0], columns[-1] - columns[0]) + 4
    left, top = (columns[0] - margin) / factor, (rows[0] - margin) / factor
    right, bottom = (columns[-1] + 1 + margin) / factor, (rows[-1] + 1 + margin) / factor
    return max(int(left), 0), max(int(top), 0), min(int(right) + 1, size[0]), min(int(bottom) + 1, size[1])


def _picture(found: Found, box: tuple[int, int, int, int]) -> Picture:
    """Return the ink inside `box` (of the picture), dark on white."""
    left, top, right, bottom = (round(side * found.factor) for side in box)
    where = (slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1)))
    mask, contrast = found.mask[where], found.contrast[where]
    full = float(np.quantile(contrast[mask], 0.8)) if mask.any() else 1.0
    near = grown(mask)
    # Half the ink's contrast is the mask's edge in this picture, whatever the threshold was.
    over = np.clip((contrast - found.threshold) / max(full - found.threshold, 0.01), 0, 1)
    dark = np.where(mask, 0.55 + 0.45 * over, 0)
    flank = np.where(near & ~mask, np.clip(0.45 * contrast / max(found.threshold, 0.01), 0, 0.45), 0)
    grey = 255 - np.round(255 * np.maximum(dark, flank)).astype(np.uint8)
    side = max(grey.shape)
    if side <= CUT_SIDE:
        return Picture(grey)
    size = (max(round(grey.shape[1] * CUT_SIDE / side), 1), max(round(grey.shape[0] * CUT_SIDE / side), 1))
    return Picture(np.array(Image.fromarray(grey).resize(size, Image.Resampling.BOX)))
