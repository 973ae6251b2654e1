"""Estimates of a training's time, and the wording of times and memory."""

from __future__ import annotations

import pytest

from glyphstudio.ui.train.estimate import Pace, duration, finishing_seconds, memory, steps_within, total_seconds
from glyphstudio.ui.train.messages import Cost, Taken

_COST = Cost(step=0.1, task=0.02, megabytes=500, device="CPU")


def test_as_many_steps_as_fit() -> None:
    steps = steps_within(120, _COST, 40, 40)
    whole = total_seconds(_COST, steps, 40, steps, 40)
    assert 118 < whole <= 120
    assert total_seconds(_COST, steps + 10, 40, steps + 10, 40) > 120
    assert steps_within(1, _COST, 40, 40) == 10
    assert finishing_seconds(_COST, 1000) > finishing_seconds(_COST, 40)


def taken(step: int, seconds: float, validation: float = 0.0) -> Taken:
    figure = (0.9, 0.01, 0.3) if validation else None
    return Taken(step, 1.0, 0.2, 0.8, seconds, seconds + validation, figure)


def test_time_left_is_empty_until_it_is_stable() -> None:
    pace = Pace()
    for step in range(1, 8):
        pace.add(taken(step, 0.5))
        assert pace.left(step, 100, 50) is None
    pace.add(taken(8, 0.5))
    assert pace.left(8, 100, 50) == pytest.approx(46)


def test_time_left_uses_the_median_step_and_the_time_of_validations() -> None:
    pace = Pace()
    for step in range(1, 51):
        pace.add(taken(step, 5.0 if step % 10 == 0 else 0.5, validation=8.0 if step == 50 else 0.0))
    assert pace.left(50, 200, 50) == pytest.approx(150 * 0.5 + 3 * 8)


def test_time_left_is_empty_while_steps_differ_a_lot() -> None:
    pace = Pace()
    for step in range(1, 40):
        pace.add(taken(step, 0.1 * (1 + step % 7) ** 2))
    assert pace.step is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "5 s"), (52, "50 s"), (59, "1 min"), (154, "3 min"), (3_200, "53 min"), (5_400, "1.5 h"), (40_000, "11 h")],
)
def test_durations_are_rounded_like_estimates(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_memory_has_two_significant_figures() -> None:
    assert memory(544) == "540 MB"
    assert memory(1_260) == "1.3 GB"
