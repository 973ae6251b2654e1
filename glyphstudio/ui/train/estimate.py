"""Estimates a training's time and memory from what its steps cost on this machine, and its time left while it runs.

Does not import torch.
"""

from __future__ import annotations

import statistics
from collections import deque

from glyphstudio.ui.train.messages import Cost, Taken

_FIGURES = 4.0  # cost of the final figures, as a multiple of `measure_tasks` validation tasks
_COMPARED, _MOST_COMPARED = 2.0, 200  # new and old weights on the same tasks, at most 200
_BESIDES = 160  # further tasks of a validation: for its loss, and for the check for memorising
_READY = 6.0  # seconds to load, to write, and to try the weights on the user's library
_FEWEST = 10  # steps
_RECENT, _STABLE = 64, 8  # steps


def validation_seconds(cost: Cost, tasks: int) -> float:
    return (tasks + _BESIDES) * cost.task


def finishing_seconds(cost: Cost, measure_tasks: int) -> float:
    """Return the seconds from the last step to the result."""
    compared = _COMPARED * min(measure_tasks, _MOST_COMPARED)
    return _READY + (_FIGURES * measure_tasks + compared + _BESIDES) * cost.task


def total_seconds(cost: Cost, steps: int, measure_tasks: int, validate_every: int, validation_tasks: int) -> float:
    """Return the seconds from Start to the result."""
    validations = -(-steps // max(validate_every, 1))
    between = validations * validation_seconds(cost, validation_tasks)
    return steps * cost.step + between + finishing_seconds(cost, measure_tasks)


def steps_within(seconds: float, cost: Cost, measure_tasks: int, validation_tasks: int) -> int:
    """Return the number of steps that fit into `seconds` together with one validation and the work at the end.

    From 100 on, it is rounded down to tens. It is at least 10."""
    left = seconds - finishing_seconds(cost, measure_tasks) - validation_seconds(cost, validation_tasks)
    steps = int(left / max(cost.step, 1e-4))
    return max(_FEWEST, steps if steps < 100 else steps // 10 * 10)


class Pace:
    """The speed and the time left of the current steps; both None until the speed is stable."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_RECENT)
        self._between: deque[float] = deque(maxlen=4)  # seconds that each validation took

    def add(self, step: Taken) -> None:
        if step.validation is not None:
            self._between.append(max(0.0, step.wall - step.seconds))
        self._seconds.append(step.seconds)

    @property
    def step(self) -> float | None:
        """Seconds per step: the median of recent steps, or None while they still vary."""
        if len(self._seconds) < _STABLE:
            return None
        recent = sorted(self._seconds)
        middle = statistics.median(recent)
        spread = recent[3 * len(recent) // 4] - recent[len(recent) // 4]
        return middle if spread <= middle else None

    def left(self, step: int, steps: int, validate_every: int) -> float | None:
        """Return the seconds to the last step, or None while the speed is not stable."""
        middle = self.step
        if middle is None:
            return None
        every = max(validate_every, 1)
        validations = -(-steps // every) - step // every
        each = statistics.median(self._between) if self._between else 0.0
        return (steps - step) * middle + validations * each


def duration(seconds: float) -> str:
    """Return a duration such as "3 min", rounded as coarsely as an estimate should be."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = seconds / 60
    if minutes < 55:
        return f"{max(1, round(minutes))} min"
    hours = minutes / 60
    return f"{hours:.1f} h" if hours < 9.5 else f"{round(hours)} h"


def memory(megabytes: float) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 950 else f"{max(10, round(megabytes, -1)):.0f} MB"
