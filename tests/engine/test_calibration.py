"""Probabilities from distances, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.engine.calibration import Calibration, older, spread_of

CALIBRATION = Calibration(2.0, shots=3.0, unknown=1.0, first=0.01, second=-1.5, size=0.5, apart=30.0)


def test_by_hand() -> None:
    distances, counts = np.array([4.0, 9.0, 6.0]), np.array([1, 1, 2])
    logits = [-4 / 2, -9 / 2, -6 / (0.75 * 2) - 3 * math.log(0.75)]
    unknown = 1 + 0.01 * 4 - 1.5 * math.asinh(8) + 0.5 * math.log(3)  # 6 / 0.75 = 8 is the second least
    total = sum(map(math.exp, [*logits, unknown]))
    probabilities, none = CALIBRATION.probabilities(distances, counts)
    np.testing.assert_allclose(probabilities, [math.exp(logit) / total for logit in logits])
    assert none == pytest.approx(math.exp(unknown) / total)


def test_a_library_of_one_glyph() -> None:
    probabilities, none = CALIBRATION.probabilities(np.array([5.0]), np.array([1]))
    unknown = 1 + 0.05 - 1.5 * math.asinh(30)
    assert probabilities[0] == pytest.approx(1 / (1 + math.exp(unknown + 2.5)))
    assert probabilities[0] + none == pytest.approx(1)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 50)), min_size=1, max_size=30),
    st.floats(-100, 100),
)
def test_they_are_always_probabilities(glyphs: list[tuple[float, int]], unknown: float) -> None:
    distances, counts = (np.array(values) for values in zip(*glyphs, strict=True))
    probabilities, none = replace(CALIBRATION, unknown=unknown).probabilities(distances.astype(float), counts)
    assert np.isfinite(probabilities).all()
    assert (probabilities >= 0).all()
    assert probabilities.sum() + none == pytest.approx(1)


def test_scores_may_be_negative() -> None:
    probabilities, none = CALIBRATION.probabilities(np.array([-3.0, 2.0]), np.array([1, 1]))
    assert probabilities[0] > probabilities[1]
    assert probabilities.sum() + none == pytest.approx(1)


def test_an_older_calibration_keeps_its_meaning_for_one_glyph() -> None:
    for distance in (0.0, 3.0, 8.0, 30.0):
        probabilities, _ = older(2.0, 8.0, 0.7).probabilities(np.array([distance]), np.array([1]))
        assert probabilities[0] == pytest.approx(1 / (1 + math.exp(0.7 * (distance - 8.0))))


def test_more_shots_are_expected_to_be_nearer() -> None:
    np.testing.assert_allclose(spread_of(np.array([1, 2, 4])), [1, 0.75, 0.625])
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(4000, 5, 8))  # of one glyph: four shots and a query
    distance = {shots: float(np.square(draws[:, :shots].mean(1) - draws[:, 4]).sum(1).mean()) for shots in (1, 2, 4)}
    for shots in (2, 4):
        assert distance[shots] / distance[1] == pytest.approx(float(spread_of(np.array([shots]))[0]), rel=0.03)
