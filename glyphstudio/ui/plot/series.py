"""Numbers that grow at the end, and what of them can be seen: the extremes of every pixel column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
_BUCKET = 16  # numbers whose extremes are kept
_COARSE = 8  # buckets: below so many for a column the numbers themselves are looked at
_FIRST = 64  # places at the beginning


class Grown:
    """An array that is appended to; half as much room again, so that appending costs what is new."""

    def __init__(self) -> None:
        self._room = np.empty(_FIRST)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Numbers:
        """(n,) A view; what it shows never changes, unless `cut` follows."""
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
        """Keep the first `count`. Views taken before keep what they showed."""
        self._room, self._count = self._room[:count].copy(), count


class Series(Grown):
    """With the least and the largest of every few numbers, so that a million are looked through in no time.

    NaN and infinities are kept, and not seen.
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
        """Of the numbers from `first` up to `end`: all while there are few, else the least and the largest of each of
        `columns` groups (up to a half more), so that a single peak is not lost.

        Returns (m,) indices and (m,) numbers, NaN where there is none. Groups stay the same while one moves along.
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
        """Find the extremes from bucket `whole` on; the last bucket may be part of one."""
        values = _finite(self.values[whole * _BUCKET :])
        for kept, extremes in ((self._low, np.fmin), (self._high, np.fmax)):
            kept._count = whole
            if len(values):
                kept.extend(extremes.reduceat(values, np.arange(0, len(values), _BUCKET)))


def _finite(values: Numbers) -> Numbers:
    return np.where(np.isfinite(values), values, np.nan)
