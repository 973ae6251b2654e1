"""Matching Networks.

Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra (2016), "Matching Networks for One Shot Learning". A query attends
to every shot by a softmax over cosines (section 2.1.1). Its score for a way is the attention that the way gets
(equation 1).

This learner departs from the paper in two ways. The cosines have a learned temperature, because a softmax over numbers
between -1 and 1 is never very confident. And there are no full context embeddings (section 2.1.2), because their LSTM
reads the support set in an order, and an answer here must not depend on one. A way gets the mean of its shots'
attention, not the sum, so that more shots do not make it likelier.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, in_full, way_labels

_SHARPNESS = 16.0  # initial value: the inverse of the temperature


class Attention(Classifier):
    """Attends to every shot."""

    def __init__(self, learner: MatchingNet, shots: Tensor, labels: Tensor) -> None:
        super().__init__(learner)
        self._sharpness = learner.log_sharpness.exp()
        order = torch.argsort(labels, stable=True)
        self._shots, self._counts = shots[order], torch.bincount(labels)

    def score(self, remembered: Tensor) -> Tensor:
        scaled = self._sharpness * remembered @ self._shots.T
        # One slice for each way: a mask over ways and shots would be quadratic in the size of a library.
        parts = torch.split(scaled, self._counts.tolist(), 1)
        return torch.stack([part.logsumexp(1) for part in parts], 1) - self._counts.log()


class MatchingNet(Learner):
    """Attends to every shot by cosine. Parameters: the encoder's, and the attention's sharpness."""

    name = "matching"
    title = "Matching Network"

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = encoder_of(shape)
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(_SHARPNESS)))

    def remember(self, bitmaps: Tensor) -> Tensor:
        return F.normalize(in_full(self.encoder(bitmaps)), dim=1)

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        return Attention(self, shots, labels)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        return StepResult.mean([self._one(*task, len(tasks)) for task in zip(tasks.support, tasks.query, strict=True)])

    def _one(self, support: Tensor, query: Tensor, tasks: int) -> StepResult:
        ways, shots = support.shape[:2]
        vectors = self.remember(torch.cat([support.flatten(0, 1), query.flatten(0, 1)]))
        with torch.autocast(vectors.device.type, enabled=False):
            known, asked = vectors[: ways * shots], vectors[ways * shots :]
            cosines = self.log_sharpness.exp() * asked @ known.T
            logits = cosines.reshape(len(asked), ways, shots).logsumexp(2) - math.log(shots)
        labels = way_labels(ways, query.shape[1], logits.device)
        loss = F.cross_entropy(logits, labels)
        torch.autograd.backward(loss / tasks)
        right = (logits.detach().argmax(1) == labels).float().mean()
        return StepResult(float(loss.detach()), 1 / ways, float(right))
