"""Measures how well a learner learns new tasks: accuracy with its interval, never transductive."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.oneshot_runs import OneShotRun
from glyphstudio.data.tasks import TaskBatch, TaskStream
from glyphstudio.learners.learner import Classifier, Learner, way_labels

Item = TypeVar("Item")
_AT_ONCE = 256  # queries: their distances to a thousand prototypes take 256 MB
OnProgress = Callable[[int, int], None]  # tasks done, tasks in total


class Tasks(Protocol):
    """Numbered tasks that are always the same: a `TaskStream`."""

    def batch(self, number: int, tasks: int = 1) -> TaskBatch:
        """Return task `number`, as a batch of one."""


@dataclass(frozen=True)
class Figure:
    """accuracy: mean over tasks of the share of right answers, 0..1. ci95: half the width of its 95 % interval
    (1.96 standard errors over tasks). tasks: the number of tasks."""

    accuracy: float
    ci95: float
    tasks: int

    @property
    def error(self) -> float:
        """1 - accuracy."""
        return 1.0 - self.accuracy

    @staticmethod
    def of(accuracies: NDArray[np.float64]) -> Figure:
        """Compute the figure from each task's share of right answers. The interval of a single task is NaN."""
        tasks = len(accuracies)
        spread = float(accuracies.std(ddof=1)) if tasks > 1 else math.nan
        return Figure(float(accuracies.mean()), 1.96 * spread / math.sqrt(tasks), tasks)


@dataclass(frozen=True)
class Task:
    """One task as a learner remembers it. shots, queries: (M, D) and (Q, D) from `Learner.remember`; labels, answers:
    their ways (M,) and (Q,). classes: (N,), see `TaskBatch`."""

    shots: Tensor
    labels: Tensor
    queries: Tensor
    answers: Tensor
    classes: Tensor | None = None

    @property
    def ways(self) -> int:
        return int(self.labels.max()) + 1


def in_turn(items: Iterable[Item], count: int, on_progress: OnProgress | None) -> Iterator[Item]:
    """Yield the `count` items. Call `on_progress` when the caller is done with each."""
    for done, item in enumerate(items, 1):
        yield item
        if on_progress is not None:
            on_progress(done, count)


def each_task(learner: Learner, stream: Tasks, tasks: int, on_progress: OnProgress | None = None) -> Iterator[Task]:
    """Yield the first `tasks` tasks of `stream` one by one, on the learner's device. All evaluations use this, with the
    learner `as_used`. A stream's drawings come up in many tasks, so each is remembered only once."""
    if isinstance(stream, TaskStream) and stream.exact:
        each = _recalled(learner, stream, tasks)
    else:
        each = (task for number in range(tasks) for task in tasks_in(learner, stream.batch(number)))
    return in_turn(each, tasks, on_progress)


def tasks_in(learner: Learner, batch: TaskBatch) -> Iterator[Task]:
    """Yield the tasks of a batch one by one. Ways, shots and queries keep their order."""
    device = next(learner.parameters()).device
    for number, (support, query) in enumerate(zip(batch.support, batch.query, strict=True)):
        yield Task(
            remembered(learner, support.flatten(0, 1).to(device)),
            way_labels(len(support), support.shape[1], device),
            remembered(learner, query.flatten(0, 1).to(device)),
            way_labels(len(query), query.shape[1], device),
            None if batch.classes is None else batch.classes[number],
        )


def _recalled(learner: Learner, stream: TaskStream, tasks: int) -> Iterator[Task]:
    """Yield what `tasks_in` does for the tasks of an exact stream."""
    memory, shape = Memory(learner, stream.drawings), stream.shape
    labels = way_labels(shape.ways, shape.shots, memory.device)
    answers = way_labels(shape.ways, shape.queries, memory.device)
    for number in range(tasks):
        drawn = stream.drawn(number)
        vectors = memory.of(drawn)
        shots, queries = vectors[:, : shape.shots].flatten(0, 1), vectors[:, shape.shots :].flatten(0, 1)
        yield Task(shots, labels, queries, answers, torch.from_numpy(stream.drawings.character[drawn[:, 0]]))


def scores_of(learner: Learner, task: Task, steps: int | None = None) -> Tensor:
    """Return (Q, N) scores of the queries after adapting to the support set by `steps` of the inner loop."""
    return scores_by(learner.learn(task.shots, task.labels, steps), task.queries)


def share_of(learner: Learner, task: Task, steps: int | None = None) -> float:
    """Return the share of right answers to the task's queries, after `steps` of the inner loop."""
    return share_right(learner.learn(task.shots, task.labels, steps), task.queries, task.answers)


