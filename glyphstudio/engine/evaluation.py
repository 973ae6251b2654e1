"""How well a learner learns a task it has never seen: accuracy with its interval, never transductive."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.tasks import TaskBatch, TaskStream
from glyphstudio.learners.learner import Learner

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


def task_accuracy(learner: Learner, tasks: TaskBatch) -> float:
    """The share of right answers over all queries of the batch's tasks."""
    device = next(learner.parameters()).device
    right: list[float] = []
    for support, query in zip(tasks.support.to(device), tasks.query.to(device), strict=True):
        ways, shots = support.shape[:2]
        labels = torch.arange(ways, device=device)
        classifier = learner.adapt(support.flatten(0, 1), labels.repeat_interleave(shots))
        answers = classifier.logits(query.flatten(0, 1)).argmax(1)
        right.append(float((answers == labels.repeat_interleave(query.shape[1])).float().mean()))
    return float(np.mean(right))


def measure(learner: Learner, stream: TaskStream, tasks: int, on_progress: OnProgress | None = None) -> Figure:
    """The figure over the first `tasks` tasks of `stream`. The learner is left in the mode it was in."""
    training = learner.training
    learner.eval()  # batch normalisation by running statistics: no answer sees the other queries
    try:
        accuracies = np.empty(tasks)
        with torch.no_grad():
            for number in range(tasks):
                accuracies[number] = task_accuracy(learner, stream.batch(number))
                if on_progress is not None:
                    on_progress(number + 1, tasks)
    finally:
        learner.train(training)
    return Figure.of(accuracies)
