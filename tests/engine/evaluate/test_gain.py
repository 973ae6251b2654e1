"""What adapting adds: the controls against plain computations, and learners that need to adapt or do not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import Task, as_used, each_task, measure
from glyphstudio.engine.evaluate.gain import Difference, Gain, gain
from glyphstudio.learners.gradient.anil import ANIL
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.gradient.proto_maml import ProtoMAML
from tests.engine.making import TINY, equal, scrawls

STREAM = TaskStream(scrawls(3, 8, 6, hand=0.08), TaskShape(5, 2, 3), seed=4)


def made(kind: type[MAML], **inner: float) -> MAML:
    torch.manual_seed(1)
    return kind(TINY, equal(**{"steps": 2, "rate": 0.05, "head_rate": 1.0, **inner})).eval()  # type: ignore[arg-type]


def first_task(learner: MAML) -> tuple[Task, Tensor, Tensor]:
    """Return the first task as the learner remembers it, and the unit embeddings of its shots and queries."""
    batch = STREAM.batch(0)
    with as_used(learner):
        task = next(each_task(learner, STREAM, 1))
        shots, queries = (learner.encoder(part[0].flatten(0, 1)) for part in (batch.support, batch.query))
    return task, F.normalize(shots, dim=1), F.normalize(queries, dim=1)


@pytest.mark.parametrize("kind", [MAML, ANIL, ProtoMAML])
def test_nearest_before_is_nearest_prototype_of_the_unadapted_encoder(kind: type[MAML]) -> None:
    learner = made(kind)
    task, shots, queries = first_task(learner)
    means = torch.stack([shots[task.labels == way].mean(0) for way in range(5)])
    expected = -(queries[:, None] - means[None]).square().sum(2)
    scores = learner.nearest_before(task.shots, task.labels).score(task.queries)
    torch.testing.assert_close(scores - scores[:, :1], expected - expected[:, :1], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_the_head_alone_is_softmax_regression_on_fixed_embeddings(steps: int) -> None:
    learner = made(MAML)
    task, shots, queries = first_task(learner)
    shots, queries = shots.double(), queries.double()
    vectors, biases = torch.zeros(5, shots.shape[1], dtype=torch.float64), torch.zeros(5, dtype=torch.float64)
    for step in range(steps):
        wrong = (shots @ vectors.T + biases).softmax(1) - F.one_hot(task.labels, 5)
        rate = 5 * float(learner.rates(step)[-1].detach())
        vectors = vectors - rate * wrong.T @ shots / len(shots)
        biases = biases - rate * wrong.sum(0) / len(shots)
    head = learner.learn_head(task.shots, task.labels, steps)
    expected = queries @ vectors.T + biases
    torch.testing.assert_close(head.score(task.queries).double(), expected, atol=1e-5, rtol=1e-4)


def test_for_anil_the_head_alone_is_all_there_is() -> None:
    learner = made(ANIL, head_rate=3.0)
    found = gain(learner, each_task(learner, STREAM, 6))
    assert (found.over_head_only.mean, found.over_head_only.ci95) == (0, 0)
    assert found.figure == measure(learner, STREAM, 6)


def test_the_differences_are_paired_by_task() -> None:
    learner = made(MAML, rate=0.5, steps=4)
    found = gain(learner, each_task(learner, STREAM, 8), steps=3)
    shares: dict[str, list[float]] = {"adapted": [], "nearest": [], "head": []}
    changed = 0
    with torch.no_grad():
        for task in each_task(learner, STREAM, 8):
            shots, queries = task.shots, task.queries
            given = {
                "adapted": learner.learn(shots, task.labels, 3).score(queries).argmax(1),
                "nearest": learner.nearest_before(shots, task.labels).score(queries).argmax(1),
                "head": learner.learn_head(shots, task.labels, 3).score(queries).argmax(1),
            }
            for name, answers in given.items():
                shares[name].append(float((answers == task.answers).double().mean()))
            changed += int((given["adapted"] != given["nearest"]).sum())
    for name, difference in (("nearest", found.over_nearest_prototype), ("head", found.over_head_only)):
        each = np.array(shares["adapted"]) - np.array(shares[name])
        assert difference.mean == pytest.approx(each.mean())
        assert difference.ci95 == pytest.approx(1.96 * each.std(ddof=1) / math.sqrt(8))
    assert (found.changed, found.answers) == (changed, 8 * 15)


def test_a_learner_that_does_not_move_is_named() -> None:
    still = made(ProtoMAML, rate=1e-8, head_rate=1e-8)
    found = gain(still, each_task(still, STREAM, 4))
    assert found.changed == 0
    assert not found.adapts
    assert found.sentence("Proto-MAML") == (
        "Adapting changes 0 of 60 answers: Proto-MAML answers as nearest prototype does on its own encoder."
    )


def test_the_words_of_a_gain() -> None:
    found = Gain(measure(made(ANIL), STREAM, 2), Difference(0.012, 0.004), Difference(-0.003, 0.005), 30, 600)
    assert found.adapts
    assert found.sentence("MAML") == (
        "Adapting changes 30 of 600 answers of MAML: +1.2 ± 0.4 points over nearest prototype on its own encoder, and "
        "−0.3 ± 0.5 points over adapting the head alone."
    )
    assert Difference.of(np.array([0.5])).as_dict() == {"mean": 0.5, "ci95": None}


def test_a_learner_that_hardly_moves_answers_nearly_as_nearest_prototype() -> None:
    found = Gain(measure(made(ANIL), STREAM, 2), Difference(0.0, 0.001), Difference(0.0, 0.0), 1, 600)
    assert not found.adapts
    assert found.sentence("ANIL") == (
        "Adapting changes 1 of 600 answers: ANIL answers nearly as nearest prototype does on its own encoder."
    )
