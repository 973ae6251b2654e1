"""Gradient descent that can itself be differentiated: the inner loop, whatever loss it descends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor

Weights = tuple[Tensor, ...]
Losses = Callable[[int, Weights], Iterable[Tensor]]
Rates = Callable[[int], Iterable[Tensor | float]]


def descend(losses: Losses, start: Sequence[Tensor], rates: Rates, steps: int, order: int) -> Weights:
    """The tensors that `steps` steps of gradient descent lead to from `start`. See `descent`."""
    *_, weights = descent(losses, start, rates, steps, order)
    return weights


def descent(losses: Losses, start: Sequence[Tensor], rates: Rates, steps: int, order: int) -> Iterator[Weights]:
    """The tensors after 0, 1, .. `steps` steps of gradient descent from `start`.

    losses(step, weights): scalars, whose sum is what step number `step` (from 0) descends. A step takes the gradient of
    each before it asks for the next, so that a generator never needs memory for more than one. rates(step): one for
    each tensor. order: 2, and the result can be differentiated through every step, in `start`, in the rates and in all
    that the losses depend on; 1, and it can be as if each step's gradient were a constant (Finn et al. 2017, section
    5.2). A step is taken when the next tensors are asked for, and needs gradients enabled then.
    """
    # A constant to begin with is changed all the same.
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
