"""The growing measures of a run, raw and smoothed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.runs.log import Curves
from glyphstudio.ui.plot.series import Grown, Series
from glyphstudio.ui.plot.smoothing import Smoother

Numbers = NDArray[np.float64]


class Kind(Enum):
    """The measure that a curve shows; the value is the name of its field in `Curves`."""

    LOSS = "loss"
    VALIDATION_LOSS = "validation_loss"
    BEFORE = "before"
    AFTER = "after"
    VALIDATION = "validation"

    @property
    def measured(self) -> bool:
        """Whether it is measured every few steps, on held-out classes. The others are of each step, and smoothed."""
        return self in (Kind.VALIDATION_LOSS, Kind.VALIDATION)

    @property
    def loss(self) -> bool:
        """Whether it is a loss, in nats. The others are accuracies, shares 0..1."""
        return self in (Kind.LOSS, Kind.VALIDATION_LOSS)


TRAINED = tuple(kind for kind in Kind if not kind.measured)
MEASURED = tuple(kind for kind in Kind if kind.measured)


@dataclass(frozen=True)
class Reading:
    """A curve's value at a step.

    raw: before smoothing. ci95: half the interval, NaN if there is none. at: the step that was measured, the last one
    up to the requested step.
    """

    value: float
    raw: float
    ci95: float
    at: int


class RunCurves:
    """A run's curves. title, settings: of the run, for people. `smooth` changes the weight."""

    def __init__(self, title: str, settings: str, weight: float) -> None:
        self.title, self.settings = title, settings
        self.step, self.at = Grown(), Grown()
        self.seconds, self.ci95 = Grown(), Grown()
        self.raw = {kind: Series() for kind in Kind}
        self.low, self.high = Series(), Series()  # the interval's ends
        self._weight = weight
        self._start_smoothing()

    def __len__(self) -> int:
        return len(self.step)

    def extend(self, more: Curves) -> None:
        """Append numbers. They replace known ones from their first step on, because a run may resume from an earlier
        state."""
        if len(more.step):
            self._cut(float(more.step[0]))
        elif len(more.at):
            self._cut_measured(float(more.at[0]))
        self.step.extend(more.step)
        self.seconds.extend(more.seconds)
        for kind in TRAINED:
            values = getattr(more, kind.value)
            self.raw[kind].extend(values)
            self.smoothed[kind].extend(self._smoothers[kind].extend(values))
        self.at.extend(more.at)
        self.ci95.extend(more.ci95)
        for kind in MEASURED:
            self.raw[kind].extend(getattr(more, kind.value))
        half = np.nan_to_num(more.ci95, posinf=0.0)
        self.low.extend(more.validation - half)
        self.high.extend(more.validation + half)

    @property
    def curves(self) -> Curves:
        """All raw numbers so far. Later calls of `extend` do not change them."""
        trained, measured = self.step.values, self.at.values
        loss, validation_loss, before, after, validation = (self.raw[kind].values for kind in Kind)
        seconds, ci95 = self.seconds.values, self.ci95.values
        return Curves(trained, loss, before, after, seconds, measured, validation_loss, validation, ci95)

    def smooth(self, weight: float) -> None:
        """Smooth with another weight: from 0 (no smoothing) to below 1."""
        if weight != self._weight:
            self._weight = weight
            self._start_smoothing()

    @property
    def last(self) -> float:
        """The last step; -1 for a run without steps."""
        return max((float(steps[-1]) for steps in (self.step.values, self.at.values) if len(steps)), default=-1.0)

    def steps(self, kind: Kind) -> Numbers:
        """Return the steps at which it was measured, (n,)."""
        return (self.at if kind.measured else self.step).values

    def read(self, kind: Kind, step: float) -> Reading | None:
        """Return the value at `step` or the last one before it.

        None before the first value, after the run's end, or if the value is not finite."""
        steps = self.steps(kind)
        if step > self.last:
            return None
        index = int(np.searchsorted(steps, step, "right")) - 1
        if index < 0:
            return None
        raw = float(self.raw[kind].values[index])
        value = raw if kind.measured else float(self.smoothed[kind].values[index])
        if not np.isfinite(raw):
            return None
        ci95 = float(self.ci95.values[index]) if kind is Kind.VALIDATION else float("nan")
        return Reading(value, raw, ci95, int(steps[index]))

    def _start_smoothing(self) -> None:
        self._smoothers = {kind: Smoother(self._weight) for kind in TRAINED}
        self.smoothed = {kind: Series() for kind in TRAINED}
        for kind in TRAINED:
            self.smoothed[kind].extend(self._smoothers[kind].extend(self.raw[kind].values))

    def _cut(self, step: float) -> None:
        count = int(np.searchsorted(self.step.values, step))
        if count < len(self.step):
            for grown in (self.step, self.seconds, *(self.raw[kind] for kind in TRAINED)):
                grown.cut(count)
            self._start_smoothing()
        self._cut_measured(step)

    def _cut_measured(self, step: float) -> None:
        count = int(np.searchsorted(self.at.values, step))
        if count < len(self.at):
            for grown in (self.at, self.ci95, self.low, self.high, *(self.raw[kind] for kind in MEASURED)):
                grown.cut(count)
