"""How well a learner learns a task it has never seen: accuracy with its interval, never transductive."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.oneshot_runs import OneShotRun
from glyphstudio.data.tasks import TaskBatch, TaskStream
from glyphstudio.learners.learner import Classifier, Learner

_AT_ONCE = 256  # queries: their distances to a thousand prototypes then take 256 MB
OnProgress = Callable[[int, int], None]  # tasks done, tasks in all


@dataclass(frozen=True)
class Figure:
    """accuracy: mean over tasks of the share of right answers, 0..1. ci95: half the width of its 95 % interval
    (1.96 standard errors over tasks). tasks: how many."""

    accuracy: float
    ci95: float
    tasks: int

    @property
    def error(self) -> float:
        """1 - accuracy."""
        return 1.0 - self.accuracy

    @staticmethod
    def of(accuracies: NDArray[np.float64]) -> Figure:
        """From one share of right answers for each task. Of a single task the interval is not known, and is NaN."""
        tasks = len(accuracies)
        spread = float(accuracies.std(ddof=1)) if tasks > 1 else math.nan
        return Figure(float(accuracies.mean()), 1.96 * spread / math.sqrt(tasks), tasks)


def task_accuracy(learner: Learner, tasks: TaskBatch, steps: int | None = None) -> float:
    """The share of right answers over all queries of the batch's tasks, after `steps` of the inner loop."""
    device = next(learner.parameters()).device
    right: list[float] = []
    for support, query in zip(tasks.support, tasks.query, strict=True):
        ways, shots = support.shape[:2]
        labels = torch.arange(ways)
        right.append(
            _accuracy(
                learner,
                (support.flatten(0, 1).to(device), labels.repeat_interleave(shots).to(device)),
                (query.flatten(0, 1).to(device), labels.repeat_interleave(query.shape[1]).to(device)),
                steps,
            )
        )
    return float(np.mean(right))


def measure(
    learner: Learner,
    stream: TaskStream,
    tasks: int,
    on_progress: OnProgress | None = None,
    steps: int | None = None,
) -> Figure:
    """The figure over the first `tasks` tasks of `stream`. The learner is left in the mode it was in.

    steps: of the inner loop, for learners that have one; None for as many as the learner was trained with.
    """
    return _figure(learner, lambda number: task_accuracy(learner, stream.batch(number), steps), tasks, on_progress)


def mean_loss(learner: Learner, stream: TaskStream, tasks: int, on_progress: OnProgress | None = None) -> float:
    """The mean cross-entropy (nats) of the queries' ways over the first `tasks` tasks of `stream`, after adaptation."""
    device = next(learner.parameters()).device
    losses = []
    with as_used(learner):
        for number in range(tasks):
            task = stream.batch(number).to(device)
            (ways, shots), queries = task.support.shape[1:3], task.query.shape[2]
            labels = torch.arange(ways, device=device)
            classifier = learner.adapt(task.support[0].flatten(0, 1), labels.repeat_interleave(shots))
            query = remembered(learner, task.query[0].flatten(0, 1))
            scores = torch.cat([classifier.score(some) for some in torch.split(query, _AT_ONCE)])
            losses.append(float(F.cross_entropy(scores.float(), labels.repeat_interleave(queries))))
            if on_progress is not None:
                on_progress(number + 1, tasks)
    return float(np.mean(losses))


def measure_runs(
    learner: Learner, runs: list[OneShotRun], on_progress: OnProgress | None = None, steps: int | None = None
) -> Figure:
    """The figure over the official one-shot runs, each of them a task. steps: as for `measure`."""
    device = next(learner.parameters()).device

    def accuracy(number: int) -> float:
        run = runs[number]
        labels = torch.arange(len(run.support), device=device)
        query = (run.query.to(device), run.answers.to(device))
        return _accuracy(learner, (run.support.to(device), labels), query, steps)

    return _figure(learner, accuracy, len(runs), on_progress)


def remembered(learner: Learner, bitmaps: Tensor) -> Tensor:
    """(B, 1, S, S) -> (B, D), as `Learner.remember`, in parts that fit into memory."""
    return torch.cat([learner.remember(some) for some in torch.split(bitmaps, _AT_ONCE)])


def share_right(classifier: Classifier, queries: Tensor, answers: Tensor) -> float:
    """The share of right answers to remembered queries (Q, D) whose ways are `answers` (Q,)."""
    given = torch.cat([classifier.score(some).argmax(1) for some in torch.split(queries, _AT_ONCE)])
    return float((given == answers).double().mean())


@contextmanager
def as_used(learner: Learner) -> Iterator[None]:
    """The learner as the program uses it: batch normalisation goes by running statistics, so that no answer sees the
    other queries, and no gradient is kept. Afterwards it is back in the mode it was in."""
    training = learner.training
    learner.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        learner.train(training)


def _accuracy(
    learner: Learner, support: tuple[Tensor, Tensor], query: tuple[Tensor, Tensor], steps: int | None
) -> float:
    """Of one task: bitmaps (B, 1, S, S) and labels (B,) to adapt on, and to be judged on."""
    return share_right(learner.adapt(*support, steps), remembered(learner, query[0]), query[1])


def _figure(learner: Learner, accuracy: Callable[[int], float], tasks: int, on_progress: OnProgress | None) -> Figure:
    accuracies = np.empty(tasks)
    with as_used(learner):
        for number in range(tasks):
            accuracies[number] = accuracy(number)
            if on_progress is not None:
                on_progress(number + 1, tasks)
    return Figure.of(accuracies)
