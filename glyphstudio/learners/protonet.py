"""Prototypical Networks.

Snell, Swersky, Zemel (2017), "Prototypical Networks for Few-shot Learning". A prototype is the mean embedding of a
way's shots (equation 1); a query belongs to a way by a softmax over negative squared Euclidean distances to the
prototypes (equation 2), and the encoder is trained to make that right.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import Encoder, EncoderShape
from glyphstudio.learners.learner import Classifier, Learner, StepResult


def prototypes(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Equation 1. embeddings: (M, D), labels: (M,) with every way 0..N-1 at least once -> (N, D)."""
    ways = int(labels.max()) + 1
    member = F.one_hot(labels, ways).to(embeddings.dtype)  # (M, N)
    return (member.T @ embeddings) / member.sum(0)[:, None]


def squared_distances(queries: Tensor, to: Tensor) -> Tensor:
    """(Q, D), (N, D) -> (Q, N) squared Euclidean distances."""
    return (queries[:, None, :] - to[None, :, :]).square().sum(2)


@dataclass(frozen=True)
class NearestPrototype:
    """The classifier of equation 2."""

    learner: ProtoNet
    prototypes: Tensor

    def logits(self, queries: Tensor) -> Tensor:
        return -squared_distances(self.learner.embed(queries), self.prototypes)


class ProtoNet(Learner):
    """See the module. Its only parameters are the encoder's."""

    name = "protonet"
    title = "ProtoNet"

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.encoder = Encoder(shape)

    def embed(self, bitmaps: Tensor) -> Tensor:
        embeddings: Tensor = self.encoder(bitmaps).float()
        return embeddings

    def adapt(self, support: Tensor, labels: Tensor) -> Classifier:
        return NearestPrototype(self, prototypes(self.embed(support), labels))

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        count, ways, shots = tasks.support.shape[:3]
        queries = tasks.query.shape[2]
        # One pass of the encoder for all tasks: in training, batch normalisation sees support and queries alike.
        bitmaps = torch.cat([tasks.support.flatten(0, 2), tasks.query.flatten(0, 2)])
        embeddings = self.embed(bitmaps)
        supports = count * ways * shots
        centres = embeddings[:supports].reshape(count, ways, shots, -1).mean(2)  # (T, N, D)
        asked = embeddings[supports:].reshape(count, ways * queries, -1)  # (T, NQ, D)
        # |q - c|^2 without its |q|^2, which no softmax over c sees: no (NQ, N, D) tensor is ever made. In float32 even
        # where the encoder runs in bfloat16: a distance is a small difference of large numbers.
        with torch.autocast(embeddings.device.type, enabled=False):
            logits = 2 * asked @ centres.transpose(1, 2) - centres.square().sum(2)[:, None, :]
        labels = torch.arange(ways, device=logits.device).repeat_interleave(queries).expand(count, -1)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        torch.autograd.backward(loss)
        right = (logits.detach().argmax(2) == labels).float().mean()
        return StepResult(float(loss.detach()), 1 / ways, float(right))
