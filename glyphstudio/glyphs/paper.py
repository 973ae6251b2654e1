"""Finds the ink in a picture despite polarity, uneven light, paper grain and specks, and crops to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from glyphstudio.glyphs.parts import line_width, parts_of
from glyphstudio.glyphs.picture import Picture, PictureError

SEARCH_SIDE = 512  # pixels: the longer side of the picture in which the ink is searched for
_INK_SIDE = 128  # pixels: the longest side of the cropped ink before thinning, unless its lines are thin
_LINE = 3.0  # pixels: shrinking the picture makes no line thinner than this, or lines would break
_BLOCKS = 8  # blocks a side; the paper's shade is estimated in each
LEAST_CONTRAST = 0.12  # share of the paper's shade: fainter marks are the paper's grain
_DEEPEST_SHADOW = 0.2  # share of the lightest paper's shade: darker areas are ink
_DARK_BORDER = 0.75  # share of the picture's border that is dark if the paper is
_GRAIN = 5.0  # ink is at least this many standard deviations of the paper's grain darker than the paper
_ODD = 0.6  # share of the darkest ink's contrast: five times a true grain is less
_STEPS = 2.0  # the grain's standard deviation is at most so many median steps between neighbours
NO_INK = "No ink was found in the picture. Use one where the drawing stands out clearly from the paper."

_Shade = NDArray[np.float32]


def ink_mask(picture: Picture) -> NDArray[np.bool_]:
    """Return a mask, True on ink, cropped to the ink and at most 512 pixels wide and high. Raises PictureError if there
    is no ink."""
    small = _without_grain(_shrunk(picture.grey, SEARCH_SIDE))
    if small.min() == small.max():
        raise PictureError(NO_INK)
    mask = _clean(paper_contrast(small))
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = max(_INK_SIDE / max(box.shape), _LINE / line_width(box))
    if factor >= 1.0:
        return box
    side = [max(round(n * factor), 1) for n in box.shape]
    cover = np.asarray(Image.fromarray(box.astype(np.uint8) * 255).resize((side[1], side[0]), Image.Resampling.BOX))
    return cover > 255 * 0.35


def _shrunk(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if max(grey.shape) <= side:
        return grey
    factor = side / max(grey.shape)
    height, width = (max(round(n * factor), 1) for n in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))


def _without_grain(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove a photo's grain. In scans and output of drawing programs most neighbours are equal, so those stay
    unchanged."""
    if min(grey.shape) < 3 or np.median(np.abs(np.diff(grey.astype(np.int16), axis=1))) < 2:
        return grey
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)))


def paper_contrast(grey: NDArray[np.uint8]) -> _Shade:
    """Return how far each pixel is from the paper: about 0 on paper, at most 1. Ink may be dark on light or light on
    dark."""
    inverted = _light_on_dark(grey)
    shade: _Shade = (255 - grey if inverted else grey).astype(np.float32) / np.float32(255)
    light = _lightest_around(shade)
    paper = _paper_shade(shade, (light - shade) < ink_threshold(light - shade), light)
    # A shadow darkens paper and ink by the same factor. A chalkboard has hardly any shadows.
    least = np.float32(0.75 if inverted else 1 / 255)
    ratio: _Shade = np.divide(shade - paper, np.maximum(paper, least), dtype=np.float32)
    return -ratio


