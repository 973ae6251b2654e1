"""Prototypical Networks.

Snell, Swersky, Zemel (2017), "Prototypical Networks for Few-shot Learning". A prototype is the mean embedding of a
way's shots (equation 1). A softmax over negative squared Euclidean distances to the prototypes gives the probability
that a query belongs to each way (equation 2), and training makes these probabilities right.

A training task is used several times: every drawing is once among the shots while the others ask. The encoder, which
takes nearly all of the time, runs only once for all of them. Laenen, Bertinetto (2021), "On Episodes, Prototypical
Networks, and Few-Shot Learning", show how much an episode wastes otherwise.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.learner import Classifier, InnerLoop, Learner, StepResult, in_full, way_labels
from glyphstudio.learners.robust import robust_prototypes


def prototypes(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Equation 1. embeddings: (M, D), labels: (M,) with every way 0..N-1 at least once -> (N, D)."""
    ways = int(labels.max()) + 1
    member = F.one_hot(labels, ways).to(embeddings.dtype)  # (M, N)
    return (member.T @ embeddings) / member.sum(0)[:, None]


def squared_distances(queries: Tensor, to: Tensor) -> Tensor:
    """(Q, D), (N, D) -> (Q, N) squared Euclidean distances."""
    return (queries[:, None, :] - to[None, :, :]).square().sum(2)


class NearestPrototype(Classifier):
    """The classifier of equation 2, with prototypes that one bad shot cannot spoil (robust.py)."""

    def __init__(self, learner: Learner, shots: Tensor, labels: Tensor) -> None:
        super().__init__(learner)
        self.prototypes = robust_prototypes(shots, labels)

    def score(self, remembered: Tensor) -> Tensor:
        return -squared_distances(remembered, self.prototypes)


class ProtoNet(Learner):
    """Answers with the nearest prototype. Its only parameters are the encoder's."""

    name = "protonet"
    title = "ProtoNet"
    nearest_prototype = True

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = encoder_of(shape)

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
        drawings = torch.cat([support, query], 1)  # (N, K + Q, 1, S, S)
        each = drawings.shape[1]
        embeddings = self.remember(drawings.flatten(0, 1)).reshape(ways, each, -1)
        labels = way_labels(ways, each - shots, embeddings.device)
        losses, right = [], []
        for first in range(each):
            turned = embeddings.roll(-first, 1)
            centres, asked = turned[:, :shots].mean(1), turned[:, shots:].flatten(0, 1)
            # |q - c|^2 without |q|^2, which cancels in a softmax over c, so no (Q, N, D) tensor is made. In float32,
            # even if the encoder runs in bfloat16, because a distance is a small difference of large numbers.
            with torch.autocast(embeddings.device.type, enabled=False):
                logits = 2 * asked @ centres.T - centres.square().sum(1)
            losses.append(F.cross_entropy(logits, labels))
            right.append((logits.detach().argmax(1) == labels).float().mean())
        loss = torch.stack(losses).mean()
        torch.autograd.backward(loss / tasks)
        return StepResult(float(loss.detach()), 1 / ways, float(torch.stack(right).mean()))
