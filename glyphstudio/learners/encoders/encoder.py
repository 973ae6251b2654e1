"""Encoders: from bitmaps to embeddings.

`PlainEncoder` has the four convolution blocks of Vinyals et al. (2016) and Snell et al. (2017). `ResidualEncoder`
(residual.py) has residual blocks. Either ends in a linear layer to the embedding. In evaluation mode, batch
normalisation uses its running statistics, so that no answer depends on the rest of the batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.encoders.copies import copies

Blocks = Literal["plain", "residual"]
BLOCKS: tuple[Blocks, ...] = get_args(Blocks)


@dataclass(frozen=True)
class EncoderShape:
    """size: side of the bitmaps, pixels. channels: of each block. embedding: length of the embedding. blocks: their
    kind. copies: in evaluation mode, an embedding is the mean over so many slightly deformed copies (copies.py)."""

    size: int = BITMAP_SIZE
    channels: tuple[int, ...] = (32, 64, 128, 128)
    embedding: int = 256
    blocks: Blocks = "plain"
    copies: int = 1


class Encoder(nn.Module, ABC):
    """(B, 1, S, S) float32 in 0..1 -> (B, D) float32. head: the linear layer at its end."""

    head: nn.Linear

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


class PlainEncoder(Encoder):
    """Each block is a 3 x 3 convolution, 2 x 2 max pooling, batch normalisation and ReLU. Pooling comes before the last
    two, not after them. That saves three quarters of their work and changes little, because both are monotone."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__(shape)
        blocks: list[nn.Module] = []
        before, side = 1, shape.size
        for channels in shape.channels:
            blocks += [
                nn.Conv2d(before, channels, 3, padding=1, bias=False),
                nn.MaxPool2d(2),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
            before, side = channels, side // 2
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(before * side * side, shape.embedding, bias=False)
        channels_last(self)

    def encode(self, bitmaps: Tensor) -> Tensor:
        features = self.blocks(bitmaps.to(memory_format=torch.channels_last))
        out: Tensor = self.head(features.flatten(1))
        return out

    def under(self, weights: Mapping[str, Tensor], bitmaps: Tensor) -> Tensor:
        own, x = self.own(weights), channels_last_under_vmap(bitmaps)
        for index in range(0, len(self.blocks), 4):
            norm = cast(nn.BatchNorm2d, self.blocks[index + 2])
            x = F.max_pool2d(F.conv2d(x, own[f"blocks.{index}.weight"], padding=1), 2)
            x = F.relu(normalised(x, norm, own, f"blocks.{index + 2}"), inplace=True)
        return F.linear(x.flatten(1), own["head.weight"])
