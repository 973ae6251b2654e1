"""Networks from an input to one number."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.strided import StridedEncoder

_WIDTH = 40  # of the two hidden layers in Finn et al. (2017), section 5.1
HEAD = ("weight", "bias")  # the last layer's names


class Network(nn.Module, ABC):
    """Features and a last linear layer. Every example is answered by itself.

    Parameters are used by name (`under`), because each task has its own."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features) / math.sqrt(features))
        self.bias = nn.Parameter(torch.zeros(()))

    @abstractmethod
    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """(M, ..) inputs -> (M, D), with `weights` by name."""

    def under(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """(M, ..) inputs -> (M,) numbers, with `weights` by name."""
        return self.features(weights, inputs) @ weights["weight"] + weights["bias"]


class CurveNetwork(Network):
    """(M, 1) -> (M,): two hidden layers of 40 with ReLU, as in Finn et al. (2017), section 5.1."""

    def __init__(self) -> None:
        super().__init__(_WIDTH)
        # The first layer's kinks are spread over the inputs, -5 to 5.
        self.first = nn.Parameter(torch.randn(1, _WIDTH))
        self.first_bias = nn.Parameter(3 * (2 * torch.rand(_WIDTH) - 1))
        self.second = nn.Parameter(torch.randn(_WIDTH, _WIDTH) / math.sqrt(_WIDTH))
        self.second_bias = nn.Parameter(torch.zeros(_WIDTH))

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        hidden = F.relu(inputs @ weights["first"] + weights["first_bias"])
        return F.relu(hidden @ weights["second"] + weights["second_bias"])


class DrawingNetwork(Network):
    """(M, 1, S, S) -> (M,): MAML's encoder, and a linear layer."""

    def __init__(self, shape: EncoderShape | None = None) -> None:
        shape = shape or EncoderShape(channels=(16, 32, 32, 32), blocks="strided")
        super().__init__(shape.length)
        self.encoder = StridedEncoder(shape)

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        own = {name.removeprefix("encoder."): one for name, one in weights.items() if name.startswith("encoder.")}
        return self.encoder.under(own, inputs)
