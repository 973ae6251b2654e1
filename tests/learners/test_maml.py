"""MAML and its kin against finite differences, against a plain loop, and against softmax regression in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners import maml as module
from glyphstudio.learners.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop, Learner
from glyphstudio.learners.maml import ANIL, MAML, FirstOrderMAML, Head, ProtoMAML
from glyphstudio.learners.protonet import squared_distances
from tests.learners.making import GRADIENT_BASED, bitmaps, encoder_of, gradients, made, noise_tasks

Array = NDArray[np.float64]
SHAPE = EncoderShape(8, (5, 7), 5)
STEEP = InnerLoop(steps=2, rate=0.5, head_rate=4.0)  # enough for the inner loop to bend


def in_double(name: str, inner: InnerLoop = STEEP) -> MAML:
    learner = made(name, inner, SHAPE).double().train()
    assert isinstance(learner, MAML)
    return learner


@pytest.fixture
def tasks() -> TaskBatch:
    found = noise_tasks(2, 3, 2, 2, seed=5, size=8)
    return TaskBatch(found.support.double(), found.query.double())


def differences(learner: Learner, tasks: TaskBatch) -> dict[str, Tensor]:
    """Central differences of the loss that `meta_step` reports, in the first and last numbers of each parameter and
    some between; NaN elsewhere."""
    step, found = 1e-6, {}  # in float64; so small that hardly any ReLU or maximum changes its mind within it
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
    learner = in_double(name, InnerLoop(steps, STEEP.rate, STEEP.head_rate))
    exact = gradients(learner, tasks)
    for key, expected in differences(learner, tasks).items():
        tested = expected.isfinite()
        assert bool(tested.any())
        torch.testing.assert_close(exact[key][tested], expected[tested], atol=2e-8, rtol=1e-5, msg=key)


@pytest.mark.parametrize("name", ["fomaml", "maml", "proto-maml", "anil"])
def test_the_first_order_is_another_gradient(name: str, tasks: TaskBatch) -> None:
    first, second = (
        gradients(in_double(name, InnerLoop(2, STEEP.rate, STEEP.head_rate, order)), tasks) for order in (1, 2)
    )
    apart = float((first["encoder.head.weight"] - second["encoder.head.weight"]).abs().max())
    if name == "fomaml":
        assert apart == 0, "it takes the first order, whatever it is asked for"
    else:
        assert apart > 0.01 * float(second["encoder.head.weight"].abs().max())


@pytest.mark.parametrize("name", ["maml", "proto-maml", "anil"])
def test_without_inner_steps_the_orders_are_one(name: str, tasks: TaskBatch) -> None:
    def found(order: int) -> dict[str, Tensor]:
        learner = in_double(name, InnerLoop(0, order=order, learn_rates=False))
        learner.meta_step(tasks)
        return {key: value.grad for key, value in learner.named_parameters() if value.grad is not None}

    first, second = found(1), found(2)
    assert first.keys() == second.keys()
    for key, gradient in first.items():
        assert torch.equal(gradient, second[key])


def plain_loop(learner: MAML, support: Tensor, query: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Finn et al. (2017), algorithm 2, written out for one task: the gradient of the queries' loss at phi, in the
    encoder's weights, and the sums that the inner rates were multiplied with, by (step, weight)."""
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


def test_the_first_order_is_the_gradient_where_the_inner_loop_ended(tasks: TaskBatch) -> None:
    learner = in_double("fomaml", InnerLoop(3, STEEP.rate, STEEP.head_rate))
    one = tasks[:1]
    found = gradients(learner, one)
    at_phi, sums = plain_loop(learner, one.support[0], one.query[0])
    for key, expected in at_phi.items():
        torch.testing.assert_close(found[f"encoder.{key}"], expected, atol=1e-10, rtol=1e-8)
    for step in range(3):  # d phi / d log r is -r g, and g is taken for a constant
        for place, key in enumerate(at_phi):
            expected = -(sums[f"{step} {key}"] * at_phi[key]).sum()
            torch.testing.assert_close(found["log_rates"][step, place], expected, atol=1e-10, rtol=1e-8)


