"""Gives distances a meaning: one probability for each glyph in the library, and one for "unknown".

All of them come from one softmax. A glyph's logit is the logarithm of a normal density (Snell et al. 2017, section 2.3,
with the variance of a mean of K shots), and "unknown" has a logit of its own, as a dummy class (Bendale, Boult 2016,
"Towards Open Set Deep Networks", have one too). It rises with the number of glyphs, because among many there is always
one that is near, and it falls with the distance to the second nearest: where glyphs lie far apart, a drawing between
them is more likely of one of them, written badly. docs/method.md has the fit and what was tried besides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """temperature: the distance, for one shot, that divides a probability by e. shots: how much more is expected of a
    mean of more shots; half the number of dimensions in which drawings of a glyph vary. unknown, first, second, size:
    the logit of "unknown" is unknown + first * d1 + second * asinh(d2) + size * log(N), with the two least distances
    among N glyphs. apart: the usual distance between glyphs, and so d2 in a library of one."""

    temperature: float
    shots: float
    unknown: float
    first: float
    second: float
    size: float
    apart: float

    def energies(self, distances: Array, counts: NDArray[np.integer]) -> Array:
        """Return the negative logits of N glyphs. distances: (N,), squared. counts: (N,) shots of each glyph."""
        spread = spread_of(counts)
        energies: Array = distances / (spread * self.temperature) + self.shots * np.log(spread)
        return energies

    def probabilities(self, distances: Array, counts: NDArray[np.integer]) -> tuple[Array, float]:
        """Return the probability of each of N glyphs, (N,), and that of "unknown". Together they are 1."""
        energies = self.energies(distances, counts)
        unknown = self.logit_of_unknown(distances / spread_of(counts))
        highest = max(float(-energies.min()), unknown)
        powers = np.exp(-energies - highest)
        none = math.exp(unknown - highest)
        total = float(powers.sum()) + none
        return powers / total, none / total

    def logit_of_unknown(self, distances: Array) -> float:
        """distances: (N,), of at least one glyph, as for one shot."""
        two = np.partition(distances, 1)[:2] if len(distances) > 1 else np.array([distances[0], self.apart])
        return float(
            self.unknown + self.first * two[0] + self.second * math.asinh(two[1]) + self.size * math.log(len(distances))
        )


def spread_of(counts: NDArray[np.integer]) -> Array:
    """Return how far from a glyph's own drawings its prototype is expected to be; 1 for one shot.

    The mean of K drawings has 1/K of the variance of one drawing, and the query has all of it: (1 + 1/K) / 2.
    """
    spread: Array = (1 + 1 / counts) / 2
    return spread


def older(temperature: float, midpoint: float, slope: float) -> Calibration:
    """Return the calibration of a file of an earlier version: P(known) = 1 / (1 + exp(slope * (d1 - midpoint)))."""
    apart = 3 * midpoint  # about: glyphs are apart by 2.8 times the distance at which known and unknown are even
    return Calibration(temperature, 0.0, -slope * midpoint, slope - 1 / temperature, 0.0, 0.0, apart)
