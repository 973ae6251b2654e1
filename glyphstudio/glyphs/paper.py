"""Finding the ink in a picture: polarity, uneven light, paper grain, specks; cropped to the ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.picture import Picture, PictureError

_SEARCH_SIDE = 512  # pixels: where the ink is, is decided on a picture of this size
_INK_SIDE = 128  # pixels: the longest side of the cropped ink that is then thinned
_BLOCKS = 8  # blocks a side in which the paper's own shade is estimated
_LEAST_CONTRAST = 0.12  # of the paper's shade: fainter marks are the paper's grain
_NO_INK = "No ink was found in the picture. Take one in which the drawing stands out clearly from the paper."


def ink_mask(picture: Picture) -> NDArray[np.bool_]:
    """True where there is ink, cropped to it, at most 128 pixels wide and high. Raises PictureError without any."""
    grey = picture.grey
    small = _shrunk(grey, _SEARCH_SIDE)
    mask = _clean(_contrast(small))
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        raise PictureError(_NO_INK)
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if max(box.shape) <= _INK_SIDE and small.shape == grey.shape:
        return box
    # The crop is thresholded by how much of each smaller pixel the ink covers, so thin lines survive shrinking.
    factor = min(_INK_SIDE / max(box.shape), 1.0)
    side = [max(round(n * factor), 1) for n in box.shape]
    cover = np.asarray(Image.fromarray(box.astype(np.uint8) * 255).resize((side[1], side[0]), Image.Resampling.BOX))
    return cover > 255 * 0.35


def _shrunk(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    if max(grey.shape) <= side:
        return grey
    factor = side / max(grey.shape)
    height, width = (max(round(n * factor), 1) for n in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))


def _contrast(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far each pixel is from the paper, 0..1 of the whole range; ink may be dark on light or light on dark."""
    if grey.min() == grey.max():
        raise PictureError(_NO_INK)
    shade = grey.astype(np.float32) / 255
    rim = max(min(grey.shape) // 24, 1)
    border = np.concatenate(
        [shade[:rim].ravel(), shade[-rim:].ravel(), shade[:, :rim].ravel(), shade[:, -rim:].ravel()]
    )
    middle = (float(shade.min()) + float(shade.max())) / 2
    # Ink is the lesser part; where both are about even, the border tells which one is the paper.
    dark = float((shade < middle).mean())
    light_ink = dark > 0.5 if abs(dark - 0.5) > 0.2 else float(np.median(border)) < middle
    if light_ink:
        shade = 1.0 - shade
    return np.clip(_paper_shade(shade) - shade, 0.0, 1.0)


def _paper_shade(shade: NDArray[np.float32]) -> NDArray[np.float32]:
    """The paper's own shade at each pixel, from the lightest tenth around it, since a photo's light falls off."""
    height, width = shade.shape
    if min(height, width) < 4 * _BLOCKS:
        return np.full_like(shade, np.quantile(shade, 0.9))
    whole = np.pad(shade, ((0, -height % _BLOCKS), (0, -width % _BLOCKS)), mode="edge")
    blocks = whole.reshape(_BLOCKS, whole.shape[0] // _BLOCKS, _BLOCKS, -1).swapaxes(1, 2).reshape(_BLOCKS, _BLOCKS, -1)
    rank = int(0.9 * blocks.shape[2])
    blocks = np.partition(blocks, rank, axis=2)[:, :, rank]
    # A block full of ink has no paper of its own; its neighbours lend theirs.
    padded = np.pad(blocks, 1, mode="edge")
    lent = np.max([padded[y : y + _BLOCKS, x : x + _BLOCKS] for y in range(3) for x in range(3)], axis=0)
    smooth = Image.fromarray(lent).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(smooth, np.float32)


def _clean(contrast: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The marks that are ink: beyond Otsu's threshold, and not a speck."""
    threshold = max(_otsu(contrast), _LEAST_CONTRAST)
    mask = contrast > threshold
    area = int(mask.sum())
    if not area:
        raise PictureError(_NO_INK)
    edge = int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())
    width = 2.0 * area / max(edge, 1)  # of a stroke, in pixels: a long bar's area over half its outline
    smallest = 0.5 * width * width
    if smallest <= 1.0:
        return mask
    labels = _components(mask)
    areas = np.bincount(labels.ravel())
    keep = areas >= smallest
    keep[0] = False
    return keep[labels]


def _otsu(values: NDArray[np.float32]) -> float:
    """Otsu (1979): the threshold in 0..1 that best parts the values into two groups."""
    counts, edges = np.histogram(values, 128, (0.0, 1.0))
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    # Where a gap separates the groups, every threshold in it is as good: take its middle.
    best = np.flatnonzero(np.nan_to_num(between) >= np.nanmax(between) * (1 - 1e-9))
    return float(edges[1:][best].mean())


def _components(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Labels 1.. of the 8-connected parts of `mask`, 0 elsewhere: the runs of each row, joined to those above."""
    height, width = mask.shape
    flat = np.zeros((height, width + 2), np.int8)
    flat[:, 1:-1] = mask
    change = np.diff(flat, axis=1)
    row_of, start = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)  # exclusive
    parent = np.arange(len(row_of))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = int(parent[run])
        return run

    first = np.searchsorted(row_of, np.arange(height + 1))
    for row in range(1, height):
        above, here = int(first[row - 1]), int(first[row])
        while above < first[row] and here < first[row + 1]:
            if start[here] <= end[above] and start[above] <= end[here]:
                parent[root(here)] = root(above)
            if end[above] < end[here]:
                above += 1
            else:
                here += 1
    roots = np.array([root(run) for run in range(len(row_of))], np.int64)
    _, label = np.unique(roots, return_inverse=True)
    labels = np.zeros(mask.shape, np.int64)
    labels[mask] = np.repeat(label + 1, end - start)
    return labels
