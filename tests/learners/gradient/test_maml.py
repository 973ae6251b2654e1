"""MAML and the learners derived from it, against finite differences and against a plain loop."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.gradient import maml as module
from glyphstudio.learners.gradient.maml import MAML, Head
from glyphstudio.learners.learner import Learner
from tests.engine.making import equal
from tests.learners.making import (
    GRADIENT_BASED,
    PUBLISHED,
    STEEP,
    STEEP_SHAPE,
    STRIDED,
    bitmaps,
    encoder_of,
    gradients,
    made,
    steep,
    steep_tasks,
)


@pytest.fixture
def tasks() -> TaskBatch:
    return steep_tasks()


def differences(learner: Learner, tasks: TaskBatch) -> dict[str, Tensor]:
    """Return central differences of the loss that `meta_step` reports, for the first and last numbers of each parameter
    and some between them; NaN elsewhere."""
    step, found = 1e-6, {}  # in float64; so small that hardly any ReLU or maximum switches within it
    for name, parameter in learner.named_parameters():
        found[name] = torch.full_like(parameter, torch.nan, requires_grad=False)
        for flat in np.unique(np.linspace(0, parameter.numel() - 1, 6).astype(int)):
            index = np.unravel_index(flat, parameter.shape)
            losses = []
            for sign in (1, -1):
                before = parameter[index].item()
                with torch.no_grad():
                    parameter[index] = before + sign * step
                losses.append(learner.meta_step(tasks).loss)
                with torch.no_grad():
                    parameter[index] = before
            found[name][index] = (losses[0] - losses[1]) / (2 * step)
    return found


# The outer gradient


@pytest.mark.parametrize("name", ["maml", "proto-maml", "anil"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_gradient_agrees_with_central_differences(name: str, steps: int, tasks: TaskBatch) -> None:
    learner = steep(name, equal(steps, STEEP.rate, STEEP.head_rate))
    exact = gradients(learner, tasks)
    for key, expected in differences(learner, tasks).items():
        tested = expected.isfinite()
        assert bool(tested.any())
        torch.testing.assert_close(exact[key][tested], expected[tested], atol=2e-8, rtol=1e-5, msg=key)


@pytest.mark.parametrize("name", ["maml", "maml++", "proto-maml", "anil"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_published_gradient_agrees_with_central_differences(name: str, steps: int, tasks: TaskBatch) -> None:
    learner = steep(name, replace(PUBLISHED, steps=steps), STRIDED)
    exact = gradients(learner, tasks)
    assert ("vectors" in exact) == (name != "proto-maml")
    for key, expected in differences(learner, tasks).items():
        tested = expected.isfinite()
        torch.testing.assert_close(exact[key][tested], expected[tested], atol=2e-8, rtol=1e-5, msg=key)


@pytest.mark.parametrize("name", ["fomaml", "maml", "proto-maml", "anil"])
def test_the_first_order_gives_a_different_gradient(name: str, tasks: TaskBatch) -> None:
    first, second = (
        gradients(steep(name, equal(2, STEEP.rate, STEEP.head_rate, order=order)), tasks) for order in (1, 2)
    )
    apart = float((first["encoder.head.weight"] - second["encoder.head.weight"]).abs().max())
    if name == "fomaml":
        assert apart == 0, "it always uses the first order"
    else:
        assert apart > 0.01 * float(second["encoder.head.weight"].abs().max())


@pytest.mark.parametrize("name", ["maml", "proto-maml", "anil"])
def test_without_inner_steps_the_orders_agree(name: str, tasks: TaskBatch) -> None:
    def found(order: int) -> dict[str, Tensor]:
        learner = steep(name, equal(0, order=order, learn_rates=False))
        learner.meta_step(tasks)
        return {key: value.grad for key, value in learner.named_parameters() if value.grad is not None}

    first, second = found(1), found(2)
    assert first.keys() == second.keys()
    for key, gradient in first.items():
        assert torch.equal(gradient, second[key])


def plain_loop(learner: MAML, support: Tensor, query: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Finn et al. (2017), algorithm 2, written out for one task. Return the gradient of the queries' loss at phi in the
    encoder's weights, and the sums that the inner rates were multiplied by, by (step, weight)."""
    ways, shots = support.shape[:2]
    rates = learner.get_parameter("log_rates").detach().exp()
    encoder = encoder_of(learner)
    phi = {key: value.detach().clone() for key, value in encoder.named_parameters()}
    head = torch.zeros(ways, learner.shape.embedding, dtype=torch.float64)
    bias = torch.zeros(ways, dtype=torch.float64)

    def loss(drawings: Tensor, each: int) -> tuple[list[Tensor], Tensor]:
        leaves = [leaf.detach().requires_grad_() for leaf in (*phi.values(), head, bias)]
        *weights, vectors, biases = leaves
        found = functional_call(encoder, dict(zip(phi, weights, strict=True)), (drawings.flatten(0, 1),))
        logits = found / found.norm(dim=1, keepdim=True) @ vectors.T + biases
        labels = torch.tensor([way for way in range(ways) for _ in range(each)])
        return leaves, F.cross_entropy(logits, labels)

    sums: dict[str, Tensor] = {}
    for step in range(learner.inner.steps):
        leaves, inner = loss(support, shots)
        *slopes, head_slope, bias_slope = torch.autograd.grad(inner, leaves, allow_unused=True)
        for place, (key, slope) in enumerate(zip(phi, slopes, strict=True)):
            assert slope is not None
            phi[key] = phi[key] - rates[step, place] * slope
            sums[f"{step} {key}"] = rates[step, place] * slope
        head = head - ways * rates[step, -1] * head_slope
        bias = bias - ways * rates[step, -1] * bias_slope
    leaves, outer = loss(query, query.shape[1])
    return dict(zip(phi, torch.autograd.grad(outer, leaves)[:-2], strict=True)), sums


