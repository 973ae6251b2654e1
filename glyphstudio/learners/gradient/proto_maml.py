"""Proto-MAML: MAML whose head starts as nearest prototype.

Triantafillou et al. (2020), "Meta-Dataset: A Dataset of Datasets for Learning to Learn from Few Examples", section 3.
A squared distance is linear in the query except for a term that all ways share: for embeddings f and prototypes c,
-s |f - c|^2 = 2s c.f - s |c|^2 up to a constant. So a linear head with the weights 2s c and the biases -s |c|^2 answers
with the nearest prototype before the first step of the inner loop. The outer loop differentiates through the
prototypes as well. In the paper s is 1. Here it is meta-learned, because with one shot each prototype is its shot: with
long embeddings the support set's loss would be zero, and there would be nothing to descend.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.maml import MAML, Head
from glyphstudio.learners.learner import InnerLoop
from glyphstudio.learners.protonet import prototypes

_SCALE = 8.0  # for embeddings of length one


class ProtoMAML(MAML):
    """Starts its head from the prototypes. Parameters: the encoder's, the scale's logarithm, and the rates if they are
    learned."""

    name = "proto-maml"
    title = "Proto-MAML"

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.vectors = self.biases = None
        self.begins_alike = False
        # Normalised features have about a square of one, so an embedding's is about its length.
        scale = _SCALE / (1 if self.inner.unit else shape.length)
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        centres = prototypes(self.start_features(shots), labels)
        scale = self.log_scale.exp()
        return 2 * scale * centres, -scale * centres.square().sum(1)
