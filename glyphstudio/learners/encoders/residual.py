"""The residual encoder: more accurate than the plain one, and slower.

He, Zhang, Ren, Sun (2016), "Deep Residual Learning for Image Recognition": each block adds what two convolutions
compute to its input. The first convolution has a stride of two. So do all blocks except the first; there the input is
averaged over 2 x 2 pixels before it is added, as He, Tong et al. (2019), "Bag of Tricks for Image Classification",
recommend.
"""

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


class ResidualBlock(nn.Module):
    """(B, C, H, W) -> (B, C', H / stride, W / stride), rounded up."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.first = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)
        self.changes = stride > 1 or before != channels
        if self.changes:
            self.skip = nn.Conv2d(before, channels, 1, bias=False)
            self.skip_norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.first_norm(self.first(x)), inplace=True)
        added = self.second_norm(self.second(inner))
        kept = self.skip_norm(self.skip(self._halved(x))) if self.changes else x
        return F.relu(added + kept, inplace=True)

    def under(self, weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
        """As `Encoder.under`. name: of this block among the weights."""

        def step(part: str, x: Tensor, stride: int, padding: int) -> Tensor:
            out = F.conv2d(x, weights[f"{name}.{part}.weight"], stride=stride, padding=padding)
            return normalised(out, getattr(self, f"{part}_norm"), weights, f"{name}.{part}_norm")

        added = step("second", F.relu(step("first", x, self.stride, 1), inplace=True), 1, 1)
        kept = step("skip", self._halved(x), 1, 0) if self.changes else x
        return F.relu(added + kept, inplace=True)

    def _halved(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, self.stride, ceil_mode=True) if self.stride > 1 else x


class ResidualEncoder(Encoder):
    """A 5 x 5 convolution with stride 2, then one block for each of `shape.channels`, then a linear layer."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__(shape)
        width, side = shape.channels[0], (shape.size + 1) // 2
        self.stem = nn.Conv2d(1, width, 5, 2, 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        blocks, before = [], width
        for number, channels in enumerate(shape.channels):
            stride = 2 if number else 1
            blocks.append(ResidualBlock(before, channels, stride))
            before, side = channels, -(-side // stride)
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(before * side * side, shape.embedding, bias=False)
        channels_last(self)

    def encode(self, bitmaps: Tensor) -> Tensor:
        x = self.stem(bitmaps.to(memory_format=torch.channels_last))
        x = F.relu(self.stem_norm(x), inplace=True)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(x.flatten(1))
        return out

    def under(self, weights: Mapping[str, Tensor], bitmaps: Tensor) -> Tensor:
        own, x = self.own(weights), channels_last_under_vmap(bitmaps)
        x = F.conv2d(x, own["stem.weight"], stride=2, padding=2)
        x = F.relu(normalised(x, self.stem_norm, own, "stem_norm"), inplace=True)
        for number, block in enumerate(self.blocks):
            x = cast(ResidualBlock, block).under(own, f"blocks.{number}", x)
        return F.linear(x.flatten(1), own["head.weight"])