def task_accuracy(learner: Learner, tasks: TaskBatch, steps: int | None = None) -> float:
    """Return the share of right answers over all queries of the batch's tasks, after `steps` of the inner loop."""
    return float(np.mean([share_of(learner, task, steps) for task in tasks_in(learner, tasks)]))


def measure(
    learner: Learner,
    stream: Tasks,
    tasks: int,
    on_progress: OnProgress | None = None,
    steps: int | None = None,
) -> Figure:
    """Return the figure over the first `tasks` tasks of `stream`. Leave the learner in its previous mode.

    steps: of the inner loop, for learners that have one; None for the number that the learner was trained with.
    """
    with as_used(learner):
        shares = [share_of(learner, task, steps) for task in each_task(learner, stream, tasks, on_progress)]
    return Figure.of(np.array(shares))


class Memory:
    """What a learner remembers of drawings: of each from when it is first asked for."""

    def __init__(self, learner: Learner, drawings: Drawings) -> None:
        self.device = next(learner.parameters()).device
        self._learner, self._drawings = learner, drawings
        self._known = np.zeros(len(drawings), bool)
        self._kept: Tensor | None = None  # (drawings, D), of the known ones

    def of(self, indices: NDArray[np.int64]) -> Tensor:
        """(..) indices of drawings -> (.., D). The learner must be in evaluation mode."""
        new = np.unique(indices[~self._known[indices]])
        if len(new):
            bitmaps = self._drawings.bitmaps[torch.from_numpy(new)][:, None].to(self.device).float() / 255
            vectors = remembered(self._learner, bitmaps)
            if self._kept is None:
                self._kept = vectors.new_empty(len(self._known), vectors.shape[1])
            self._kept[torch.from_numpy(new)] = vectors
            self._known[new] = True
        assert self._kept is not None, "somebody asks for a drawing"  # noqa: S101
        return self._kept[torch.from_numpy(indices)]


def mean_loss(learner: Learner, stream: Tasks, tasks: int, on_progress: OnProgress | None = None) -> float:
    """Return the mean cross-entropy (nats) of the queries' ways over the first `tasks` tasks, after adaptation."""
    with as_used(learner):
        losses = [
            float(F.cross_entropy(scores_of(learner, task).float(), task.answers))
            for task in each_task(learner, stream, tasks, on_progress)
        ]
    return float(np.mean(losses))


def measure_runs(
    learner: Learner, runs: list[OneShotRun], on_progress: OnProgress | None = None, steps: int | None = None
) -> Figure:
    """Return the figure over the official one-shot runs, each of them one task. steps: as for `measure`."""
    with as_used(learner):
        shares = [share_of(learner, task, steps) for task in each_run(learner, runs, on_progress)]
    return Figure.of(np.array(shares))


def each_run(learner: Learner, runs: list[OneShotRun], on_progress: OnProgress | None = None) -> Iterator[Task]:
    """Yield the official one-shot runs as tasks, as `each_task` does."""
    device = next(learner.parameters()).device
    asked = (
        Task(
            remembered(learner, run.support.to(device)),
            torch.arange(len(run.support), device=device),
            remembered(learner, run.query.to(device)),
            run.answers.to(device),
        )
        for run in runs
    )
    return in_turn(asked, len(runs), on_progress)


def remembered(learner: Learner, bitmaps: Tensor) -> Tensor:
    """(B, 1, S, S) -> (B, D), like `Learner.remember`, in parts that fit into memory."""
    return torch.cat([learner.remember(some) for some in torch.split(bitmaps, _AT_ONCE)])


def share_right(classifier: Classifier, queries: Tensor, answers: Tensor) -> float:
    """Return the share of right answers to remembered queries (Q, D) whose ways are `answers` (Q,)."""
    given = torch.cat([classifier.score(some).argmax(1) for some in torch.split(queries, _AT_ONCE)])
    return float((given == answers).double().mean())


def scores_by(classifier: Classifier, queries: Tensor) -> Tensor:
    """Return (Q, N) scores of remembered queries (Q, D), in parts that fit into memory."""
    return torch.cat([classifier.score(some) for some in torch.split(queries, _AT_ONCE)])


@contextmanager
def as_used(learner: Learner) -> Iterator[None]:
    """Put the learner in the mode that the program uses. Batch normalisation uses running statistics, so that no answer
    sees the other queries, and no gradient is kept. At the end, restore the previous mode."""
    training = learner.training
    learner.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        learner.train(training)
