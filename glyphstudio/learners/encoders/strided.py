"""The encoder of MAML, with a normalisation that sees one drawing at a time.

Finn, Abbeel, Levine (2017), section 5.2: four 3 x 3 convolutions with 64 filters and a stride of two, each followed by
normalisation and a ReLU, and no linear layer. The paper normalises by the statistics of the batch, the queries'
included, so its answers depend on the other queries. Here it is group normalisation (Wu and He 2018, "Group
Normalization"): a drawing's own statistics, over a group of channels. The paper's last hidden layer has 64 numbers. Our
bitmaps are larger than its 28 x 28 pixels, and the 3 x 3 pixels that are left stay apart: 576 numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.learners.encoders.encoder import Encoder, EncoderShape


class StridedEncoder(Encoder):
    """Each block is a 3 x 3 convolution with stride 2, group normalisation and ReLU."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__(shape)
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        before = 1
        for channels in shape.channels:
            convolution = nn.Conv2d(before, channels, 3, 2, 1, bias=False)
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
            self.convolutions.append(convolution)
            self.norms.append(nn.GroupNorm(shape.groups, channels))
            before = channels

    def encode(self, bitmaps: Tensor) -> Tensor:
        return self.under({}, bitmaps)

    def under(self, weights: Mapping[str, Tensor], bitmaps: Tensor) -> Tensor:
        own, x = self.own(weights), bitmaps
        for block in range(len(self.convolutions)):
            x = F.conv2d(x, own[f"convolutions.{block}.weight"], stride=2, padding=1)
            scale, shift = own[f"norms.{block}.weight"], own[f"norms.{block}.bias"]
            x = F.relu(F.group_norm(x, self.shape.groups, scale, shift))
        return x.flatten(1)
