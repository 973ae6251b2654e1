"""Arrays that grow at the end, and their visible part: the extremes in every pixel column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_BUCKET = 16  # numbers that share one pair of kept extremes
_COARSE = 8  # buckets: for fewer per column, the numbers themselves are used
_FIRST = 64  # numbers that fit before the first growth


class Grown:
    """An array to append to. Its room grows by half each time, so that only new numbers cost time."""

    def __init__(self) -> None:
        self._room = np.empty(_FIRST)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Numbers:
        """A view of the numbers, (n,). Later calls do not change its content."""
        return self._room[: self._count]

    def extend(self, values: Numbers) -> None:
        count = self._count + len(values)
        if count > len(self._room):
            room = np.empty(max(count, len(self._room) * 3 // 2))
            room[: self._count] = self.values
            self._room = room
        self._room[self._count : count] = values
        self._count = count

    def cut(self, count: int) -> None:
        """Keep the first `count` numbers. Earlier views keep their content."""
        self._room, self._count = self._room[:count].copy(), count


class Series(Grown):
    """A growing array that keeps the extremes of every 16 numbers, so that a search through a million is quick.

    NaN and infinities are kept, but `seen` leaves them out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._low, self._high = Grown(), Grown()

    def extend(self, values: Numbers) -> None:
        whole = len(self) // _BUCKET
        super().extend(values)
        self._fill(whole)

    def cut(self, count: int) -> None:
        super().cut(count)
        self._fill(count // _BUCKET)

    def seen(self, first: int, end: int, columns: int) -> tuple[NDArray[np.intp], Numbers]:
        """Return what is visible of the numbers from `first` up to `end`: (m,) indices and (m,) numbers.

        Up to 2 * `columns` numbers are returned as they are. Of more, it is the least and the largest of each of
        `columns` groups (up to half as many again), so that no single peak is lost. A number is NaN if there is none.
        Groups stay the same while the user moves the plot.
        """
        count = end - first
        if count <= 2 * columns:
            return np.arange(first, end), _finite(self.values[first:end])
        stride = count // columns
        if stride >= _COARSE * _BUCKET:
            stride -= stride % _BUCKET  # whole buckets
        start = first // stride * stride
        if stride < _COARSE * _BUCKET:
            low = high = _finite(self.values[start:end])
            groups = np.arange(0, len(low), stride)
        else:
            buckets = slice(start // _BUCKET, -(-end // _BUCKET))
            low, high = self._low.values[buckets], self._high.values[buckets]
            groups = np.arange(0, len(low), stride // _BUCKET)
        pairs = np.stack([np.fmin.reduceat(low, groups), np.fmax.reduceat(high, groups)], 1)
        places = np.maximum(np.arange(len(groups)) * stride + start, first)
        return np.repeat(places, 2), pairs.reshape(-1)

    def _fill(self, whole: int) -> None:
        """Find the extremes from bucket `whole` on. The last bucket may be incomplete."""
        values = _finite(self.values[whole * _BUCKET :])
        for kept, extremes in ((self._low, np.fmin), (self._high, np.fmax)):
            kept._count = whole
            if len(values):
                kept.extend(extremes.reduceat(values, np.arange(0, len(values), _BUCKET)))


def _finite(values: Numbers) -> Numbers:
    return np.where(np.isfinite(values), values, np.nan)
