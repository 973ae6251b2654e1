"""MAML++: MAML whose inner rates are learned, with an outer loss at every inner step.

Antoniou, Edwards, Storkey (2019), "How to Train Your MAML". Two of its changes are here. Each tensor has a rate for
each step, and the outer loop learns it (section 4; Li et al. 2017, "Meta-SGD", learn one for each number). The outer
loss is a mean over all steps of the inner loop, so that the weights are good after each of them. The paper lets the
weights of the earlier steps fade during training; here they stay equal. Its batch normalisation for each step uses the
queries' statistics, so it is left out.
"""

from __future__ import annotations

from dataclasses import replace

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.learner import InnerLoop


class MAMLPlusPlus(MAML):
    """MAML with `learn_rates` and `every_step`, regardless of the settings."""

    name = "maml++"
    title = "MAML++"

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, replace(inner or InnerLoop(), learn_rates=True, every_step=True), classes)
