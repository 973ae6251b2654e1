"""Which grey shows the ink best: the brightness, or the colour in which ink and paper differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 192  # pixels of the copy in which the colours are compared
_BLOCK = 12  # pixels of the blocks whose median is the paper's colour
_PLAIN = 70.0  # of 255: where brightness differs as much, it is used
_BETTER = 1.6  # times more contrast than the brightness: then the colour is used
_FEWEST = 0.004  # share of the pixels that is ink at least


def inky_grey(image: Image.Image) -> Image.Image:
    """Return an L picture in which the ink of an L or RGB picture stands out: its brightness, or a colour axis if the
    ink is about as bright as the paper (red on green, yellow on white)."""
    grey = image.convert("L")
    if image.mode != "RGB":
        return grey
    away, spread = _from_paper(image)
    far = np.linalg.norm(away, axis=1)
    most = far >= max(float(np.quantile(far, 1 - 5 * _FEWEST)), 1.0)
    if not most.any():
        return grey
    luma = np.array([0.299, 0.587, 0.114])
    marks = away[most]
    _, _, axes = np.linalg.svd(marks, full_matrices=False)
    axis = axes[0]
    plain = float(np.median(np.abs(marks @ luma)))
    coloured = float(np.median(np.abs(marks @ axis))) / np.abs(axis).sum()
    noise = float(np.median(np.abs(away @ axis))) / np.abs(axis).sum()
    if plain >= _PLAIN or coloured < _BETTER * plain or coloured < 4 * max(noise, 1.0):
        return grey
    return _along(image, axis, spread)


def _from_paper(image: Image.Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (P, 3), how far each pixel's colour is from the paper around it, and the paper's usual colour (3,)."""
    small = image
    if max(image.size) > _SIDE:
        factor = _SIDE / max(image.size)
        small = image.resize(
            (max(round(image.width * factor), 1), max(round(image.height * factor), 1)), Image.Resampling.BOX
        )
    pixels = np.asarray(small, np.float64)
    height, width = pixels.shape[:2]
    whole = np.pad(pixels, ((0, -height % _BLOCK), (0, -width % _BLOCK), (0, 0)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // _BLOCK, _BLOCK, whole.shape[1] // _BLOCK, _BLOCK, 3)
    medians = np.median(blocks, axis=(1, 3))
    paper = np.median(medians.reshape(-1, 3), axis=0)
    local = np.repeat(np.repeat(medians, _BLOCK, 0), _BLOCK, 1)[:height, :width]
    # A block full of ink has no paper; the usual colour stands in where the block is far from it.
    odd = np.abs(local - paper).max(2) > 60
    local = np.where(odd[..., None], paper, local)
    return (pixels - local).reshape(-1, 3), paper


def _along(image: Image.Image, axis: NDArray[np.float64], paper: NDArray[np.float64]) -> Image.Image:
    """Return the picture's colours projected on `axis`, the paper light and the ink dark if it is the smaller part."""
    weights = (axis / np.abs(axis).sum()).astype(np.float32)
    values: NDArray[np.float32] = np.asarray(image, np.float32) @ weights - np.float32(paper @ weights)
    low, high = (float(end) for end in np.quantile(values, [0.002, 0.998]))
    if high > -low:
        values, low = -values, -high
    scale = np.float32(200 / max(-low, 1.0))
    return Image.fromarray(np.clip(230 + values * scale, 0, 255).astype(np.uint8))
