"""Intervals of shares, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glyphstudio.engine.evaluate.intervals import Difference, effective, paired_interval, wilson


def test_intervals_by_hand() -> None:
    z = 1.959964
    squared = z**2
    assert wilson(0, 10) == pytest.approx((0, squared / (10 + squared)))
    assert wilson(10, 10) == pytest.approx((10 / (10 + squared), 1))
    for end in wilson(12, 40):  # the shares from which 12 of 40 is exactly z standard deviations away
        assert abs(12 / 40 - end) == pytest.approx(z * (end * (1 - end) / 40) ** 0.5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_interval_contains_the_truth_at_its_stated_rate() -> None:
    rng = np.random.default_rng(0)
    held = [low <= 0.9 <= high for low, high in (wilson(rng.binomial(60, 0.9), 60) for _ in range(4000))]
    assert 0.93 < np.mean(held) < 0.97


def test_correlated_answers_count_less() -> None:
    four = np.full(8, 4)
    assert effective(np.array([4, 0] * 4), four) == pytest.approx(32 / (8 / 7 * 8 * 4 / 32**2 / (0.25 / 32)))
    assert effective(np.array([2] * 8), four) == 32, "never more than the number of answers"
    assert effective(np.array([4] * 8), four) == 32, "all right: there is no spread"
    assert effective(np.array([3]), np.array([4])) == 1, "one group is one observation"
    assert effective(np.array([0, 3, 0]), np.array([0, 4, 0])) == 1


def test_independent_answers_count_in_full() -> None:
    rng = np.random.default_rng(1)
    counts, totals = rng.binomial(20, 0.7, 5000), np.full(5000, 20)
    assert effective(counts, totals) > 0.95 * 100_000
    together = 20 * rng.binomial(1, 0.7, 5000)
    assert effective(together, totals) == pytest.approx(5000, rel=0.01)


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"), [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (81, 263, 0.2553, 0.3662)]
)
def test_wilsons_interval_as_published(right: int, asked: int, low: float, high: float) -> None:
    assert wilson(right, asked) == pytest.approx((low, high), abs=1e-4)


def test_swapping_new_and_old_changes_the_sign_of_the_difference() -> None:
    one, other = paired_interval(40, 9, 2, 4), paired_interval(40, 2, 9, 4)
    assert one.mean == pytest.approx(7 / 55)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert -1 <= one.low < one.mean < one.high <= 1


def test_answers_that_agree_narrow_the_interval() -> None:
    agreeing, apart = paired_interval(40, 6, 2, 40), paired_interval(21, 25, 21, 21)
    assert agreeing.mean == pytest.approx(apart.mean)
    assert agreeing.high - agreeing.low < (apart.high - apart.low) / 1.8


def test_the_interval_has_a_width_even_if_all_answers_are_right() -> None:
    gap = paired_interval(12, 0, 0, 0)
    assert gap.mean == 0
    assert gap.low < -0.1 < 0.1 < gap.high


def test_a_difference_over_tasks_is_paired() -> None:
    rng = np.random.default_rng(0)
    hard = rng.uniform(0, 1, 200)  # tasks differ a lot, learners very little
    new, old = hard + 0.02 + rng.normal(0, 0.01, 200), hard
    gap = Difference.of(new, old)
    assert gap.mean == pytest.approx(0.02, abs=0.005)
    assert 0 < gap.low < gap.high < 0.03
    assert math.isnan(Difference.of(new[:1], old[:1]).low)
