"""Slightly deformed copies of a bitmap.

The mean of their embeddings is more accurate than one embedding, because the chance slant and proportions of a single
drawing count for less. Krizhevsky, Sutskever, Hinton (2012), "ImageNet Classification with Deep Convolutional Neural
Networks", average over crops of a picture in this way.
"""

from __future__ import annotations

import math

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
    size = bitmaps.shape[-1]
    matrices = torch.tensor([_matrix(*one) for one in _DEFORMED[1:count]], dtype=bitmaps.dtype, device=bitmaps.device)
    made = [bitmaps]
    for matrix in matrices:
        grid = F.affine_grid(matrix.expand(len(bitmaps), 2, 3), [len(bitmaps), 1, size, size], align_corners=False)
        made.append(F.grid_sample(bitmaps, grid, mode="bilinear", padding_mode="zeros", align_corners=False))
    return torch.cat(made)


def _matrix(turn: float, shear: float, width: float, height: float) -> list[list[float]]:
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [[cos * width, (cos * shear - sin) * height, 0.0], [sin * width, (sin * shear + cos) * height, 0.0]]
