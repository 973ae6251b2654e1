"""The inner loop alone, on losses whose result and derivatives can be computed by hand.

The loss is 0.5 (w - a)' A (w - a). A step of rate r takes w - a to (I - rA)(w - a), so k steps lead to
phi = a + (I - rA)^k (w - a). The outer loss, 0.5 (phi - b)' B (phi - b), has the gradient B (phi - b) at phi.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.learners.gradient.inner import Weights, descend, descent

Array = NDArray[np.float64]
SIZE, RATE = 4, 0.3


def spd(seed: int) -> Array:
    """Return a symmetric, positive definite matrix."""
    half = np.random.default_rng(seed).normal(size=(SIZE, SIZE))
    return half @ half.T / SIZE + 0.2 * np.eye(SIZE)


A, B = spd(1), spd(2)
a, b, w = np.random.default_rng(3).normal(size=(3, SIZE))


def bowl(matrix: Array, lowest: Array, at: Tensor) -> Tensor:
    away = at - torch.from_numpy(lowest)
    return 0.5 * away @ torch.from_numpy(matrix) @ away


def differentiated(steps: int, order: int) -> tuple[Array, Array, float]:
    """Return phi, and autograd's derivatives of the outer loss in w and in the rate."""
    start = torch.from_numpy(w).clone().requires_grad_()
    rate = torch.tensor(RATE, dtype=torch.float64, requires_grad=True)
    (phi,) = descend(lambda _step, weights: [bowl(A, a, weights[0])], [start], lambda _step: [rate], steps, order)
    outer = bowl(B, b, phi)
    by_start, by_rate = torch.autograd.grad(outer, [start, rate], allow_unused=True)
    return phi.detach().numpy(), by_start.numpy(), 0.0 if by_rate is None else float(by_rate)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
@pytest.mark.parametrize("order", [1, 2])
def test_a_quadratic_by_hand(steps: int, order: int) -> None:
    shrink = np.eye(SIZE) - RATE * A
    phi = a + np.linalg.matrix_power(shrink, steps) @ (w - a)
    at_phi = B @ (phi - b)
    if order == 2:
        by_start = np.linalg.matrix_power(shrink, steps).T @ at_phi
        by_rate = -steps * (A @ np.linalg.matrix_power(shrink, max(steps - 1, 0)) @ (w - a)) @ at_phi
    else:  # phi = w - r (g_1 + .. + g_k), and the g are treated as constants
        by_start = at_phi
        by_rate = -sum(((A @ np.linalg.matrix_power(shrink, step) @ (w - a)) @ at_phi for step in range(steps)), 0.0)
    found, found_by_start, found_by_rate = differentiated(steps, order)
    np.testing.assert_allclose(found, phi, atol=1e-12)
    np.testing.assert_allclose(found_by_start, by_start, atol=1e-12)
    assert found_by_rate == pytest.approx(by_rate, abs=1e-12)


def test_the_orders_differ_by_the_curvature_only() -> None:
    """One step: (I - rA) B (phi - b) against B (phi - b)."""
    phi, second, _ = differentiated(1, 2)
    first = differentiated(1, 1)[1]
    np.testing.assert_allclose(first - second, RATE * A @ B @ (phi - b), atol=1e-12)
    assert np.abs(first - second).max() > 0.05


@pytest.mark.parametrize("steps", [0, 3])
def test_the_orders_agree_if_the_loss_has_no_curvature(steps: int) -> None:
    found = []
    for order in (1, 2):
        start = torch.from_numpy(w).clone().requires_grad_()
        slope = torch.from_numpy(a)
        (phi,) = descend(lambda _step, weights: [weights[0] @ slope], [start], lambda _step: [RATE], steps, order)  # noqa: B023
        np.testing.assert_allclose(phi.detach(), w - steps * RATE * a, atol=1e-12)
        found.append(torch.autograd.grad(bowl(B, b, phi), start)[0])
    assert torch.equal(*found)


@pytest.mark.parametrize("order", [1, 2])
def test_a_loss_in_parts_is_their_sum(order: int) -> None:
    def parts(_step: int, weights: Weights) -> Iterator[Tensor]:
        yield bowl(A, a, weights[0])
        yield bowl(B, b, weights[0]) * weights[1]

    def whole(_step: int, weights: Weights) -> Iterator[Tensor]:
        yield bowl(A, a, weights[0]) + bowl(B, b, weights[0]) * weights[1]

    ends = []
    for losses in (parts, whole):
        start = [torch.from_numpy(w).clone().requires_grad_(), torch.tensor(0.5).double().requires_grad_()]
        phi = descend(losses, start, lambda _step: [RATE, 0.01], 3, order)
        ends.append([*phi, *torch.autograd.grad(phi[0].sum() + phi[1], start)])
    for one, other in zip(*ends, strict=True):
        torch.testing.assert_close(one, other)


def test_every_step_has_its_own_loss_and_rates() -> None:
    lowest = [a, b, w]
    (phi,) = descend(
        lambda step, weights: [bowl(np.eye(SIZE), lowest[step], weights[0])],
        [torch.zeros(SIZE, dtype=torch.float64)],
        lambda step: [(0.5, 0.25, 0.125)[step]],
        3,
        1,
    )
    expected = np.zeros(SIZE)
    for rate, to in zip((0.5, 0.25, 0.125), lowest, strict=True):
        expected = (1 - rate) * expected + rate * to
    np.testing.assert_allclose(phi.detach(), expected, atol=1e-12)


def test_the_start_does_not_change() -> None:
    start = torch.from_numpy(w).clone()
    descend(lambda _step, weights: [bowl(A, a, weights[0])], [start], lambda _step: [RATE], 3, 1)
    assert torch.equal(start, torch.from_numpy(w))
    assert not start.requires_grad


@pytest.mark.parametrize("order", [1, 2])
def test_descent_yields_the_weights_after_every_step(order: int) -> None:
    def loss(_step: int, weights: Weights) -> list[Tensor]:
        return [bowl(A, a, weights[0])]

    start = [torch.from_numpy(w).clone().requires_grad_()]
    seen = list(descent(loss, start, lambda _step: [RATE], 3, order))
    assert len(seen) == 4
    for steps, (weights,) in enumerate(seen):
        (alone,) = descend(loss, start, lambda _step: [RATE], steps, order)
        assert torch.equal(weights, alone)
