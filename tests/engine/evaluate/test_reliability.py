"""Reliability, by hand and on answers whose true probability is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.intervals import wilson
from glyphstudio.engine.evaluate.reliability import Reliability, reliability


def drawn(truth: NDArray[np.float64], said: NDArray[np.float64]) -> Reliability:
    """Draw answers that are right with probability `truth`, and have confidence `said`."""
    right = np.random.default_rng(5).random(truth.shape) < truth
    return reliability(said.astype(np.float32), right)


def test_bins_by_hand() -> None:
    confidence = np.array([[0.25, 0.97, 1.0], [0.29, 0.95, 0.1]], np.float32)
    right = np.array([[True, True, False], [False, True, False]])
    seen = reliability(confidence, right)
    assert [(one.low, one.high, one.answers) for one in seen.bins] == [
        pytest.approx((0.1, 0.2, 1)),
        pytest.approx((0.2, 0.3, 2)),
        pytest.approx((0.9, 1.0, 3)),
    ]
    assert [one.confidence for one in seen.bins] == pytest.approx([0.1, 0.27, 2.92 / 3])
    assert [one.right for one in seen.bins] == pytest.approx([0, 0.5, 2 / 3])
    assert seen.error == pytest.approx((0.1 + 2 * 0.23 + 3 * (2.92 - 2) / 3) / 6)
    assert (seen.confidence, seen.right) == pytest.approx(((0.25 + 0.97 + 1 + 0.29 + 0.95 + 0.1) / 6, 0.5))
    assert (seen.answers, seen.lost, seen.spoken_of) == (6, 0, None)
    lone = seen.bins[0]
    assert (lone.right_low, lone.right_high) == pytest.approx(wilson(0, 1))


def test_the_error_of_fifteen_bins_equals_the_calibration_error() -> None:
    from glyphstudio.engine.evaluate.open_set import calibration_error

    rng = np.random.default_rng(2)
    confidence = rng.random((50, 20)).astype(np.float32)
    right = rng.random((50, 20)) < 0.6
    expected = calibration_error(confidence.astype(float).ravel(), right.ravel())
    assert reliability(confidence, right, bins=15).error == pytest.approx(expected)


def test_true_probabilities_are_trusted() -> None:
    truth = np.random.default_rng(0).uniform(0.3, 1, (500, 20))
    honest = drawn(truth, truth)
    assert honest.trusted and honest.error < 0.02
    assert honest.spoken_of is not None and 0.85 < honest.spoken_of.confidence < 0.95
    assert sum(one.right_low <= one.confidence <= one.right_high for one in honest.bins) >= len(honest.bins) - 1


def test_overconfident_and_underconfident() -> None:
    truth = np.random.default_rng(0).uniform(0.3, 0.9, (500, 20))
    for shift in (0.1, -0.2):
        off = drawn(truth, truth + shift)
        assert not off.trusted
        assert off.error == pytest.approx(abs(shift), abs=0.02)
        assert off.confidence - off.right == pytest.approx(shift, abs=0.02)


def test_answers_without_a_probability_are_not_counted() -> None:
    confidence = np.array([[np.nan, 0.8], [np.nan, 0.85]], np.float32)
    seen = reliability(confidence, np.array([[False, True], [True, True]]))
    assert (seen.lost, seen.answers, seen.right) == (2, 2, 1.0)
    nothing = reliability(confidence[:, :1], np.array([[False], [True]]))
    assert (nothing.bins, nothing.error, nothing.lost, nothing.answers) == ((), 0, 2, 0)
