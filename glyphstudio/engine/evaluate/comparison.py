"""Compares learners on the same tasks, with the same shots and the same queries.

A task is drawn with the shots of the largest support set; the smaller sets are its first shots. So the figures in a row
differ by the shots only, and the figures in a column by the learners only. Never transductive.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.engine.evaluate.evaluation import (
    Figure,
    OnProgress,
    Task,
    Tasks,
    as_used,
    each_task,
    share_right,
)
from glyphstudio.learners.learner import Learner, way_labels

SHOTS = (1, 3, 5)
MAX_STEPS = 10  # of the inner loop, in an adaptation curve
_TIMED, _WARM_UP = 30, 5  # calls


@dataclass(frozen=True)
class Standing:
    """One learner's figures.

    by_shots: number of shots -> accuracy after the number of inner steps that the learner was trained with. by_steps:
    number of inner steps, 0..MAX_STEPS -> accuracy at one shot; None for a learner without an inner loop. adapt_ms: the
    time from the bitmaps of a one-shot support set to a classifier. classify_ms: the time from one bitmap to its
    answer. Both are medians in milliseconds on one thread. parameters: how many numbers meta-training can change.
    """

    by_shots: dict[int, Figure]
    by_steps: dict[int, Figure] | None
    adapt_ms: float
    classify_ms: float
    parameters: int


def standing(learner: Learner, stream: Tasks, tasks: int, on_progress: OnProgress | None = None) -> Standing:
    """Measure `learner` on the first `tasks` tasks of `stream`, which need at least max(SHOTS) shots. Leave it in its
    previous mode."""
    steps = range(MAX_STEPS + 1) if learner.gradient_based else range(0)
    by_shots, by_steps = np.empty((tasks, len(SHOTS))), np.empty((tasks, len(steps)))
    with as_used(learner):
        for number, task in enumerate(each_task(learner, stream, tasks, on_progress)):
            by_shots[number], by_steps[number] = _one_task(learner, task, steps)
        adapt_ms, classify_ms = _speed(learner, stream.batch(0))
    return Standing(
        {shots: Figure.of(column) for shots, column in zip(SHOTS, by_shots.T, strict=True)},
        {count: Figure.of(column) for count, column in zip(steps, by_steps.T, strict=True)} or None,
        adapt_ms,
        classify_ms,
        sum(parameter.numel() for parameter in learner.parameters()),
    )


def _one_task(learner: Learner, task: Task, steps: range) -> tuple[list[float], list[float]]:
    """Return the shares of right answers for each number of shots, and at one shot after each number of inner steps."""
    shots = task.shots
    of_shot = torch.arange(len(shots), device=shots.device) % (len(shots) // task.ways)  # first, second, .. of its way

    def share(first: int, count: int | None) -> float:
        chosen = of_shot < first
        return share_right(learner.learn(shots[chosen], task.labels[chosen], count), task.queries, task.answers)

    return [share(first, None) for first in SHOTS], [share(1, count) for count in steps]


def _speed(learner: Learner, task: TaskBatch) -> tuple[float, float]:
    """Return the milliseconds to adapt to one shot of each way, and to classify one query."""
    device = next(learner.parameters()).device
    support, query = task.support[0, :, 0].to(device), task.query[0, :1, 0].to(device)
    labels = way_labels(len(support), 1, device)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        classifier = learner.adapt(support, labels)
        return (
            _median_ms(lambda: learner.adapt(support, labels), query.device),
            _median_ms(lambda: classifier.logits(query), query.device),
        )
    finally:
        torch.set_num_threads(threads)


def _median_ms(call: Callable[[], object], device: torch.device) -> float:
    seconds = []
    for _ in range(_WARM_UP + _TIMED):
        start = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize(device)  # the call only started the work
        seconds.append(time.perf_counter() - start)
    return 1000 * float(np.median(seconds[_WARM_UP:]))
