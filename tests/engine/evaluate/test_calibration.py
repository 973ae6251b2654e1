"""Calibration, against brute force and by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate import calibration as under_test
from glyphstudio.engine.evaluate.calibration import Calibration, assess, fit, judge, shot_factor
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import TINY, scrawls

Array = NDArray[np.float64]


def log_likelihood(known: Array, temperature: float) -> float:
    """Return the mean over tasks and queries. Query number n of a task is of way n."""
    total = 0.0
    for task in known:
        for way, row in enumerate(task):
            total += -row[way] / temperature - math.log(sum(math.exp(-value / temperature) for value in row))
    return float(total / (known.shape[0] * known.shape[1]))


@pytest.mark.parametrize(("seed", "scale"), [(0, 1.0), (1, 30.0), (2, 0.02)])
def test_the_temperature_is_the_best_of_a_fine_grid(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    known = rng.gamma(3.0, scale, (20, 6, 6))
    known -= 0.8 * scale * np.eye(6)  # the query's own prototype is usually nearest
    got = under_test._temperature(known)
    grid = np.exp(np.linspace(math.log(scale) - 3, math.log(scale) + 5, 400))
    best = max(grid, key=lambda temperature: log_likelihood(known, temperature))
    assert got == pytest.approx(best, rel=0.03)
    assert log_likelihood(known, got) >= log_likelihood(known, best) - 1e-9


def test_the_logistic_curve_is_the_likeliest() -> None:
    rng = np.random.default_rng(0)
    known, unknown = rng.normal(20, 5, 400), rng.normal(32, 7, 400)

    def likelihood(midpoint: float, slope: float) -> float:
        curve = [1 / (1 + np.exp(slope * (distance - midpoint))) for distance in (known, unknown)]
        return float(np.log(curve[0]).sum() + np.log1p(-curve[1]).sum())

    midpoint, slope = under_test._logistic(known, unknown)
    middles, slopes = np.linspace(20, 32, 121), np.linspace(0.05, 0.8, 151)
    best = max(itertools.product(middles, slopes), key=lambda pair: likelihood(*pair))
    assert midpoint == pytest.approx(best[0], abs=0.11)
    assert slope == pytest.approx(best[1], abs=0.006)
    assert likelihood(midpoint, slope) >= likelihood(*best)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_a_learner_without_errors_still_gets_a_curve(scale: float) -> None:
    rng = np.random.default_rng(0)
    known, unknown = rng.uniform(0, 1, 500) * scale, rng.uniform(3, 4, 500) * scale
    curve = Calibration(1.0, 1.0, *under_test._logistic(known, unknown))
    assert 1 * scale < curve.midpoint < 3 * scale
    assert curve.known(0.5 * scale) > 0.99
    assert curve.known(3.5 * scale) < 0.01


def test_a_learner_that_cannot_tell_known_from_unknown_gives_even_chances() -> None:
    rng = np.random.default_rng(0)
    curve = Calibration(1.0, 1.0, *under_test._logistic(rng.uniform(0, 1, 500), rng.uniform(0, 1, 500)))
    assert curve.known(0.5) == pytest.approx(0.5, abs=0.1)
    backwards = Calibration(1.0, 1.0, *under_test._logistic(rng.uniform(3, 4, 500), rng.uniform(0, 1, 500)))
    assert 0 <= backwards.known(10.0) <= backwards.known(0.0) <= 1, "the probability of known never rises with distance"


def test_known_falls_with_distance_and_stays_a_probability() -> None:
    curve = Calibration(temperature=1, threshold=5, midpoint=10, slope=0.5)
    assert curve.known(10) == 0.5
    assert curve.known(12) == pytest.approx(1 / (1 + math.e))
    values = [curve.known(distance) for distance in (0, 5, 10, 20, 1e3, 1e300, math.inf)]
    assert values == sorted(values, reverse=True)
    assert all(0 <= value <= 1 for value in values)


@pytest.mark.parametrize("values", [3, 40, 10_000])
def test_auroc_counts_pairs(values: int) -> None:
    rng = np.random.default_rng(values)
    known, unknown = rng.integers(0, values, 70).astype(float), rng.integers(values // 4, values * 2, 50).astype(float)
    pairs = [1.0 if a < b else 0.5 if a == b else 0.0 for a in known for b in unknown]
    assert under_test._auroc(known, unknown) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_of_perfect_and_reversed_distances() -> None:
    near, far = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    assert under_test._auroc(near, far) == 1
    assert under_test._auroc(far, near) == 0
    assert under_test._auroc(near, near) == 0.5


def test_the_calibration_error_by_hand() -> None:
    # Bins of a fifteenth: 0.95 and 1.0 share the last one; 0.5 and 0.1 have one each.
    confidence = np.array([0.95, 1.0, 0.5, 0.5, 0.1])
    right = np.array([True, False, True, True, False])
    expected = 2 / 5 * abs(0.975 - 0.5) + 2 / 5 * abs(0.5 - 1.0) + 1 / 5 * abs(0.1 - 0.0)
    assert under_test._calibration_error(confidence, right) == pytest.approx(expected)
    assert under_test._calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0


def test_more_shots_are_expected_to_be_nearer() -> None:
    assert shot_factor(1) == 1
    assert shot_factor(2) == 0.75
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(4000, 5, 8))  # of one glyph: four shots and a query
    distance = {shots: float(np.square(draws[:, :shots].mean(1) - draws[:, 4]).sum(1).mean()) for shots in (1, 2, 4)}
    for shots in (2, 4):
        assert distance[shots] / distance[1] == pytest.approx(shot_factor(shots), rel=0.03)


# With a learner


@pytest.fixture(scope="module")
def learner() -> ProtoNet:
    torch.manual_seed(0)
    return ProtoNet(TINY).eval()


def test_half_of_the_queries_have_no_prototype(learner: ProtoNet) -> None:
    drawings = scrawls(3, 8, 4, hand=0.08)
    judged = judge(learner, drawings, ways=3, shots=2, tasks=4, seed=9)
    assert judged.distances.shape == (4, 6, 3)
    stream = TaskStream(drawings, TaskShape(6, 2, 1), seed=9, within=0.5, alphabets=2)
    for task in range(4):
        batch = stream.batch(task)
        with torch.no_grad():
            shots = learner.remember(batch.support[0].flatten(0, 1)).double().numpy().reshape(6, 2, -1)
            queries = learner.remember(batch.query[0].flatten(0, 1)).double().numpy()
        means = shots[:3].mean(1)
        expected = np.square(queries[:, None] - means[None]).sum(2)
        np.testing.assert_allclose(judged.distances[task], expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(judged.known, judged.distances[:, :3])
    np.testing.assert_array_equal(judged.unknown, judged.distances[:, 3:])


@pytest.mark.parametrize("tasks", [3, 40])
def test_the_threshold_accepts_95_of_100_known_ones(learner: ProtoNet, tasks: int) -> None:
    drawings = scrawls(3, 12, 4, hand=0.08)
    fitted = fit(learner, drawings, ways=5, tasks=tasks, seed=1)
    known = judge(learner, drawings, ways=5, shots=1, tasks=tasks, seed=1).known.min(2).ravel()
    assert float((known <= fitted.threshold).mean()) >= 0.95
    assert float((known < fitted.threshold).mean()) < 0.95, "a lower threshold would be enough"
    assert fitted.temperature > 0
    assert fitted.slope > 0
    assert fit(learner, drawings, ways=5, tasks=tasks, seed=1) == fitted
    assert fit(learner, drawings, ways=5, tasks=tasks, seed=2) != fitted


def test_the_assessment_is_the_plain_count(learner: ProtoNet) -> None:
    drawings = scrawls(3, 12, 4, hand=0.08)
    fitted = fit(learner, drawings, ways=5, tasks=40, seed=1)
    result = assess(learner, fitted, drawings, ways=5, shots=2, tasks=30, seed=3)
    judged = judge(learner, drawings, ways=5, shots=2, tasks=30, seed=3)
    known, unknown = judged.known.min(2), judged.unknown.min(2)
    assert (result.ways, result.shots, result.tasks) == (5, 2, 30)
    assert result.accepted == pytest.approx((known <= 0.75 * fitted.threshold).mean())
    assert result.mistaken == pytest.approx((unknown <= 0.75 * fitted.threshold).mean())
    gaps = unknown.ravel()[None] - known.ravel()[:, None]
    assert result.auroc == pytest.approx((gaps > 0).mean() + (gaps == 0).mean() / 2)
    assert result.auroc > 0.5
    assert 0 <= result.calibration_error <= 1
    assert result.as_dict()["auroc"] == round(result.auroc, 4)
