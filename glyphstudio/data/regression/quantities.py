"""Another quantity: each task asks for another mixture of what can be measured on a drawing.

The drawings of a task are placed, turned, slanted and scaled at random. What belongs to a drawing is a weighted sum of
six quantities of its bitmap, each with a mean of 0 and a standard deviation of 1 over all drawings. The weights are
drawn for each task, so only the examples say which quantities matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.regression.tasks import RegressionTasks, split

# The largest turn (radians), slant and shift (of half a side) of a drawing, and its least and largest scale.
_TURN, _SLANT, _SHIFT, _SCALE = 0.8, 0.5, 0.35, (0.4, 0.75)
_USUAL = 2000  # drawings whose quantities give means and standard deviations
QUANTITIES = ("place from left", "place from top", "size", "wide rather than high", "slant", "ink")


@dataclass(frozen=True)
class Quantities:
    """`shots` examples and `queries` of each task, with bitmaps of `drawings`."""

    drawings: Drawings
    shots: int = 10
    queries: int = 10
    seed: int = 0
    _mean: Tensor = field(init=False, repr=False, compare=False)
    _deviation: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The same for every seed and number of shots, so that the quantities mean the same.
        draw = np.random.default_rng(0)
        usual = quantities(self._placed(draw, draw.integers(len(self.drawings.bitmaps), size=_USUAL)))
        object.__setattr__(self, "_mean", usual.mean(0))
        object.__setattr__(self, "_deviation", usual.std(0))

    def tasks(self, numbers: Sequence[int]) -> RegressionTasks:
        """Inputs (T, M, 1, S, S) float32 in 0..1."""
        inputs, wanted = [], []
        for number in numbers:
            draw = np.random.default_rng([self.seed, number])
            weights = draw.normal(size=len(QUANTITIES))
            which = draw.integers(len(self.drawings.bitmaps), size=self.shots + self.queries)
            bitmaps = self._placed(draw, which)
            measured = (quantities(bitmaps) - self._mean) / self._deviation
            inputs.append(bitmaps)
            wanted.append(measured @ torch.from_numpy(weights / np.linalg.norm(weights)).float())
        return split(torch.stack(inputs), torch.stack(wanted), self.shots)

    def _placed(self, draw: np.random.Generator, which: NDArray[np.int64]) -> Tensor:
        """(M,) numbers of drawings -> (M, 1, S, S), each placed, turned, slanted and scaled at random."""
        count = len(which)
        bitmaps = self.drawings.bitmaps[torch.from_numpy(which)].float().div(255)[:, None]
        turn, slant = draw.uniform(-_TURN, _TURN, count), draw.uniform(-_SLANT, _SLANT, count)
        scale, shift = draw.uniform(*_SCALE, count), draw.uniform(-_SHIFT, _SHIFT, (count, 2))
        cos, sin = np.cos(turn), np.sin(turn)
        # From each pixel of the result back to the drawing: first unshifted, then turned back, scaled and slanted.
        back = np.stack([np.stack([cos + slant * sin, sin], 1), np.stack([-sin + slant * cos, cos], 1)], 2)
        back /= scale[:, None, None]
        offset = -(back @ shift[..., None])
        matrices = torch.from_numpy(np.concatenate([back, offset], 2)).float()
        grid = F.affine_grid(matrices, list(bitmaps.shape), align_corners=False)
        return F.grid_sample(bitmaps, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def quantities(bitmaps: Tensor) -> Tensor:
    """(M, 1, S, S) -> (M, 6), the `QUANTITIES` by moments of the ink, in halves of a side."""
    ink = bitmaps[:, 0]
    size = ink.shape[-1]
    places = (torch.arange(size, dtype=ink.dtype) + 0.5) / size * 2 - 1
    total = ink.sum((1, 2)).clamp(min=1e-6)

    def mean(of: Tensor) -> Tensor:
        return (ink * of).sum((1, 2)) / total

    x, y = places[None, None, :], places[None, :, None]
    left, top = mean(x), mean(y)
    x, y = x - left[:, None, None], y - top[:, None, None]
    wide, high, both = mean(x * x), mean(y * y), mean(x * y)
    spread = (wide + high).clamp(min=1e-6)
    return torch.stack([left, top, spread.sqrt(), (wide - high) / spread, both / spread, total / size**2], 1)
