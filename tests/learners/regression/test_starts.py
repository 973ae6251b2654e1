"""Starts for regression, against finite differences and against ordinary training of a copy."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.regression.tasks import Examples, RegressionTasks
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.regression.networks import CurveNetwork, DrawingNetwork, Network
from glyphstudio.learners.regression.starts import STARTS, Start

KINDS = ("curve", "drawing")


def network(kind: str) -> Network:
    torch.manual_seed(3)
    if kind == "curve":
        return CurveNetwork()
    return DrawingNetwork(EncoderShape(8, (4, 6), blocks="strided", groups=2))


def start(name: str, kind: str, steps: int = 2, rate: float = 0.05) -> Start:
    return Start(name, network(kind), steps, rate).double()


def tasks(kind: str, count: int = 3) -> RegressionTasks:
    draw = torch.Generator().manual_seed(1)
    shape = (1,) if kind == "curve" else (1, 8, 8)

    def examples(each: int) -> Examples:
        inputs = torch.rand(count, each, *shape, generator=draw, dtype=torch.float64)
        return Examples(inputs, torch.randn(count, each, generator=draw, dtype=torch.float64))

    return RegressionTasks(examples(5), examples(4))


def gradients(made: Start, given: RegressionTasks) -> dict[str, Tensor]:
    made.zero_grad()
    made.meta_step(given)
    return {name: one.grad.clone() for name, one in made.named_parameters() if one.grad is not None}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["maml", "maml++", "pretrained"])
def test_the_gradient_agrees_with_central_differences(name: str, kind: str) -> None:
    made, given = start(name, kind), tasks(kind)
    exact, step = gradients(made, given), 1e-6
    assert ("log_rates" in exact) == (name == "maml++")
    for key, parameter in made.named_parameters():
        if not parameter.requires_grad:
            continue
        flat = parameter.data.reshape(-1)
        for place in {0, len(flat) // 2, len(flat) - 1}:
            before, losses = flat[place].item(), []
            for sign in (1, -1):
                flat[place] = before + sign * step
                losses.append(made.meta_step(given))
            flat[place] = before
            expected = (losses[0] - losses[1]) / (2 * step)
            assert float(exact[key].reshape(-1)[place]) == pytest.approx(expected, abs=1e-7, rel=1e-5), key


class Plain(nn.Module):
    """The network as an ordinary module, for torch's own optimiser."""

    def __init__(self, whole: Network) -> None:
        super().__init__()
        self.whole = deepcopy(whole)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.whole.under(dict(self.whole.named_parameters()), inputs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("head_only", [False, True])
def test_adapting_is_ordinary_training_of_a_copy_for_each_task(head_only: bool, kind: str) -> None:
    made, given = start("maml", kind), tasks(kind)
    passed = list(made.passed(given.support, 3, order=1, head_only=head_only))
    for task in range(3):
        copy = Plain(made.network)
        moving = [copy.whole.weight, copy.whole.bias] if head_only else list(copy.parameters())
        optimizer = torch.optim.SGD(moving, lr=0.05)
        for weights in passed:
            found = made.numbers(weights, given.query.inputs)[task]
            torch.testing.assert_close(found, copy(given.query.inputs[task]), atol=1e-7, rtol=1e-6)
            optimizer.zero_grad()
            torch.autograd.backward(F.mse_loss(copy(given.support.inputs[task]), given.support.numbers[task]))
            optimizer.step()


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_order_is_the_gradient_at_the_end_of_the_inner_loop(kind: str) -> None:
    made, given = start("fomaml", kind), tasks(kind, 1)
    *_, end = made.passed(given.support, 2, order=1)
    leaves = [one[0].detach().requires_grad_() for one in end]
    found = made.numbers(tuple(one[None] for one in leaves), given.query.inputs)
    expected = torch.autograd.grad((found - given.query.numbers).square().mean(), leaves)
    exact = gradients(made, given)
    for name, gradient in zip(made.names, expected, strict=True):
        torch.testing.assert_close(exact[f"network.{name}"], gradient, atol=1e-10, rtol=1e-8)


def test_reptile_moves_towards_the_end_of_the_inner_loop() -> None:
    made, given = start("reptile", "curve"), tasks("curve")
    found = gradients(made, given)
    *_, end = made.passed(given.every, 2, order=1)
    for name, after in zip(made.names, end, strict=True):
        moved = (made.network.get_parameter(name) - after.mean(0)) / 0.05
        torch.testing.assert_close(found[f"network.{name}"], moved.detach(), atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("name", STARTS)
def test_an_answer_depends_on_no_other_query_and_on_no_other_task(name: str) -> None:
    made, given = start(name, "curve"), tasks("curve")
    *_, together = made.passed(given.support, 2, order=1)
    alone = Examples(given.support.inputs[1:2], given.support.numbers[1:2])
    *_, own = made.passed(alone, 2, order=1)
    expected = made.numbers(together, given.query.inputs)[1, 2]
    torch.testing.assert_close(made.numbers(own, given.query.inputs[1:2, 2:3])[0, 0], expected)


def test_rates_beyond_the_trained_steps_are_the_last_and_can_be_set() -> None:
    made = start("maml++", "curve")
    with torch.no_grad():
        made.log_rates[1] = 0.5
    assert torch.equal(made.rates(7), made.rates(1)) and not torch.equal(made.rates(0), made.rates(1))
    made.set_rate(0.25)
    torch.testing.assert_close(made.rates(0), torch.full_like(made.rates(0), 0.25))
