"""Jitter: makes a glyph look as if another person had drawn it, for a whole batch in a few tensor operations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

VARIANTS = 8  # four rotations by 90 degrees, each plain and mirrored


@dataclass(frozen=True)
class Jitter:
    """Ranges of the random deformations. Each value but the wave is uniform within plus and minus its range.

    turn: degrees. shear: share of the side. scale: share of the size, for each axis separately. shift: share of half
    the side. wave: standard deviation in pixels of the shifts of a grid of `knots` x `knots` control points. width:
    0..1, the share of the way from the drawn stroke to one that is a pixel wider, or a pixel thinner, on either side.
    """

    turn: float = 8.0
    shear: float = 0.1
    scale: float = 0.08
    shift: float = 0.03
    wave: float = 0.7
    knots: int = 4
    width: float = 0.25


def vary(bitmaps: Tensor, variant: Tensor, jitter: Jitter | None, generator: torch.Generator) -> Tensor:
    """Turn, mirror and jitter bitmaps.

    bitmaps: (B, 1, S, S) float, 0 paper, 1 ink. variant: (B,) in 0..7; it means variant % 4 quarter turns, mirrored
    from 4 on. Returns the same shape. Without `jitter` the result is exact: pixels only change places.
    """
    if jitter is None:
        out = bitmaps.clone()
        for value in range(1, VARIANTS):
            chosen = variant == value
            if bool(chosen.any()):
                turned = torch.rot90(bitmaps[chosen], value % 4, (2, 3))
                out[chosen] = turned.flip(3) if value >= 4 else turned
        return out
    count, size = len(bitmaps), bitmaps.shape[-1]

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator) * 2 - 1

    angle = uniform(count) * math.radians(jitter.turn) + (variant % 4) * (math.pi / 2)
    mirror = 1.0 - 2.0 * (variant >= 4).float()
    cos, sin = torch.cos(angle), torch.sin(angle)
    sx, sy = 1 + uniform(count) * jitter.scale, 1 + uniform(count) * jitter.scale
    shear = uniform(count) * jitter.shear
    # rotation x mirror x shear x scale, with the shift, as (B, 2, 3) in grid_sample's units of half a side
    theta = torch.stack(
        [
            torch.stack([cos * mirror * sx, (cos * mirror * shear - sin) * sy, uniform(count) * jitter.shift], 1),
            torch.stack([sin * mirror * sx, (sin * mirror * shear + cos) * sy, uniform(count) * jitter.shift], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [count, 1, size, size], align_corners=False)
    knots = torch.randn(count, 2, jitter.knots, jitter.knots, generator=generator) * (jitter.wave * 2 / size)
    waves = F.interpolate(knots, size=(size, size), mode="bicubic", align_corners=True)
    grid = grid + waves.permute(0, 2, 3, 1)
    out = F.grid_sample(bitmaps, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    if jitter.width:
        amount = (uniform(count) * jitter.width)[:, None, None, None]
        sign = torch.sign(amount)  # thinner ink is wider paper
        out = out + amount.abs() * (sign * _wider(sign * out) - out)
    return out


def _wider(bitmaps: Tensor) -> Tensor:
    """Set each pixel to the largest of the nine around it, (B, 1, S, S): as F.max_pool2d, in a thirtieth of the
    time."""
    padded = F.pad(bitmaps, (1, 1, 1, 1), value=-torch.inf)
    rows = torch.maximum(torch.maximum(padded[:, :, :-2], padded[:, :, 1:-1]), padded[:, :, 2:])
    return torch.maximum(torch.maximum(rows[..., :-2], rows[..., 1:-1]), rows[..., 2:])
