"""All tasks of a batch at once: what a graphics card wants, to which a single task is too little work.

Every task has its own weights after the first inner step, so these have one dimension more, of tasks, and
`torch.func.vmap` makes of each operation on one task's weights the operation on all. No task's loss depends on another
task's weights: the gradient of the sum of their losses is each one's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.func import vmap
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.inner import Weights, descend
from glyphstudio.learners.learner import StepResult, way_labels

if TYPE_CHECKING:
    from glyphstudio.learners.maml import MAML


def batched_step(maml: MAML, tasks: TaskBatch) -> StepResult:
    """What `MAML.meta_step` does task by task; the gradients are the same up to rounding."""
    count, ways, device = len(tasks), tasks.support.shape[1], tasks.support.device
    labels, answers = (way_labels(ways, part.shape[2], device) for part in (tasks.support, tasks.query))
    shots, asked = (
        maml.remember(part.flatten(0, 2)).reshape(count, part.shape[1] * part.shape[2], -1)
        for part in (tasks.support, tasks.query)
    )
    # The labels are the same for all tasks: the first way, the second, ...
    start = vmap(lambda own: maml.start(own, labels))(shots)

    def scores(weights: Weights, drawings: Tensor, still: bool) -> Tensor:
        fast, head = maml.named(weights)
        return maml.scores(drawings, {} if still else fast, head)

    def support_losses(step: int, weights: Weights) -> Iterator[Tensor]:
        still = step == 0 and maml.begins_alike
        yield vmap(lambda own, drawings: F.cross_entropy(scores(own, drawings, still), labels))(weights, shots).sum()

    order = min(maml.order, maml.inner.order)
    weights = descend(support_losses, start, lambda step: maml.rates_for(step, ways), maml.inner.steps, order)
    logits = vmap(lambda own, drawings: scores(own, drawings, still=False))(weights, asked)  # (T, N * Q, N)
    loss = F.cross_entropy(logits.flatten(0, 1), answers.repeat(count))
    torch.autograd.backward(loss)
    right = float((logits.detach().argmax(2) == answers).float().mean())
    before = 1 / ways
    if not maml.begins_alike:
        with torch.no_grad():
            guesses = vmap(lambda own, drawings: scores(own, drawings, still=True))(start, asked)
        before = float((guesses.argmax(2) == answers).float().mean())
    return StepResult(float(loss.detach()), before, right)
