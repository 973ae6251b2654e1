"""Reptile.

Nichol, Achiam, Schulman (2018), "On First-Order Meta-Learning Algorithms". Take a few steps down a task's loss, then
move the start towards their end. The outer "gradient" is the difference of weights, theta - phi (algorithm 1). Here it
is divided by the inner rate. In the paper, one inner step gives the gradient of joint training (section 3.1). Here it
gives zero: the head starts at zero for every task, so the first step moves the head only.

Training has no query set: the steps go through the support and query drawings of a task together, in minibatches. A
meta step reports the result on the last minibatch, before the step on it. Encoder, head and batch normalisation are as
in `maml`.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.inner import Weights, descend
from glyphstudio.learners.learner import InnerLoop, StepResult, way_labels
from glyphstudio.learners.maml import MAML


class Reptile(MAML):
    """Moves the start towards each task's weights. The inner rates are not learned: no gradient reaches them."""

    name = "reptile"
    title = "Reptile"
    second_order = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        inner = inner or InnerLoop()
        fixed = InnerLoop(inner.steps, inner.rate, inner.head_rate, order=1, learn_rates=False)
        super().__init__(shape, fixed, classes)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        pairs = zip(tasks.support, tasks.query, strict=True)
        return StepResult.mean([self._move(*pair, len(tasks)) for pair in pairs])

    def _move(self, support: Tensor, query: Tensor, tasks: int) -> StepResult:
        ways = len(support)
        drawings = torch.cat([support, query], 1).flatten(2)  # (N, K + Q, S * S)
        parts = torch.split(drawings, -(-drawings.shape[1] // self.inner.steps), 1)  # one part for each step
        log: list[tuple[float, float]] = []  # loss and share of right answers before each step

        def losses(step: int, weights: Weights) -> Iterator[Tensor]:
            part = parts[step % len(parts)].flatten(0, 1)
            labels = way_labels(ways, len(part) // ways, part.device)
            *encoder, head = weights
            features = self.features(part, dict(zip(self.adapted, encoder, strict=True)))
            with torch.autocast(features.device.type, enabled=False):
                logits = features @ head.T
            loss = F.cross_entropy(logits, labels)
            log.append((float(loss.detach()), float((logits.detach().argmax(1) == labels).float().mean())))
            yield loss

        def rates(step: int) -> list[Tensor]:
            *encoder, head = self.rates(step)
            return [*encoder, ways * head]

        head, _ = self.start_head(drawings.flatten(0, 1), way_labels(ways, drawings.shape[1], drawings.device))
        start = [part.detach() for part in (*self.start_weights().values(), head)]
        *encoder, _ = descend(losses, start, rates, self.inner.steps, order=1)
        own = dict(self.encoder.named_parameters())
        for name, end in zip(self.adapted, encoder, strict=True):
            _add_gradient(own[name], (own[name] - end).detach() / self.inner.rate / tasks)
        loss, right = log[-1]
        return StepResult(loss, 1 / ways, right)


def _add_gradient(parameter: Tensor, gradient: Tensor) -> None:
    parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
