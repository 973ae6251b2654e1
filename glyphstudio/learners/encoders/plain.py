"""The plain encoder: four blocks of convolutions, as in most of the literature on few-shot learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.learners.encoders.encoder import (
    Encoder,
    EncoderShape,
    channels_last,
    channels_last_under_vmap,
    normalised,
)


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
