"""Smooths a noisy curve: the exponential moving average, without its bias towards zero at the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_BLOCK = 64  # numbers averaged by one product with a matrix
_FORGOTTEN = 40  # exp(-40) is less than the last digit of 1


class Smoother:
    """The average of a growing curve. It continues where it stopped, so that only new numbers cost time.

    y_t = w y_(t-1) + (1 - w) x_t with y_0 = 0 is biased towards 0 at first; y_t / (1 - w^t) is not (Kingma and Ba,
    2015, section 3). TensorBoard smooths in the same way.
    """

    def __init__(self, weight: float) -> None:
        """weight: of the numbers before, from 0 (no smoothing) to below 1. Raises ValueError if it is not."""
        if not 0 <= weight < 1:
            raise ValueError(f"A weight of {weight} is not from 0 up to 1.")
        self.weight = weight
        self._average, self._count = 0.0, 0  # biased; numbers so far

    def extend(self, values: Numbers) -> Numbers:
        """Return the average up to each of (n,) values, (n,). Values that are not finite become NaN and do not
        count."""
        result = np.full(len(values), np.nan)
        finite = np.isfinite(values)
        known = np.asarray(values[finite], float)
        if not len(known):
            return result
        if self.weight == 0:
            result[finite] = known
            return result
        averages = _averages(known, self.weight)  # from zero; the share of earlier numbers is added below
        rate = -np.log(self.weight)
        early = np.arange(1, 1 + min(len(known), int(_FORGOTTEN / rate)))  # later, w^t is negligible beside 1
        averages[: len(early)] += self._average * np.exp(-rate * early)
        self._average = float(averages[-1])
        averages[: len(early)] /= -np.expm1(-rate * (self._count + early))  # expm1: exact also where w^t is almost 1
        result[finite] = averages
        self._count += len(known)
        return result


def _averages(values: Numbers, weight: float) -> Numbers:
    """Return y_t = w y_(t-1) + (1 - w) x_t from y_0 = 0, without a loop over t.

    A triangular matrix averages each block. The ends of the blocks follow y' = w^block y + their own average, so the
    same function averages them again.
    """
    count = len(values)
    blocks = -(-count // _BLOCK)
    padded = np.zeros(blocks * _BLOCK)
    padded[:count] = values
    apart = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    fading = np.where(apart >= 0, weight ** np.maximum(apart, 0), 0.0)  # (to, from)
    within = (1 - weight) * padded.reshape(blocks, _BLOCK) @ fading.T
    if blocks > 1:
        far = weight**_BLOCK
        ends = _averages(within[:-1, -1], far) / (1 - far) if far < 1 else np.cumsum(within[:-1, -1])
        within[1:] += ends[:, None] * weight ** np.arange(1, _BLOCK + 1)
    return within.reshape(-1)[:count]
