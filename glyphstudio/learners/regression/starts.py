"""Starts for regression: weights from which a few steps of gradient descent are to fit a task's examples.

All have the same network, and see the same tasks. They differ in the outer step:

- `maml`, `fomaml`: Finn, Abbeel, Levine (2017). The outer loss is the queries' after the inner loop; of second order,
  or of first.
- `maml++`: Antoniou et al. (2019): each tensor has a learned rate for each step, and the outer loss is the mean over
  all inner steps.
- `reptile`: Nichol et al. (2018): towards the weights after the inner loop on all of a task's examples.
- `pretrained`: no inner loop. One network for all tasks, which learns what is common to them.
- `random`: not trained at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import vmap

from glyphstudio.data.regression.tasks import Examples, RegressionTasks
from glyphstudio.learners.gradient.inner import Weights, descent
from glyphstudio.learners.regression.networks import HEAD, Network


class Kind(NamedTuple):
    """title: for people. order: of the outer gradient; 0 without an inner loop in training. learned: whether rates are
    learned, and the loss is the mean over all steps. trained: whether there is an outer loop."""

    title: str
    order: int = 0
    learned: bool = False
    trained: bool = True


STARTS = {
    "maml": Kind("MAML", 2),
    "maml++": Kind("MAML++", 2, learned=True),
    "fomaml": Kind("First-order MAML", 1),
    "reptile": Kind("Reptile", 1),
    "pretrained": Kind("Pre-trained"),
    "random": Kind("Random", trained=False),
}


class Start(nn.Module):
    """A network, and the rates of its inner loop."""

    def __init__(self, name: str, network: Network, steps: int = 1, rate: float = 0.01) -> None:
        """name: one of `STARTS`. steps: of the inner loop in training. rate: of each step."""
        super().__init__()
        self.kind = STARTS[name]
        self.name = name
        self.network = network
        self.names = [key for key, _ in network.named_parameters()]
        rates = torch.full((steps, len(self.names)), rate).log()
        # Stored as logarithms, so that a rate stays positive.
        self.log_rates = nn.Parameter(rates, requires_grad=self.kind.learned)

    def set_rate(self, rate: float) -> None:
        """Give every step and tensor this rate."""
        with torch.no_grad():
            self.log_rates.copy_(torch.full_like(self.log_rates, rate).log())

    def rates(self, step: int) -> Tensor:
        """Return the rate of each tensor in inner step `step` (from 0). Later steps have the last step's rates."""
        return self.log_rates[min(step, len(self.log_rates) - 1)].exp()

    def own(self, tasks: int) -> Weights:
        """Return the weights at the start, (T, ..) each, the same for all tasks."""
        return tuple(part.expand(tasks, *part.shape) for part in self.network.parameters())

    def numbers(self, weights: Weights, inputs: Tensor) -> Tensor:
        """(T, ..) weights and (T, M, ..) inputs -> (T, M) numbers."""

        def one(own: Weights, drawn: Tensor) -> Tensor:
            return self.network.under(dict(zip(self.names, own, strict=True)), drawn)

        found: Tensor = vmap(one)(weights, inputs)
        return found

    def nearest(self, support: Examples, inputs: Tensor) -> Tensor:
        """Answer without adapting: (T, M, ..) inputs -> (T, M) numbers of the support examples with the nearest
        features."""
        own = dict(self.network.named_parameters())
        each = vmap(lambda drawn: self.network.features(own, drawn))
        which = torch.cdist(each(inputs), each(support.inputs)).argmin(2)
        return support.numbers.gather(1, which)

    def passed(self, examples: Examples, steps: int, order: int, head_only: bool = False) -> Iterator[Weights]:
        """Yield every task's weights after 0, 1, .. `steps` steps down the mean squared error of its examples. No
        task's error depends on another's weights, so the gradient of their sum is each task's own. head_only: move the
        last layer only."""

        def losses(_step: int, weights: Weights) -> Iterator[Tensor]:
            yield (self.numbers(weights, examples.inputs) - examples.numbers).square().mean(1).sum()

        moves = torch.tensor([not head_only or name in HEAD for name in self.names], device=self.log_rates.device)
        return descent(losses, self.own(len(examples)), lambda step: self.rates(step) * moves, steps, order)

    def meta_step(self, tasks: RegressionTasks) -> float:
        """Leave the outer gradient of a batch of tasks in `.grad`. Return the mean squared error of the outer loss."""
        if not self.kind.order:
            every = tasks.every
            loss = (self.numbers(self.own(len(every)), every.inputs) - every.numbers).square().mean()
        elif self.name == "reptile":
            return self._move(tasks)
        else:
            after = list(self.passed(tasks.support, len(self.log_rates), self.kind.order))[1:]
            judged = after if self.kind.learned else after[-1:]
            query = tasks.query
            errors = [(self.numbers(weights, query.inputs) - query.numbers).square().mean() for weights in judged]
            loss = torch.stack(errors).mean()
        torch.autograd.backward(loss)
        return float(loss.detach())

    def _move(self, tasks: RegressionTasks) -> float:
        every = tasks.every
        *_, end = self.passed(every, len(self.log_rates), order=1)
        rate = float(self.rates(0)[0])
        for parameter, after in zip(self.network.parameters(), end, strict=True):
            parameter.grad = (parameter - after.mean(0)).detach() / rate
        with torch.no_grad():
            return float((self.numbers(end, every.inputs) - every.numbers).square().mean())