def test_the_first_order_is_the_gradient_at_the_end_of_the_inner_loop(tasks: TaskBatch) -> None:
    learner = steep("fomaml", equal(3, STEEP.rate, STEEP.head_rate))
    one = tasks[:1]
    found = gradients(learner, one)
    at_phi, sums = plain_loop(learner, one.support[0], one.query[0])
    for key, expected in at_phi.items():
        torch.testing.assert_close(found[f"encoder.{key}"], expected, atol=1e-10, rtol=1e-8)
    for step in range(3):  # d phi / d log r is -r g, and g is treated as a constant
        for place, key in enumerate(at_phi):
            expected = -(sums[f"{step} {key}"] * at_phi[key]).sum()
            torch.testing.assert_close(found["log_rates"][step, place], expected, atol=1e-10, rtol=1e-8)


def test_there_is_nothing_to_memorise_in_the_head(tasks: TaskBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class vector that all ways start with adds the same to every score, so no loss and no gradient changes. That is
    why there is no such vector."""
    learner = steep("maml")
    before, found = learner.meta_step(tasks).loss, gradients(learner, tasks)
    vector = 10 * torch.randn(learner.shape.embedding, dtype=torch.float64)
    zeros = MAML.start_head

    def alike(self: MAML, shots: Tensor, labels: Tensor) -> Head:
        vectors, biases = zeros(self, shots, labels)
        return vectors + vector, biases

    monkeypatch.setattr(MAML, "start_head", alike)
    assert learner.meta_step(tasks).loss == pytest.approx(before, abs=1e-12)
    for key, gradient in gradients(learner, tasks).items():
        torch.testing.assert_close(gradient, found[key], atol=1e-9, rtol=1e-7)


# The inner loop


class Plain(nn.Module):
    """An encoder and an ordinary linear layer, the network of Finn et al. (2017)."""

    def __init__(self, learner: MAML, ways: int) -> None:
        super().__init__()
        assert learner.vectors is not None and learner.biases is not None
        self.encoder = deepcopy(learner.encoder)
        self.last = nn.Linear(learner.shape.length, ways).double()
        with torch.no_grad():
            for way in range(ways):  # a task of more ways than there are vectors starts with the first again
                self.last.weight[way] = learner.vectors[way % len(learner.vectors)]
                self.last.bias[way] = learner.biases[way % len(learner.biases)]

    def forward(self, bitmaps: Tensor) -> Tensor:
        found: Tensor = self.last(self.encoder(bitmaps))
        return found


@pytest.mark.parametrize("ways", [1, 2, 3, 7])
@pytest.mark.parametrize("name", ["maml", "fomaml", "maml++", "reptile", "anil"])
def test_adapting_is_ordinary_training_of_a_copy(name: str, ways: int) -> None:
    """Against torch's own optimiser. The head's rate grows with the number of ways, because the gradient of a mean
    shrinks with it; for three ways, the number of vectors, it is the rate in the settings."""
    learner = steep(name, PUBLISHED, STRIDED)
    support, queries = bitmaps(ways, 1, 8).double(), bitmaps(6, 2, 8).double()
    copy = Plain(learner, ways)
    encoder = [] if name == "anil" else list(copy.encoder.parameters())
    groups = [{"params": copy.last.parameters(), "lr": ways / 3 * 0.3}]
    optimizer = torch.optim.SGD([*groups, *({"params": [one], "lr": 0.3} for one in encoder)])
    for steps in range(4):
        with torch.no_grad():
            logits = learner.adapt(support, torch.arange(ways), steps).logits(queries)
            torch.testing.assert_close(logits, copy(queries), atol=1e-6, rtol=1e-6)
        optimizer.zero_grad()
        torch.autograd.backward(F.cross_entropy(copy(support), torch.arange(ways)))
        optimizer.step()


def test_the_outer_loss_can_be_the_mean_over_all_steps(tasks: TaskBatch) -> None:
    one = tasks[:1]
    inner = replace(PUBLISHED, steps=3)
    learner, whole = steep("maml", inner, STRIDED), steep("maml", replace(inner, every_step=True), STRIDED)
    labels, answers = torch.arange(3).repeat_interleave(2), torch.arange(3).repeat_interleave(2)
    losses = []
    for steps in (1, 2, 3):
        with torch.no_grad():
            logits = learner.adapt(one.support[0].flatten(0, 1), labels, steps).logits(one.query[0].flatten(0, 1))
        losses.append(float(F.cross_entropy(logits, answers)))
    assert learner.meta_step(one).loss == pytest.approx(losses[-1])
    assert whole.meta_step(one).loss == pytest.approx(sum(losses) / 3)
    assert losses[0] != pytest.approx(losses[-1])


def test_accuracy_before_is_that_of_the_meta_learned_head(tasks: TaskBatch) -> None:
    learner, one = steep("maml", PUBLISHED, STRIDED), tasks[:1]
    queries, answers = one.query[0].flatten(0, 1), torch.arange(3).repeat_interleave(2)
    right = (Plain(learner, 3)(queries).argmax(1) == answers).double().mean()
    assert learner.meta_step(one).accuracy_before == pytest.approx(float(right))


@pytest.mark.parametrize("name", ["maml", "fomaml", "anil", "reptile", "finetuned"])
def test_the_first_step_places_a_way_equally_with_few_and_many_ways(name: str) -> None:
    """It moves the head to rate * (c - mean of all c), where the c are means of unit embeddings. So two ways differ by
    rate * (c1 - c2) . q for a query, with any number of other ways."""
    learner = steep(name, equal(1, 0.1, 3.0))
    support, queries = bitmaps(34, 1, 8).double(), bitmaps(6, 2, 8).double()
    with torch.no_grad():
        means = learner.embeddings(support, {}).reshape(17, 2, -1).mean(1)
        expected = 3.0 * learner.embeddings(queries, {}) @ (means[0] - means[1])
        for ways in (2, 5, 17):
            labels = torch.arange(ways).repeat_interleave(2)
            logits = learner.adapt(support[: 2 * ways], labels, 1).logits(queries)
            torch.testing.assert_close(logits[:, 0] - logits[:, 1], expected, atol=1e-6, rtol=1e-6)


# Rates


def test_every_adapted_tensor_and_the_head_have_a_rate_in_each_step() -> None:
    whole = made("maml")
    assert whole.get_parameter("log_rates").shape == (2, 1 + len(list(encoder_of(whole).parameters())))


def test_fixed_rates_do_not_change() -> None:
    learner = made("maml", equal(2, learn_rates=False))
    assert "log_rates" not in dict(learner.named_parameters())
    assert "log_rates" in learner.state_dict()


# A large library


@pytest.mark.parametrize("name", GRADIENT_BASED)
def test_many_shots_are_encoded_a_few_at_a_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    convolution = F.conv2d
    learner = made(name, equal(2), STEEP_SHAPE).double()
    support, queries = bitmaps(50, 1, 8).double(), bitmaps(4, 2, 8).double()
    labels = torch.cat([torch.arange(5), torch.randint(5, (45,), generator=torch.Generator().manual_seed(0))])
    with torch.no_grad():
        kept = learner.remember(support)
        together = learner.learn(kept, labels).score(learner.remember(queries))
        sizes: list[int] = []

        def counting(x: Tensor, *rest: Any, **more: Any) -> Tensor:
            sizes.append(len(x))
            return convolution(x, *rest, **more)

        monkeypatch.setattr(F, "conv2d", counting)
        monkeypatch.setattr(module, "_AT_ONCE", 7)
        classifier = learner.learn(kept, labels)
        if name != "anil":  # its shots are already embeddings
            assert max(sizes) == 7
        torch.testing.assert_close(classifier.score(learner.remember(queries)), together, atol=1e-10, rtol=1e-8)
