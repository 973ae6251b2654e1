"""How well a start fits tasks of regression, over the steps of its inner loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.regression.tasks import RegressionStream
from glyphstudio.engine.evaluate.gain import Difference, rounded
from glyphstudio.learners.regression.starts import Start

_AT_ONCE = 50  # tasks


@dataclass(frozen=True)
class Errors:
    """each: (S + 1, T) mean squared errors of T tasks' queries after 0, 1, .. S steps."""

    each: NDArray[np.float64]

    @staticmethod
    def pooled(several: list[Errors]) -> Errors:
        """Return the errors of several trainings' tasks together."""
        return Errors(np.concatenate([one.each for one in several], 1))

    @property
    def means(self) -> list[float]:
        """The mean error after each number of steps."""
        return [float(one) for one in self.each.mean(1)]

    @property
    def ci95(self) -> list[float]:
        """Half the widths of their 95 % intervals."""
        with np.errstate(invalid="ignore"):
            return [float(one) for one in 1.96 * self.each.std(1, ddof=1) / np.sqrt(self.each.shape[1])]

    def less_than(self, other: Errors) -> Difference:
        """How much smaller the error after the last step is than the other's, paired by task."""
        with np.errstate(invalid="ignore"):  # both infinite: NaN, unknown
            return Difference.of(other.each[-1] - self.each[-1])

    def as_dict(self) -> dict[str, Any]:
        """Return a table for a result file. A number that is not finite is None."""
        return {
            "error": [rounded(one) for one in self.means],
            "ci95": [rounded(one) for one in self.ci95],
            "tasks": self.each.shape[1],
        }


def errors(start: Start, stream: RegressionStream, tasks: int, steps: int, head_only: bool = False) -> Errors:
    """Adapt to each of the first `tasks` tasks, and measure on its queries after each step.

    head_only: only the last layer adapts. A task whose numbers overflow has an infinite error.
    """
    found = []
    for first in range(0, tasks, _AT_ONCE):
        some = stream.tasks(range(first, min(first + _AT_ONCE, tasks)))
        query, each = some.query, []
        for weights in start.passed(some.support, steps, order=1, head_only=head_only):
            with torch.no_grad():
                away = (start.numbers(weights, query.inputs) - query.numbers).square().mean(1)
            each.append(torch.nan_to_num(away, nan=torch.inf).double().numpy())
        found.append(np.stack(each))
    return Errors(np.concatenate(found, 1))


def nearest_errors(start: Start, stream: RegressionStream, tasks: int) -> Errors:
    """Measure what answers without adapting: the number of the example with the nearest features. (1, T)."""
    found = []
    with torch.no_grad():
        for first in range(0, tasks, _AT_ONCE):
            some = stream.tasks(range(first, min(first + _AT_ONCE, tasks)))
            away = start.nearest(some.support, some.query.inputs) - some.query.numbers
            found.append(away.square().mean(1).double().numpy())
    return Errors(np.concatenate(found)[None])


def tuned(start: Start, stream: RegressionStream, tasks: int, rates: tuple[float, ...], steps: int) -> float:
    """Give a start that has not learned its rate the one with the least error after `steps` steps on the first `tasks`
    tasks of `stream`, and return it."""
    found = {}
    for rate in rates:
        start.set_rate(rate)
        found[rate] = errors(start, stream, tasks, steps).means[-1]
    best = min(found, key=found.__getitem__)
    start.set_rate(best)
    return best
