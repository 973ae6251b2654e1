"""The encoder: from bitmaps to embeddings.

The four convolution blocks of Vinyals et al. (2016) and Snell et al. (2017), with a choice of channels, and a linear
layer to the embedding. Each block is a 3 x 3 convolution, 2 x 2 max pooling, batch normalisation and ReLU. Pooling
comes before the last two, not after them. That saves three quarters of their work and changes little, because both are
monotone. In evaluation mode, batch normalisation uses its running statistics, so that no answer depends on the rest of
the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.glyphs.render import BITMAP_SIZE


@dataclass(frozen=True)
class EncoderShape:
    """size: side of the bitmaps, pixels. channels: of each block. embedding: length of the embedding."""

    size: int = BITMAP_SIZE
    channels: tuple[int, ...] = (32, 64, 128, 128)
    embedding: int = 256


class Encoder(nn.Module):
    """(B, 1, S, S) float32 in 0..1 -> (B, D) float32."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.shape = shape
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
        for parameter in self.parameters():
            if parameter.ndim == 4:  # channels last: the fastest layout for convolutions on a CPU
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, bitmaps: Tensor) -> Tensor:
        features = self.blocks(bitmaps.to(memory_format=torch.channels_last))
        out: Tensor = self.head(features.flatten(1))
        return out

    def under(self, weights: Mapping[str, Tensor], bitmaps: Tensor) -> Tensor:
        """Encode in evaluation mode, with `weights` (by name) in place of the encoder's own. Several threads may
        do this at once, because it never changes the encoder; `torch.func.functional_call` does so temporarily."""
        own = dict(self.named_parameters()) | dict(weights)
        # Channels last, written so that vmap understands it. Without it, a step takes half as long again.
        x = bitmaps.reshape(-1, self.shape.size, self.shape.size, 1).permute(0, 3, 1, 2)
        for index in range(0, len(self.blocks), 4):
            norm = cast(nn.BatchNorm2d, self.blocks[index + 2])
            scale, shift = own[f"blocks.{index + 2}.weight"], own[f"blocks.{index + 2}.bias"]
            x = F.max_pool2d(F.conv2d(x, own[f"blocks.{index}.weight"], padding=1), 2)
            x = F.relu(F.batch_norm(x, norm.running_mean, norm.running_var, scale, shift, eps=norm.eps), inplace=True)
        return F.linear(x.flatten(1), own["head.weight"])
