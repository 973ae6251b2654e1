"""Prototypical Networks.

Snell, Swersky, Zemel (2017), "Prototypical Networks for Few-shot Learning". A prototype is the mean embedding of a
way's shots (equation 1). A softmax over negative squared Euclidean distances to the prototypes gives the probability
that a query belongs to each way (equation 2), and training makes these probabilities right.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import Encoder, EncoderShape
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, in_full, way_labels


def prototypes(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Equation 1. embeddings: (M, D), labels: (M,) with every way 0..N-1 at least once -> (N, D)."""
    ways = int(labels.max()) + 1
    member = F.one_hot(labels, ways).to(embeddings.dtype)  # (M, N)
    return (member.T @ embeddings) / member.sum(0)[:, None]


def squared_distances(queries: Tensor, to: Tensor) -> Tensor:
    """(Q, D), (N, D) -> (Q, N) squared Euclidean distances."""
    return (queries[:, None, :] - to[None, :, :]).square().sum(2)


class NearestPrototype(Classifier):
    """The classifier of equation 2."""

    def __init__(self, learner: Learner, shots: Tensor, labels: Tensor) -> None:
        super().__init__(learner)
        self.prototypes = prototypes(shots, labels)

    def score(self, remembered: Tensor) -> Tensor:
        return -squared_distances(remembered, self.prototypes)


class ProtoNet(Learner):
    """Answers with the nearest prototype. Its only parameters are the encoder's."""

    name = "protonet"
    title = "ProtoNet"
    nearest_prototype = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = Encoder(shape)

    def remember(self, bitmaps: Tensor) -> Tensor:
        return in_full(self.encoder(bitmaps))

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        return NearestPrototype(self, shots, labels)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        # Task by task: batch normalisation sees the support and queries of one task together, and no other task. So the
        # gradient of a batch does not depend on how its tasks are shared among processes.
        return StepResult.mean([self._one(*task, len(tasks)) for task in zip(tasks.support, tasks.query, strict=True)])

    def _one(self, support: Tensor, query: Tensor, tasks: int) -> StepResult:
        ways, shots = support.shape[:2]
        embeddings = self.remember(torch.cat([support.flatten(0, 1), query.flatten(0, 1)]))
        centres = embeddings[: ways * shots].reshape(ways, shots, -1).mean(1)
        asked = embeddings[ways * shots :]
        # |q - c|^2 without |q|^2, which cancels in a softmax over c, so no (Q, N, D) tensor is ever made. This runs in
        # float32 even if the encoder runs in bfloat16, because a distance is a small difference of large numbers.
        with torch.autocast(embeddings.device.type, enabled=False):
            logits = 2 * asked @ centres.T - centres.square().sum(1)
        labels = way_labels(ways, query.shape[1], logits.device)
        loss = F.cross_entropy(logits, labels)
        torch.autograd.backward(loss / tasks)
        right = (logits.detach().argmax(1) == labels).float().mean()
        return StepResult(float(loss.detach()), 1 / ways, float(right))
