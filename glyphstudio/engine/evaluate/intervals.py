"""Intervals of shares, and of differences between two shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.evaluation import Figure

_Z = 1.959964  # 95 % of a normal distribution lie within this many standard deviations of its mean


def wilson(count: float, total: float) -> tuple[float, float]:
    """Return the 95 % interval of a share, `count` of `total`, within 0..1. It is also valid for few answers, and if
    none or all count (Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference"). With no
    answers it is 0..1."""
    if not total:
        return 0.0, 1.0
    share, squared = count / total, _Z * _Z
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    half = _Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total)) / (1 + squared / total)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def effective(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> float:
    """Return the number of independent answers with the same information as these answers, which come in groups:
    `counts` right of `totals` in each group.

    Answers of one task share its support set, so they tend to be wrong together. The number is the total divided by
    Kish's design effect (1965, "Survey Sampling", section 5.4): the variance over groups relative to that of
    independent answers. It is never more than the total.
    """
    total, groups = int(totals.sum()), int((totals > 0).sum())
    if groups < 2:
        return float(groups)
    share = int(counts.sum()) / total
    independent = share * (1 - share) / total
    if not independent:
        return float(total)  # there is no spread to estimate from
    over_groups = groups / (groups - 1) * float(np.square(counts - share * totals).sum()) / (total * total)
    return total / max(over_groups / independent, 1.0)


@dataclass(frozen=True)
class Difference:
    """A difference of accuracy, new minus old, with its 95 % interval low..high, which is NaN for a single task."""

    mean: float
    low: float
    high: float

    @staticmethod
    def of(new: NDArray[np.float64], old: NDArray[np.float64]) -> Difference:
        """Compute the difference from the shares of right answers to the same tasks."""
        gap = Figure.of(new - old)
        return Difference(gap.accuracy, gap.accuracy - gap.ci95, gap.accuracy + gap.ci95)


def paired_interval(both: int, only_new: int, only_old: int, neither: int) -> Difference:
    """Return the difference of two shares of right answers to the same questions. Arguments: how many questions both
    answered correctly, each alone, or neither. Newcombe (1998), method 10: from two Wilson intervals and the
    correlation of the answers."""
    asked = both + only_new + only_old + neither
    new, old = (both + only_new) / asked, (both + only_old) / asked
    (new_low, new_high), (old_low, old_high) = wilson(both + only_new, asked), wilson(both + only_old, asked)
    product = (both + only_new) * (both + only_old) * (only_old + neither) * (only_new + neither)
    cross = float(both * neither - only_new * only_old)
    if cross > asked / 2:
        cross -= asked / 2
    elif cross >= 0:
        cross = 0.0
    phi = cross / math.sqrt(product) if product else 0.0
    down, up = (new - new_low, old_high - old), (new_high - new, old - old_low)

    def half(a: float, b: float) -> float:
        return math.sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))

    return Difference(new - old, new - old - half(*down), new - old + half(*up))
