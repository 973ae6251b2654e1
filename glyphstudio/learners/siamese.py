"""Siamese network.

Koch, Zemel, Salakhutdinov (2015), "Siamese Neural Networks for One-shot Image Recognition". Two drawings go through the
same encoder. The absolute differences of their components are weighted and summed, and a sigmoid gives the probability
that both drawings are of one glyph (section 3.1). Training uses cross-entropy on pairs (section 3.2).

Koch samples as many pairs of one glyph as of two. Here every query of a task is paired with every shot, and both kinds
weigh the same in the loss. Among a query's pairs of two glyphs, those that look most like one glyph weigh the most, by
a softmax of their logits (hard negatives, as in Simo-Serra et al. 2015). Equal weights were tried: most pairs are easy,
and while the loss fell the ranking became worse. The score of a way with several shots is the mean of the pairs'
logits.
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

_AT_ONCE = 1 << 24  # numbers in one table of differences


class Pairs(Classifier):
    """Compares a query with every shot."""

    def __init__(self, learner: Siamese, shots: Tensor, labels: Tensor) -> None:
        super().__init__(learner)
        self._alike = learner.alike
        self._shots, self._labels = shots, labels
        self._counts = torch.bincount(labels)

    def score(self, remembered: Tensor) -> Tensor:
        few = max(_AT_ONCE // max(self._shots.numel(), 1), 1)
        logits = torch.cat([self._alike(some, self._shots) for some in torch.split(remembered, few)])
        total = torch.zeros(len(remembered), len(self._counts), dtype=logits.dtype, device=logits.device)
        return total.index_add(1, self._labels, logits) / self._counts


class Siamese(Learner):
    """Compares pairs of drawings. Parameters: the encoder's, the components' weights and the sigmoid's bias."""

    name = "siamese"
    title = "Siamese network"

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, inner, classes)
        self.encoder = encoder_of(shape)
        self.component = nn.Parameter(torch.full((shape.length,), -8.0 / shape.length))
        self.bias = nn.Parameter(torch.tensor(2.0))

    def remember(self, bitmaps: Tensor) -> Tensor:
        return torch.sigmoid(in_full(self.encoder(bitmaps)))

    def alike(self, queries: Tensor, shots: Tensor) -> Tensor:
        """(Q, D), (M, D) -> (Q, M) logits of the probability that both drawings are of one glyph."""
        return (queries[:, None] - shots[None]).abs() @ self.component + self.bias

    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        return Pairs(self, shots, labels)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        return StepResult.mean([self._one(*task, len(tasks)) for task in zip(tasks.support, tasks.query, strict=True)])

    def _one(self, support: Tensor, query: Tensor, tasks: int) -> StepResult:
        ways, shots = support.shape[:2]
        vectors = self.remember(torch.cat([support.flatten(0, 1), query.flatten(0, 1)]))
        with torch.autocast(vectors.device.type, enabled=False):
            logits = self.alike(vectors[ways * shots :], vectors[: ways * shots])
        labels = way_labels(ways, query.shape[1], logits.device)
        same = labels[:, None] == way_labels(ways, shots, logits.device)[None]
        # (Q, M): in each row, the weights of the pairs of one glyph sum to 1, and so do those of the pairs of two
        alike = same / shots
        unlike = logits.detach().masked_fill(same, -math.inf).softmax(1).nan_to_num(0.0)  # 0 if there is only one way
        loss = (alike * F.softplus(-logits) + unlike * F.softplus(logits)).sum(1).mean() / 2
        torch.autograd.backward(loss / tasks)
        answers = logits.detach().reshape(len(labels), ways, shots).mean(2).argmax(1)
        return StepResult(float(loss.detach()), 1 / ways, float((answers == labels).float().mean()))
