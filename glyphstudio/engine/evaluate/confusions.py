"""Finds the pairs of classes that a learner confuses most, relative to the number of tasks that had both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.intervals import wilson


@dataclass(frozen=True)
class Confusion:
    """Two classes, the smaller number first. together: tasks that had both. mixed: the tasks among them in which a
    query of one class was taken for the other. first_as_second, second_as_first: the number of such queries."""

    first: int
    second: int
    together: int
    mixed: int
    first_as_second: int
    second_as_first: int

    @property
    def rate(self) -> float:
        """The share of the tasks with both classes in which they were confused."""
        return self.mixed / self.together

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `rate`."""
        return wilson(self.mixed, self.together)


def confusions(classes: NDArray[np.int64], given: NDArray[np.int32]) -> list[Confusion]:
    """Return all pairs that were confused, the most certain first, by the lower end of the interval. So a pair that met
    once and was confused once does not come before one that was confused in 30 of 40 tasks.

    classes: (T, N), the class of each way, all different within a task. given: (T, N * Q), the way that each query was
    taken for; query i is of way i // Q.
    """
    ways, queries = classes.shape[1], given.shape[1]
    own = np.arange(queries) // (queries // ways)
    task, query = np.nonzero(given != own)
    truth, answer = classes[task, own[query]], classes[task, given[task, query]]
    pairs = np.stack([np.minimum(truth, answer), np.maximum(truth, answer)], 1)
    found, which = np.unique(pairs, axis=0, return_inverse=True)
    which = which.reshape(-1)
    forth = np.bincount(which, truth < answer, len(found)).astype(int)
    both = np.bincount(which, minlength=len(found))
    mixed = np.bincount(np.unique(np.stack([which, task], 1), axis=0)[:, 0], minlength=len(found))
    tasks_of = _tasks_of(classes, np.unique(found))
    met = [len(np.intersect1d(tasks_of[a], tasks_of[b], assume_unique=True)) for a, b in found.tolist()]
    result = [
        Confusion(first, second, met[i], int(mixed[i]), int(forth[i]), int(both[i] - forth[i]))
        for i, (first, second) in enumerate(found.tolist())
    ]
    return sorted(result, key=lambda pair: (-pair.interval[0], -pair.rate, pair.first, pair.second))


def _tasks_of(classes: NDArray[np.int64], wanted: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Return the numbers of the tasks that have each of the `wanted` classes."""
    order = np.argsort(classes, axis=None, kind="stable")
    sorted_classes, tasks = classes.ravel()[order], order // classes.shape[1]
    low, high = np.searchsorted(sorted_classes, wanted), np.searchsorted(sorted_classes, wanted, "right")
    return {int(one): tasks[a:b] for one, a, b in zip(wanted, low, high, strict=True)}
