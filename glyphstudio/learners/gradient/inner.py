"""Differentiable gradient descent: the inner loop, for any loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor

Weights = tuple[Tensor, ...]
Losses = Callable[[int, Weights], Iterable[Tensor]]
Rates = Callable[[int], Iterable[Tensor | float]]


def descend(losses: Losses, start: Sequence[Tensor], rates: Rates, steps: int, order: int) -> Weights:
    """Return the tensors after `steps` steps of gradient descent from `start`. See `descent`."""
    *_, weights = descent(losses, start, rates, steps, order)
    return weights


def descent(losses: Losses, start: Sequence[Tensor], rates: Rates, steps: int, order: int) -> Iterator[Weights]:
    """Yield the tensors after 0, 1, .. `steps` steps of gradient descent from `start`.

    losses(step, weights): scalars whose sum step number `step` (from 0) descends. A step takes the gradient of each
    before it requests the next, so a generator only needs memory for one. rates(step): one rate for each tensor. order:
    2 to make the result differentiable through every step, in `start`, in the rates and in everything that the losses
    depend on; 1 to treat each step's gradient as a constant (Finn et al. 2017, section 5.2). Requesting the next
    tensors takes a step, and gradients must be enabled at that moment.
    """
    # The loop also changes tensors that start as constants.
    weights = tuple(part if part.requires_grad else part.detach().requires_grad_() for part in start)
    yield weights
    for step in range(steps):
        gradients: Weights = ()
        for loss in losses(step, weights):
            more = torch.autograd.grad(loss, weights, create_graph=order == 2, materialize_grads=True)
            gradients = tuple(map(torch.add, gradients, more)) if gradients else more
        weights = tuple(
            part - rate * gradient for part, rate, gradient in zip(weights, rates(step), gradients, strict=True)
        )
        yield weights
