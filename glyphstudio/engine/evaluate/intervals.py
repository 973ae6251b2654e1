"""Shares of something counted, with their intervals."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_Z = 1.96  # 95 % of a normal distribution lie so many standard deviations around its middle


def wilson(count: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share, `count` of `total`, 0..1: also for few, and for none or all (Wilson 1927, "Probable
    Inference, the Law of Succession, and Statistical Inference"). Of nothing, everything is possible."""
    if not total:
        return 0.0, 1.0
    share, squared = count / total, _Z * _Z
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    half = _Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total)) / (1 + squared / total)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def effective(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> float:
    """How many independent answers say as much as these do, which come in groups: `counts` right of `totals` in each.

    Answers of one task share its support set, and so go wrong together. The number is the total divided by Kish's
    design effect (1965, "Survey Sampling", section 5.4), the variance over groups in relation to that of independent
    answers; never more than the total.
    """
    total, groups = int(totals.sum()), int((totals > 0).sum())
    if groups < 2:
        return float(groups)
    share = int(counts.sum()) / total
    independent = share * (1 - share) / total
    if not independent:
        return float(total)  # no spread to judge by
    over_groups = groups / (groups - 1) * float(np.square(counts - share * totals).sum()) / (total * total)
    return total / max(over_groups / independent, 1.0)