def test_there_is_nothing_to_memorise_in_the_head(tasks: TaskBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class vector that all ways begin with adds the same to every score: no loss and no gradient changes. That is
    why there is none."""
    learner = in_double("maml")
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


# The inner loop of the head, which is softmax regression


def softmax_regression(vectors: Array, labels: Array, rates: list[float]) -> tuple[Array, Array]:
    """Weights (N, D) and biases (N,) after a step of each rate, from zero, down the mean over ways of the mean loss
    over each one's shots."""
    ways = int(labels.max()) + 1
    weights, biases = np.zeros((ways, vectors.shape[1])), np.zeros(ways)
    for rate in rates:
        slope, bias_slope = np.zeros_like(weights), np.zeros(ways)
        for vector, label in zip(vectors, labels, strict=True):
            scores = weights @ vector + biases
            off = np.exp(scores) / np.exp(scores).sum()
            off[int(label)] -= 1
            share = 1 / (ways * (labels == label).sum())
            slope += share * np.outer(off, vector)
            bias_slope += share * off
        weights, biases = weights - rate * slope, biases - rate * bias_slope
    return weights, biases


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_anil_is_softmax_regression_on_the_embeddings(steps: int) -> None:
    learner = in_double("anil", InnerLoop(3, 0.1, 2.0))
    with torch.no_grad():
        learner.get_parameter("log_rates")[:, 0] = torch.tensor([0.5, 0.2, 0.1]).log()
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])
    support, queries = bitmaps(9, 1, 8).double(), bitmaps(6, 2, 8).double()
    with torch.no_grad():
        logits = learner.adapt(support, labels, steps).logits(queries).numpy()
        vectors, asked = learner.remember(support).numpy(), learner.remember(queries).numpy()
    np.testing.assert_allclose(np.square(vectors).sum(1), 1, atol=1e-12)
    # Four ways, and so four times the rate; the fourth step goes on with the third's.
    weights, biases = softmax_regression(vectors, labels.numpy(), [4 * rate for rate in (0.5, 0.2, 0.1, 0.1)][:steps])
    np.testing.assert_allclose(logits, asked @ weights.T + biases, atol=1e-6)  # the rates are from float32


@pytest.mark.parametrize("name", ["maml", "fomaml", "anil", "reptile", "finetuned"])
def test_the_first_step_places_a_way_alike_among_few_and_many(name: str) -> None:
    """It takes the head to rate * (c - mean of all c), the means of unit embeddings; so two ways differ by
    rate * (c1 - c2) . q for a query, however many others there are."""
    learner = in_double(name, InnerLoop(1, 0.1, 3.0))
    support, queries = bitmaps(34, 1, 8).double(), bitmaps(6, 2, 8).double()
    with torch.no_grad():
        means = learner.unit_embeddings(support, {}).reshape(17, 2, -1).mean(1)
        expected = 3.0 * learner.unit_embeddings(queries, {}) @ (means[0] - means[1])
        for ways in (2, 5, 17):
            labels = torch.arange(ways).repeat_interleave(2)
            logits = learner.adapt(support[: 2 * ways], labels, 1).logits(queries)
            torch.testing.assert_close(logits[:, 0] - logits[:, 1], expected, atol=1e-6, rtol=1e-6)


def test_proto_maml_begins_as_nearest_prototype() -> None:
    learner = in_double("proto-maml")
    support, queries = bitmaps(9, 1, 8).double(), bitmaps(6, 2, 8).double()
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])
    with torch.no_grad():
        logits = learner.adapt(support, labels, 0).logits(queries)
        vectors = learner.unit_embeddings(support, {})
        means = torch.stack([vectors[labels == way].mean(0) for way in range(4)])
        away = 8.0 * squared_distances(learner.unit_embeddings(queries, {}), means)
    torch.testing.assert_close(logits.softmax(1), (-away).softmax(1), atol=1e-6, rtol=1e-6)


def test_what_proto_maml_answers_before_adaptation_is_reported(tasks: TaskBatch) -> None:
    learner = in_double("proto-maml", InnerLoop(1, 1e-4, 1e-4))  # so small a step that nothing changes
    result = learner.meta_step(tasks)
    assert result.accuracy_before == result.accuracy_after
    assert in_double("maml").meta_step(tasks).accuracy_before == pytest.approx(1 / 3)


# Names and switches


def test_the_kin_are_switches_of_one_learner() -> None:
    assert (MAML.order, ProtoMAML.order, ANIL.order, FirstOrderMAML.order) == (2, 2, 2, 1)
    assert made("anil").get_parameter("log_rates").shape == (2, 1)
    whole = made("maml")
    assert whole.get_parameter("log_rates").shape == (2, 1 + len(list(encoder_of(whole).parameters())))


def test_anil_leaves_the_encoder_even_where_a_drawing_is_as_long_as_an_embedding() -> None:
    learner = made("anil", shape=EncoderShape(8, (3, 4), 64)).double()
    with torch.no_grad():
        kept = learner.remember(bitmaps(4, 1, 8).double())
    assert not torch.allclose(kept, bitmaps(4, 1, 8).flatten(1).double())
    np.testing.assert_allclose(kept.square().sum(1), 1, atol=1e-12)
    assert learner.meta_step(TaskBatch(*(bitmaps(6, seed, 8).double()[None, :, None] for seed in (1, 2)))).loss > 0


def test_rates_that_are_not_learned_stay() -> None:
    learner = made("maml", InnerLoop(2, 0.1, 5.0, learn_rates=False))
    assert "log_rates" not in dict(learner.named_parameters())
    assert "log_rates" in learner.state_dict()


# A large library


@pytest.mark.parametrize("name", GRADIENT_BASED)
def test_many_shots_are_taken_a_few_at_a_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    convolution = F.conv2d
    learner = made(name, InnerLoop(2, 0.1, 5.0), SHAPE).double()
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
        if name != "anil":  # its shots are embeddings, which no encoder sees again
            assert max(sizes) == 7
        torch.testing.assert_close(classifier.score(learner.remember(queries)), together, atol=1e-10, rtol=1e-8)
