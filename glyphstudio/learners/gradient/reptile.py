"""Reptile.

Nichol, Achiam, Schulman (2018), "On First-Order Meta-Learning Algorithms". Take a few steps down a task's loss, then
move the start towards their end. The outer "gradient" is the difference of weights, theta - phi (algorithm 1). Here it
is divided by the encoder's inner rate, so that one inner step gives the gradient of joint training (section 3.1), if
the head has a vector for each way and the same rate.

Training has no query set: the steps go through the support and query drawings of a task together, in minibatches. A
meta step reports the result on the last minibatch, before the step on it, and "before adaptation" on the first.
Encoder, head and batch normalisation are as in `maml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.inner import Weights, descend
from glyphstudio.learners.gradient.maml import MAML, share_right
from glyphstudio.learners.learner import InnerLoop, StepResult, way_labels


class Reptile(MAML):
    """Moves the start towards each task's weights. The inner rates are not learned: no gradient reaches them."""

    name = "reptile"
    title = "Reptile"
    second_order = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        super().__init__(shape, replace(inner or InnerLoop(), order=1, learn_rates=False), classes)

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
            logits = self.scores(part, *self.named(weights))
            loss = F.cross_entropy(logits, labels)
            log.append((float(loss.detach()), share_right(logits, labels)))
            yield loss

        drawn = drawings.flatten(0, 1)
        start = tuple(part.detach() for part in self.start(drawn, way_labels(ways, drawings.shape[1], drawn.device)))
        end = descend(losses, start, lambda step: self.rates_for(step, ways), self.inner.steps, order=1)
        moved = [(one - other).detach() / self.inner.rate / tasks for one, other in zip(start, end, strict=True)]
        encoder, (vectors, biases) = self.named(tuple(moved))
        own = dict(self.encoder.named_parameters())
        for name, change in encoder.items():
            _add_gradient(own[name], change)
        if self.vectors is not None and self.biases is not None:
            for whole, change in ((self.vectors, vectors), (self.biases, biases)):
                # A vector that several ways start with moves by the mean of their changes.
                which = torch.arange(ways, device=change.device) % len(whole)
                times = torch.bincount(which, minlength=len(whole)).clamp(min=1).to(change.dtype)
                summed = torch.zeros_like(whole).index_add_(0, which, change)
                _add_gradient(whole, summed / times.reshape(-1, *[1] * (whole.ndim - 1)))
        (_, before), (loss, right) = log[0], log[-1]
        return StepResult(loss, before, right)


def _add_gradient(parameter: Tensor, gradient: Tensor) -> None:
    parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
