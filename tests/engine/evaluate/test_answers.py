"""Answers to every query: the figure of `measure`, and each answer as if its query were judged alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.answers import ask
from glyphstudio.engine.evaluate.evaluation import measure
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import TINY, equal, scrawls

DRAWINGS = scrawls(2, 8, 5, hand=0.12)


@pytest.mark.parametrize("name", ["protonet", "matching", "maml"])
@pytest.mark.parametrize("shape", [TaskShape(5, 1, 2), TaskShape(4, 2, 3)])
def test_the_figure_is_that_of_measure(name: str, shape: TaskShape) -> None:
    torch.manual_seed(0)
    learner = LEARNERS[name](TINY, equal(steps=2, rate=0.1)).train()
    stream = TaskStream(DRAWINGS, shape, seed=3, within=0.5)
    answers = ask(learner, stream, 20, temperature=2.0)
    assert learner.training
    assert answers.figure == measure(learner, stream, 20)
    assert 1 / shape.ways < answers.figure.accuracy < 1


def test_each_query_is_judged_separately() -> None:
    torch.manual_seed(0)
    learner = LEARNERS["protonet"](TINY).eval()
    stream = TaskStream(DRAWINGS, TaskShape(5, 1, 2), seed=3)
    answers = ask(learner, stream, 3, temperature=2.0)
    for number in range(3):
        task = stream.batch(number)
        assert task.classes is not None
        assert answers.classes[number].tolist() == task.classes[0].tolist()
        with torch.no_grad():
            classifier = learner.adapt(task.support[0].flatten(0, 1), torch.arange(5))
            for index, query in enumerate(task.query[0].flatten(0, 1)):
                scores = classifier.logits(query[None])[0].double().numpy() / 2.0
                share = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
                assert answers.given[number, index] == share.argmax()
                assert answers.confidence[number, index] == pytest.approx(share.max(), rel=1e-4)
                assert answers.right[number, index] == (share.argmax() == index // 2)


def test_a_higher_temperature_gives_the_same_answers_less_confidently() -> None:
    torch.manual_seed(0)
    learner = LEARNERS["protonet"](TINY)
    stream = TaskStream(DRAWINGS, TaskShape(5, 1, 2), seed=3)
    cold, warm = ask(learner, stream, 5, temperature=1.0), ask(learner, stream, 5, temperature=10.0)
    assert (cold.given == warm.given).all()
    assert (cold.confidence > warm.confidence).all()


def test_an_inner_loop_that_diverges_has_no_probability() -> None:
    torch.manual_seed(0)
    learner = LEARNERS["maml"](TINY, equal(steps=3, rate=1e30))
    answers = ask(learner, TaskStream(DRAWINGS, TaskShape(5, 1, 2)), 2, temperature=1.0)
    assert np.isnan(answers.confidence).any()
    assert 0 <= answers.figure.accuracy < 1
