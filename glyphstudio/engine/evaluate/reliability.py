"""Checks whether probabilities can be trusted: are 90 % of the answers given with 90 % right?

The reliability diagram (DeGroot and Fienberg 1983; Guo et al. 2017, "On Calibration of Modern Neural Networks") sorts
answers by the probability of the best candidate into bins of equal width. It compares the share of right answers in
each bin with the mean probability. The expected calibration error is the mean difference of the two, weighted by the
answers in each bin (Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"; Guo,
equation 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.intervals import effective, wilson

BINS = 10
_FEW = 30  # answers: a bin with fewer says nothing
_SMALL = 0.02  # a calibration error too small to notice
_SPOKEN = 0.9  # the probability that people ask about


@dataclass(frozen=True)
class Bin:
    """low, high: the edges. answers: how many have a probability inside; only the last bin includes `high`. confidence:
    their mean probability. right: the share of right answers. right_low, right_high: its 95 % interval, which does not
    count answers of one task as independent. All but the number of answers are in 0..1."""

    low: float
    high: float
    answers: int
    confidence: float
    right: float
    right_low: float
    right_high: float


@dataclass(frozen=True)
class Reliability:
    """bins: those with answers, from the lowest probability to the highest. error: the expected calibration error,
    0..1. confidence, right: means over all answers. lost: answers without a probability; they are not counted."""

    bins: tuple[Bin, ...]
    error: float
    confidence: float
    right: float
    lost: int

    @property
    def answers(self) -> int:
        """The number of answers that are counted."""
        return sum(one.answers for one in self.bins)

    @property
    def spoken_of(self) -> Bin | None:
        """The bin nearest to 90 % among those with enough answers."""
        enough = [one for one in self.bins if one.answers >= _FEW]
        return min(enough, key=lambda one: abs(one.confidence - _SPOKEN), default=None)

    @property
    def trusted(self) -> bool:
        """Whether the error is small, or no larger than so few answers can detect."""
        outside = sum(one.answers for one in self.bins if not one.right_low <= one.confidence <= one.right_high)
        return self.error <= _SMALL or outside <= 0.05 * self.answers


def reliability(confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = BINS) -> Reliability:
    """Measure reliability. confidence: (T, A), the probability 0..1 of each of T tasks' A answers; NaN if there is
    none. right: (T, A), whether the answer is right."""
    usable = np.isfinite(confidence)
    sure = np.where(usable, confidence, 0).astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    filled = []
    for index in range(bins):
        inside = usable & (place == index)
        totals, counts = inside.sum(1), (inside & right).sum(1)
        total, count = int(totals.sum()), int(counts.sum())
        if total:
            share, weight = count / total, effective(counts, totals)
            low, high = wilson(share * weight, weight)
            mean = float(sure[inside].mean())
            filled.append(Bin(float(edges[index]), float(edges[index + 1]), total, mean, share, low, high))
    everything = sum(one.answers for one in filled)
    return Reliability(
        tuple(filled),
        sum(one.answers * abs(one.confidence - one.right) for one in filled) / everything if everything else 0.0,
        float(sure[usable].mean()) if everything else 0.0,
        float(right[usable].mean()) if everything else 0.0,
        int((~usable).sum()),
    )
