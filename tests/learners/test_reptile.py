"""Reptile: one inner step is joint training, and more steps are the difference of weights of a plain loop."""

from __future__ import annotations

from copy import deepcopy
from typing import ClassVar

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop
from glyphstudio.learners.maml import Head
from glyphstudio.learners.reptile import Reptile
from tests.learners.making import gradients, noise_tasks, settle

SHAPE = EncoderShape(8, (8, 12), 6)
WAYS, RATE, HEAD_RATE = 3, 0.2, 2.0


class ToldApart(Reptile):
    """Reptile with a head that separates the ways before the first step. Equal class vectors let no gradient through to
    the encoder, and one step of joint training would then not train it."""

    begins_alike: ClassVar[bool] = False

    def start_head(self, shots: Tensor, labels: Tensor) -> Head:
        vectors = torch.randn(WAYS, SHAPE.embedding, generator=torch.Generator().manual_seed(4)).double()
        return vectors, vectors.new_zeros(WAYS)


def learner(kind: type[Reptile], steps: int) -> Reptile:
    torch.manual_seed(2)
    made: Reptile = kind(SHAPE, InnerLoop(steps, RATE, HEAD_RATE))
    settle(made, torch.rand(40, 1, 8, 8))
    made.double().train()
    return made


@pytest.fixture
def tasks() -> TaskBatch:
    found = noise_tasks(2, WAYS, 2, 4, seed=5, size=8)
    return TaskBatch(found.support.double(), found.query.double())


def minibatches(tasks: TaskBatch, task: int, steps: int) -> list[tuple[Tensor, Tensor]]:
    """Split the task's six drawings of each way evenly among the steps: bitmaps and labels."""
    drawings = torch.cat([tasks.support[task], tasks.query[task]], 1)
    each = 6 // steps
    labels = torch.tensor([way for way in range(WAYS) for _ in range(each)])
    return [(drawings[:, each * step : each * (step + 1)].flatten(0, 1), labels) for step in range(steps)]


def test_one_step_is_joint_training(tasks: TaskBatch) -> None:
    """The gradient, at theta, of the ordinary loss on all drawings (section 3.1), by one backward pass."""
    found = gradients(learner(ToldApart, 1), tasks)
    joint = learner(ToldApart, 1)
    loss = torch.zeros((), dtype=torch.float64)
    for task in range(2):
        (drawings, labels), *_ = minibatches(tasks, task, 1)
        embeddings = joint.encoder(drawings)
        vectors, _ = joint.start_head(drawings, labels)
        loss = loss + F.cross_entropy(embeddings / embeddings.norm(dim=1, keepdim=True) @ vectors.T, labels) / 2
    joint.zero_grad()
    torch.autograd.backward(loss)
    for key, parameter in joint.named_parameters():
        assert parameter.grad is not None
        torch.testing.assert_close(found[key], parameter.grad, atol=1e-7, rtol=1e-5)
        assert float(found[key].abs().max()) > 1e-4, key


@pytest.mark.parametrize("kind", [Reptile, ToldApart])
@pytest.mark.parametrize("steps", [2, 3, 6])
def test_more_steps_are_the_difference_of_weights(kind: type[Reptile], steps: int, tasks: TaskBatch) -> None:
    """(theta - phi) / rate, where torch's own optimiser computes phi."""
    found = gradients(learner(kind, steps), tasks)
    expected: dict[str, Tensor] = {}
    for task in range(2):
        start = learner(kind, steps)
        encoder = deepcopy(start.encoder)
        head = torch.nn.Parameter(start.start_head(tasks.support[task], torch.arange(WAYS))[0].detach().clone())
        descent = torch.optim.SGD([{"params": encoder.parameters(), "lr": RATE}, {"params": [head], "lr": 0.0}])
        for step, (drawings, labels) in enumerate(minibatches(tasks, task, steps)):
            descent.param_groups[1]["lr"] = WAYS * HEAD_RATE * (1.0 if step == 0 else 0.1)
            descent.zero_grad()
            torch.autograd.backward(F.cross_entropy(F.normalize(encoder(drawings), dim=1) @ head.T, labels))
            descent.step()
        for (key, theta), phi in zip(start.encoder.named_parameters(), encoder.parameters(), strict=True):
            moved = (theta - phi).detach() / RATE / 2
            expected[key] = expected.get(key, torch.zeros_like(moved)) + moved
    for key, moved in expected.items():
        torch.testing.assert_close(found[f"encoder.{key}"], moved, atol=1e-5, rtol=1e-5, msg=key)
        assert float(moved.abs().max()) > 1e-4, key


def test_it_reports_the_last_minibatch_before_its_step(tasks: TaskBatch) -> None:
    """After one step on the first half of the drawings, the loss on the other half."""
    made, one = learner(Reptile, 2), tasks[:1]
    (first, labels), (second, _) = minibatches(one, 0, 2)
    result = made.meta_step(one)
    with torch.no_grad():
        logits = made.adapt(first, labels, 1).logits(second)
    assert result.loss == pytest.approx(float(F.cross_entropy(logits, labels)), rel=1e-6)
    assert result.accuracy_after == pytest.approx(float((logits.argmax(1) == labels).double().mean()))
    assert result.accuracy_before == pytest.approx(1 / WAYS)


def test_more_steps_than_drawings_start_again_with_the_first(tasks: TaskBatch) -> None:
    few = TaskBatch(tasks.support[:, :, :1], tasks.query[:, :, :1])
    assert learner(Reptile, 7).meta_step(few).loss > 0
