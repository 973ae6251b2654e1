"""Encoders: from bitmaps to embeddings.

`PlainEncoder` (plain.py) has the four convolution blocks of Vinyals et al. (2016) and Snell et al. (2017).
`ResidualEncoder` (residual.py) has residual blocks. Either ends in a linear layer to the embedding. In evaluation mode,
batch normalisation uses its running statistics, so that no answer depends on the rest of the batch. `StridedEncoder`
(strided.py) is that of MAML. It normalises each drawing by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.encoders.copies import copies

Blocks = Literal["plain", "residual", "strided"]
BLOCKS: tuple[Blocks, ...] = get_args(Blocks)


@dataclass(frozen=True)
class EncoderShape:
    """size: side of the bitmaps, pixels. channels: of each block. embedding: length of the embedding, if a linear layer
    makes it. blocks: their kind. copies: in evaluation mode, an embedding is the mean over so many slightly deformed
    copies (copies.py). groups: of channels that are normalised together, in strided blocks; 1 is layer
    normalisation."""

    size: int = BITMAP_SIZE
    channels: tuple[int, ...] = (32, 64, 128, 128)
    embedding: int = 256
    blocks: Blocks = "plain"
    copies: int = 1
    groups: int = 8

    @property
    def problem(self) -> str:
        """Why no encoder can have this shape, or ""."""
        if not self.channels or self.size >> len(self.channels) < 1:
            return f"bitmaps are {self.size} x {self.size} pixels, and each of the 'channels' halves them"
        if self.blocks == "strided" and any(count % self.groups for count in self.channels):
            return f"the {self.groups} 'groups' must divide each number of 'channels'"
        return ""

    @property
    def length(self) -> int:
        """The length of an embedding."""
        if self.blocks != "strided":
            return self.embedding
        side = self.size
        for _ in self.channels:
            side = (side + 1) // 2
        return self.channels[-1] * side * side


class Encoder(nn.Module, ABC):
    """(B, 1, S, S) float32 in 0..1 -> (B, D) float32."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, bitmaps: Tensor) -> Tensor:
        count = 1 if self.training else self.shape.copies
        if count == 1:
            return self.encode(bitmaps)
        return self.encode(copies(bitmaps, count)).reshape(count, len(bitmaps), -1).mean(0)

    @abstractmethod
    def encode(self, bitmaps: Tensor) -> Tensor:
        """Return the embeddings of these very bitmaps, without copies."""

    @abstractmethod
    def under(self, weights: Mapping[str, Tensor], bitmaps: Tensor) -> Tensor:
        """`encode` in evaluation mode, with `weights` (by name) in place of the encoder's own. Several threads may
        do this at once, because it never changes the encoder; `torch.func.functional_call` does so temporarily."""

    def own(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the encoder's parameters by name, with `weights` in the place of some."""
        return dict(self.named_parameters()) | dict(weights)


def channels_last(module: nn.Module) -> None:
    """Store kernels channels last, the fastest layout for convolutions on a CPU."""
    for parameter in module.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


def channels_last_under_vmap(bitmaps: Tensor) -> Tensor:
    """(.., S, S) -> (B, 1, S, S), channels last, written so that vmap understands it. Without it, a step takes half as
    long again."""
    size = bitmaps.shape[-1]
    return bitmaps.reshape(-1, size, size, 1).permute(0, 3, 1, 2)


def normalised(x: Tensor, norm: nn.BatchNorm2d, weights: Mapping[str, Tensor], name: str) -> Tensor:
    """Batch normalisation in evaluation mode, with the scale and shift that `weights` has for the layer `name`."""
    mean, variance = norm.running_mean, norm.running_var
    return F.batch_norm(x, mean, variance, weights[f"{name}.weight"], weights[f"{name}.bias"], eps=norm.eps)
