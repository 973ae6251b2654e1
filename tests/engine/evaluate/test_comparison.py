"""Comparing learners: the figures against those of `measure`, one at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glyphstudio.data.tasks import TaskBatch, TaskShape, TaskStream
from glyphstudio.engine.evaluate import comparison
from glyphstudio.engine.evaluate.comparison import MAX_STEPS, SHOTS, standing
from glyphstudio.engine.evaluate.evaluation import Figure, measure
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import Learner
from tests.engine.making import TINY, equal, scrawls

WAYS, TASKS = 5, 2


@pytest.fixture(scope="module")
def stream() -> TaskStream:
    return TaskStream(scrawls(3, 4, 7, hand=0.12), TaskShape(WAYS, max(SHOTS), 2), seed=4)


@pytest.fixture(autouse=True)
def _few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_TIMED", 3)


def made(name: str) -> Learner:
    torch.manual_seed(0)
    # Rates that make each step matter, so that no two numbers of steps give the same answers by chance.
    return LEARNERS[name](TINY, equal(steps=2, rate=0.1, head_rate=5.0))


class FewerShots:
    """The stream's tasks, with only the first shots of each way."""

    def __init__(self, stream: TaskStream, shots: int) -> None:
        self.stream, self.shots = stream, shots

    def batch(self, number: int, tasks: int = 1) -> TaskBatch:
        task = self.stream.batch(number, tasks)
        return TaskBatch(task.support[:, :, : self.shots], task.query)


def alone(learner: Learner, stream: TaskStream, shots: int, steps: int | None = None) -> Figure:
    return measure(learner, FewerShots(stream, shots), TASKS, steps=steps)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_figures_equal_those_of_measure(name: str, stream: TaskStream) -> None:
    learner = made(name)
    found = standing(learner, stream, TASKS)
    assert found.by_shots == {shots: alone(learner, stream, shots) for shots in SHOTS}
    if not learner.gradient_based:
        assert found.by_steps is None
        return
    assert found.by_steps == {steps: alone(learner, stream, 1, steps) for steps in range(MAX_STEPS + 1)}
    assert found.by_steps[learner.inner.steps] == found.by_shots[1]


def test_steps_and_shots_are_not_mixed_up(stream: TaskStream) -> None:
    found = standing(made("finetuned"), stream, TASKS)
    assert found.by_steps is not None
    assert found.by_steps[0].accuracy == pytest.approx(1 / WAYS), "all class vectors are zero: the first way wins"
    assert found.by_steps[10].accuracy > found.by_steps[0].accuracy
    assert len({figure.accuracy for figure in found.by_shots.values()}) > 1


def test_no_answer_depends_on_other_queries(stream: TaskStream) -> None:
    class LastQuery(FewerShots):
        def batch(self, number: int, tasks: int = 1) -> TaskBatch:
            task = self.stream.batch(number, tasks)
            return TaskBatch(task.support, task.query[:, :, self.shots : self.shots + 1])

    for name in ("matching", "proto-maml"):
        learner = made(name).train()
        both = standing(learner, stream, TASKS)
        apart = [standing(learner, LastQuery(stream, query), TASKS) for query in range(2)]
        for shots in SHOTS:
            mean = np.mean([one.by_shots[shots].accuracy for one in apart])
            assert both.by_shots[shots].accuracy == pytest.approx(mean)


@pytest.mark.parametrize("training", [True, False])
def test_the_learner_keeps_its_mode(training: bool, stream: TaskStream, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []  # not really, because on a busy machine two threads wait for each other
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    for name in ("protonet", "maml"):
        learner = made(name).train(training)
        modes = [module.training for module in learner.modules()]
        before = {key: tensor.clone() for key, tensor in learner.state_dict().items()}
        standing(learner, stream, 1)
        assert [module.training for module in learner.modules()] == modes
        assert all(torch.equal(tensor, before[key]) for key, tensor in learner.state_dict().items())
        assert all(parameter.grad is None for parameter in learner.parameters())
        assert (threads[0], threads[-1]) == (1, 7)
        threads.clear()


def test_parameters_speed_and_progress(stream: TaskStream) -> None:
    heard: list[tuple[int, int]] = []
    learner = made("protonet")
    found = standing(learner, stream, 3, lambda done, tasks: heard.append((done, tasks)))
    assert heard == [(1, 3), (2, 3), (3, 3)]
    # Two blocks (kernels, and batch normalisation's two numbers for each channel), and the layer to the embedding.
    assert found.parameters == 8 * 9 + 2 * 8 + 16 * 8 * 9 + 2 * 16 + 16 * 4 * 4 * 12
    assert found.adapt_ms > 0 and found.classify_ms > 0


def test_speed_is_measured_with_one_shot_for_each_way_and_one_query(
    stream: TaskStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = made("protonet")
    sizes: list[int] = []
    remember = learner.remember

    def counted(bitmaps: torch.Tensor) -> torch.Tensor:
        sizes.append(len(bitmaps))
        assert torch.get_num_threads() == 1 or len(sizes) <= 2, "the first two calls belong to the figures"
        return remember(bitmaps)

    monkeypatch.setattr(learner, "remember", counted)
    torch.set_num_threads(2)
    standing(learner, stream, 1)
    assert set(sizes[2:]) == {WAYS, 1}
