"""Reptile: one inner step is joint training, and more steps are the difference of weights of a plain loop."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.gradient.reptile import Reptile
from glyphstudio.learners.learner import InnerLoop
from tests.learners.making import gradients, noise_tasks, settle

SHAPE = EncoderShape(8, (8, 12), 6)
WAYS, RATE, HEAD_RATE = 3, 0.2, 2.0


def learner(steps: int, vectors: int = WAYS) -> Reptile:
    """vectors: with 0, equal class vectors let no gradient through to the encoder in the first step, and one step of
    joint training would then not train it."""
    torch.manual_seed(2)
    made = Reptile(SHAPE, InnerLoop(steps, RATE, HEAD_RATE, vectors=vectors, unit=True))
    if made.vectors is not None:
        torch.nn.init.normal_(made.vectors)
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
    found = gradients(learner(1), tasks)
    joint = learner(1)
    loss = torch.zeros((), dtype=torch.float64)
    for task in range(2):
        (drawings, labels), *_ = minibatches(tasks, task, 1)
        embeddings = joint.encoder(drawings)
        assert joint.vectors is not None and joint.biases is not None
        scores = embeddings / embeddings.norm(dim=1, keepdim=True) @ joint.vectors.T + joint.biases
        loss = loss + F.cross_entropy(scores, labels) / 2
    joint.zero_grad()
    torch.autograd.backward(loss)
    for key, parameter in joint.named_parameters():
        assert parameter.grad is not None
        # The head has its own rate, by which its change is not divided.
        share = HEAD_RATE / RATE if key in {"vectors", "biases"} else 1
        torch.testing.assert_close(found[key], share * parameter.grad, atol=1e-7, rtol=1e-5)
        assert float(found[key].abs().max()) > 1e-4, key


@pytest.mark.parametrize("vectors", [0, WAYS])
@pytest.mark.parametrize("steps", [2, 3, 6])
def test_more_steps_are_the_difference_of_weights(vectors: int, steps: int, tasks: TaskBatch) -> None:
    """(theta - phi) / rate, where torch's own optimiser computes phi."""
    found = gradients(learner(steps, vectors), tasks)
    expected: dict[str, Tensor] = {}
    for task in range(2):
        start = learner(steps, vectors)
        encoder = deepcopy(start.encoder)
        first = start.start_head(tasks.support[task], torch.arange(WAYS))
        head = [torch.nn.Parameter(part.detach().clone()) for part in first]
        descent = torch.optim.SGD([{"params": encoder.parameters(), "lr": RATE}, {"params": head, "lr": 0.0}])
        for step, (drawings, labels) in enumerate(minibatches(tasks, task, steps)):
            rate = HEAD_RATE if vectors else WAYS * HEAD_RATE * (1.0 if step == 0 else 0.1)
            descent.param_groups[1]["lr"] = rate
            descent.zero_grad()
            scores = F.normalize(encoder(drawings), dim=1) @ head[0].T + head[1]
            torch.autograd.backward(F.cross_entropy(scores, labels))
            descent.step()
        ends = {f"encoder.{key}": phi for key, phi in encoder.named_parameters()}
        if vectors:
            ends |= dict(zip(("vectors", "biases"), head, strict=True))
        for key, phi in ends.items():
            moved = (start.get_parameter(key) - phi).detach() / RATE / 2
            expected[key] = expected.get(key, torch.zeros_like(moved)) + moved
    for key, moved in expected.items():
        torch.testing.assert_close(found[key], moved, atol=1e-5, rtol=1e-5, msg=key)
        assert float(moved.abs().max()) > 1e-4, key


def test_it_reports_the_last_minibatch_before_its_step(tasks: TaskBatch) -> None:
    """After one step on the first half of the drawings, the loss on the other half."""
    made, one = learner(2, 0), tasks[:1]
    (first, labels), (second, _) = minibatches(one, 0, 2)
    result = made.meta_step(one)
    with torch.no_grad():
        logits = made.adapt(first, labels, 1).logits(second)
    assert result.loss == pytest.approx(float(F.cross_entropy(logits, labels)), rel=1e-6)
    assert result.accuracy_after == pytest.approx(float((logits.argmax(1) == labels).double().mean()))
    assert result.accuracy_before == pytest.approx(1 / WAYS)


def test_accuracy_before_is_on_the_first_minibatch(tasks: TaskBatch) -> None:
    made, one = learner(2), tasks[:1]
    (first, labels), _ = minibatches(one, 0, 2)
    with torch.no_grad():
        logits = made.adapt(first, labels, 0).logits(first)
    assert made.meta_step(one).accuracy_before == pytest.approx(float((logits.argmax(1) == labels).double().mean()))


def test_more_steps_than_drawings_start_again_with_the_first(tasks: TaskBatch) -> None:
    few = TaskBatch(tasks.support[:, :, :1], tasks.query[:, :, :1])
    assert learner(7).meta_step(few).loss > 0
