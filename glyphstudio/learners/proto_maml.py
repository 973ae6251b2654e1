"""Proto-MAML: MAML whose head starts as nearest prototype.

Triantafillou et al. (2020), "Meta-Dataset: A Dataset of Datasets for Learning to Learn from Few Examples", section 3.
A squared distance is linear in the query except for a term that all ways share: for unit embeddings f and prototypes c,
-s |f - c|^2 = 2s c.f - s |c|^2 up to a constant. So a linear head with the weights 2s c and the biases -s |c|^2 answers
with the nearest prototype before the first step of the inner loop. The outer loop differentiates through the
prototypes as well. The scale s is meta-learned here.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop
from glyphstudio.learners.maml import MAML, Head
from glyphstudio.learners.protonet import prototypes


class ProtoMAML(MAML):
    """Starts its head from the prototypes. Parameters: MAML's, and the logarithm of the scale."""

    name = "proto-maml"
    title = "Proto-MAML"
    begins_alike = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.log_scale = nn.Parameter(torch.tensor(math.log(8.0)))

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        centres = prototypes(self.start_features(shots), labels)
        scale = self.log_scale.exp()
        return 2 * scale * centres, -scale * centres.square().sum(1)