def _light_on_dark(grey: NDArray[np.uint8]) -> bool:
    """Return whether ink is lighter than paper. Ink is the smaller part of the areas that have both ink and paper,
    and light ink has dark paper at the picture's border: all round it if both parts are about equal."""
    shade = grey.astype(np.float32)
    low, high = -_lightest_around(-shade, 1.0), _lightest_around(shade, 1.0)
    both = (high - low) >= 0.5 * (high - low).max()
    dark = float((shade < (low + high) / 2)[both].mean())
    if dark < 0.3:
        return False
    rim = max(min(shade.shape) // 24, 1)
    border = np.concatenate(
        [shade[:rim].ravel(), shade[-rim:].ravel(), shade[:, :rim].ravel(), shade[:, -rim:].ravel()]
    )
    around = float((border < (float(shade.min()) + float(shade.max())) / 2).mean())
    return around > (0.5 if dark > 0.7 else _DARK_BORDER)


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (B, B, N): the N values of each of the picture's B x B blocks; a picture of few pixels is one block."""
    count = _BLOCKS if min(values.shape) >= 4 * _BLOCKS else 1
    height, width = values.shape
    whole = np.pad(values, ((0, -height % count), (0, -width % count)), mode="edge")
    rows = whole.reshape(count, whole.shape[0] // count, count, -1)
    return rows.swapaxes(1, 2).reshape(count, count, -1)


def _neighbours(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (9, B, B): each block's value and those of the blocks around it."""
    padded = np.pad(blocks, 1, mode="edge")
    height, width = blocks.shape
    return np.stack([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)])


def _smooth(blocks: NDArray[np.float32], like: _Shade) -> _Shade:
    """Turn block values into pixel values: linear between the blocks' centres, and extrapolated beyond the
    outermost."""
    height, width = like.shape
    outer = np.pad(blocks, 1, mode="reflect", reflect_type="odd").astype(np.float32)
    inside = (1, 1, blocks.shape[1] + 1, blocks.shape[0] + 1)
    return np.asarray(Image.fromarray(outer).resize((width, height), Image.Resampling.BILINEAR, inside), np.float32)


def _lightest_around(shade: _Shade, share: float = 0.9) -> _Shade:
    """Return the shade that `share` of the pixels in a block do not exceed, or the largest such shade among its
    neighbours: a block full of ink has no paper."""
    blocks = _blocks(shade)
    rank = min(int(share * blocks.shape[2]), blocks.shape[2] - 1)
    lightest = _neighbours(np.partition(blocks, rank, axis=2)[:, :, rank]).max(0)
    # If a blot covers the neighbours too, the lightest of all blocks replaces them.
    return _smooth(np.where(lightest < _DEEPEST_SHADOW * lightest.max(), lightest.max(), lightest), shade)


def _paper_shade(shade: _Shade, is_paper: NDArray[np.bool_], light: _Shade) -> _Shade:
    """Return the paper's shade at each pixel, because a photo's light is uneven: the mean of the paper in each block. A
    block whose paper covers less than a quarter takes its shade from `light`."""
    weight = _blocks(is_paper.astype(np.float32))
    total, count = (_blocks(shade) * weight).sum(2), weight.sum(2)
    lent = _blocks(light).mean(2)
    mean = np.where(count >= weight.shape[2] / 4, total / np.maximum(count, 1), lent)
    return _smooth(mean.astype(np.float32), shade)


def ink_threshold(contrast: NDArray[np.float32]) -> float:
    """Return the contrast (of H x W values) half way from the paper to the ink. Ink is everything beyond the paper's
    grain."""
    is_light = contrast <= 0.5 * contrast.max()  # nearly all paper, even if ink covers most of the picture
    light = contrast[is_light]
    paper = float(np.median(light)) if len(light) else 0.0
    least = max(paper + _GRAIN * _grain(contrast, is_light, paper), LEAST_CONTRAST)
    ink = contrast[contrast > least]
    return max((paper + float(np.median(ink))) / 2, least) if len(ink) else least


def _grain(contrast: NDArray[np.float32], is_light: NDArray[np.bool_], paper: float) -> float:
    """Return the standard deviation of the paper's grain. Grain differs from pixel to pixel; what only spreads the
    values, such as the flanks of ink out of focus, is none."""
    light = contrast[is_light]
    if not len(light):
        return 0.0
    spread = 1.4826 * float(np.median(np.abs(light - paper)))
    steps = np.abs(np.diff(contrast, axis=1))
    if _GRAIN * spread < _ODD * float(contrast.max()) or not steps.size:
        return spread
    return min(spread, _STEPS * float(np.median(steps)) + 0.01)


def _clean(contrast: _Shade) -> NDArray[np.bool_]:
    """Return the marks that are ink and not specks. Raises PictureError if there are none."""
    mask = contrast > ink_threshold(contrast)
    if not mask.any():
        raise PictureError(NO_INK)
    parts = parts_of(mask)
    large = np.concatenate([[False], parts.areas >= 0.5 * line_width(mask) ** 2])
    marks: NDArray[np.bool_] = large[parts.labels]
    return marks
