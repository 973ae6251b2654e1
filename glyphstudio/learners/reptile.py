"""Reptile.

Nichol, Achiam, Schulman (2018), "On First-Order Meta-Learning Algorithms". Descend a task's loss by a few steps, and
move the start towards where that ended: the outer "gradient" is the difference of weights, theta - phi (algorithm 1),
here divided by the inner rate, so that with one inner step it is the gradient of joint training (section 3.1).

There is no query set in training: the steps go through the support and query drawings of a task alike, in
minibatches. Encoder, head and batch normalisation are as in `maml`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop, StepResult, way_labels
from glyphstudio.learners.maml import MAML, Named


class Reptile(MAML):
    """See the module. The inner rates are not learned: no gradient reaches them."""

    name = "reptile"
    title = "Reptile"

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        inner = inner or InnerLoop()
        fixed = InnerLoop(inner.steps, inner.rate, inner.head_rate, order=1, learn_rates=False)
        super().__init__(shape, fixed, classes)

    def meta_step(self, tasks: TaskBatch) -> StepResult:
        return StepResult.mean([self._one(*task, len(tasks)) for task in zip(tasks.support, tasks.query, strict=True)])

    def _one(self, support: Tensor, query: Tensor, tasks: int) -> StepResult:
        ways = len(support)
        drawings = torch.cat([support, query], 1).flatten(2)  # (N, K + Q, S * S)
        start = dict(self.encoder.named_parameters())
        fast: Named = {name: tensor.detach().requires_grad_() for name, tensor in start.items()}
        head = self.class_vector.detach().expand(ways, -1).clone().requires_grad_()
        parts = torch.split(drawings, -(-drawings.shape[1] // self.inner.steps), 1)  # each step its share
        first, last, right = 0.0, 0.0, 0.0
        for number in range(self.inner.steps):
            rates = self.rates(number)
            part = parts[number % len(parts)]
            labels = way_labels(ways, part.shape[1], part.device)
            features = self.features(part.flatten(0, 1), fast)
            with torch.autocast(features.device.type, enabled=False):
                logits = features @ head.T
            loss = F.cross_entropy(logits, labels)
            *gradients, head_gradient = torch.autograd.grad(loss, [*fast.values(), head])
            with torch.no_grad():
                fast = {
                    name: (tensor - rate * gradient).requires_grad_()
                    for (name, tensor), rate, gradient in zip(fast.items(), rates, gradients, strict=False)
                }
                head = (head - ways * rates[-1] * head_gradient).requires_grad_()
            last = float(loss.detach())
            right = float((logits.detach().argmax(1) == labels).float().mean())
            first = first if number else last
        for name, tensor in start.items():
            _add_gradient(tensor, (tensor.detach() - fast[name].detach()) / self.inner.rate / tasks)
        moved = self.class_vector.detach() - head.detach().mean(0)
        _add_gradient(self.class_vector, moved / self.inner.head_rate / tasks)
        return StepResult(first, 1 / ways, right)


def _add_gradient(parameter: Tensor, gradient: Tensor) -> None:
    parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
