"""Slightly deformed copies of a bitmap.

The mean of their embeddings is more accurate than one embedding, because the chance slant and proportions of a single
drawing count for less. Krizhevsky, Sutskever, Hinton (2012), "ImageNet Classification with Deep Convolutional Neural
Networks", average over crops of a picture in this way.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

# Turn in degrees, shear, and the scales of width and height. The first copy is the bitmap itself.
_DEFORMED = (
    (0.0, 0.0, 1.0, 1.0),
    (8.0, 0.0, 1.0, 1.0),
    (-8.0, 0.0, 1.0, 1.0),
    (0.0, 0.12, 1.0, 1.0),
    (0.0, -0.12, 1.0, 1.0),
    (0.0, 0.0, 1.08, 1.0),
    (0.0, 0.0, 0.93, 1.0),
    (0.0, 0.0, 1.0, 1.08),
    (0.0, 0.0, 1.0, 0.93),
    (8.0, 0.12, 1.0, 1.0),
    (-8.0, -0.12, 1.0, 1.0),
    (8.0, -0.12, 1.0, 1.0),
    (-8.0, 0.12, 1.0, 1.0),
)
MOST_COPIES = len(_DEFORMED)


def copies(bitmaps: Tensor, count: int) -> Tensor:
    """(B, 1, S, S) -> (count * B, 1, S, S): all first copies, then all second ones, and so on. count: 1..13."""
    if count == 1:
        return bitmaps
    grids = _grids(count, bitmaps.shape[-1]).to(bitmaps)  # (count - 1, S, S, 2)
    others = F.grid_sample(
        bitmaps.repeat(count - 1, 1, 1, 1),
        grids.repeat_interleave(len(bitmaps), 0),
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )
    return torch.cat([bitmaps, others])


@cache  # a pen's every question needs them again
def _grids(count: int, size: int) -> Tensor:
    with torch.inference_mode(False):  # so that a gradient may flow past them later
        matrices = torch.tensor([_matrix(*one) for one in _DEFORMED[1:count]])
        return F.affine_grid(matrices, [count - 1, 1, size, size], align_corners=False)


def _matrix(turn: float, shear: float, width: float, height: float) -> list[list[float]]:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [[cos * width, (cos * shear - sin) * height, 0.0], [sin * width, (sin * shear + cos) * height, 0.0]]
