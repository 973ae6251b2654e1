"""Known against unknown: the tasks, and figures by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.calibrating import fit
from glyphstudio.engine.evaluate.evaluation import Memory
from glyphstudio.engine.evaluate.open_set import assess, auroc, calibration_error, open_tasks
from glyphstudio.engine.evaluate.strays import strays
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import CALIBRATION, TINY, scrawls


@pytest.mark.parametrize("values", [3, 40, 10_000])
def test_auroc_counts_pairs(values: int) -> None:
    rng = np.random.default_rng(values)
    known, unknown = rng.integers(0, values, 70).astype(float), rng.integers(values // 4, values * 2, 50).astype(float)
    pairs = [1.0 if a < b else 0.5 if a == b else 0.0 for a in known for b in unknown]
    assert auroc(known, unknown) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_of_perfect_and_reversed_distances() -> None:
    near, far = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    assert auroc(near, far) == 1
    assert auroc(far, near) == 0
    assert auroc(near, near) == 0.5


def test_the_calibration_error_by_hand() -> None:
    # Bins of a fifteenth: 0.95 and 1.0 share the last one; 0.5 and 0.1 have one each.
    confidence = np.array([0.95, 1.0, 0.5, 0.5, 0.1])
    right = np.array([True, False, True, True, False])
    expected = 2 / 5 * abs(0.975 - 0.5) + 2 / 5 * abs(0.5 - 1.0) + 1 / 5 * abs(0.1 - 0.0)
    assert calibration_error(confidence, right) == pytest.approx(expected)
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0


@pytest.fixture(scope="module")
def learner() -> ProtoNet:
    torch.manual_seed(0)
    return ProtoNet(TINY).eval()


def test_half_of_the_queries_have_no_prototype(learner: ProtoNet) -> None:
    drawings = scrawls(3, 8, 4, hand=0.08)
    tasks = open_tasks(learner, drawings, ways=3, shots=2, tasks=4, seed=9)
    stream = TaskStream(drawings, TaskShape(6, 2, 1), seed=9, within=0.5, alphabets=2)
    for number, task in enumerate(tasks):
        batch = stream.batch(number)
        with torch.no_grad():
            shots = learner.remember(batch.support[0].flatten(0, 1)).double().numpy().reshape(6, 2, -1)
            queries = learner.remember(batch.query[0].flatten(0, 1)).double().numpy()
        means = shots[:3].mean(1)
        expected = np.square(queries[:, None] - means[None]).sum(2)
        np.testing.assert_allclose(task.distances, expected, rtol=1e-3, atol=1e-6)
        assert task.counts.tolist() == [2, 2, 2]
        assert task.own.tolist() == [0, 1, 2, 3, 3, 3]
        assert task.unknown.tolist() == [False] * 3 + [True] * 3


def test_uneven_shots(learner: ProtoNet) -> None:
    drawings = scrawls(3, 8, 12, hand=0.08)
    tasks = open_tasks(learner, drawings, ways=4, shots=None, tasks=6, seed=9)
    assert {int(count) for task in tasks for count in task.counts} >= {1, 2, 3}
    again = open_tasks(learner, drawings, ways=4, shots=None, tasks=6, seed=9, memory=Memory(learner, drawings))
    for task, other in zip(tasks, again, strict=True):
        np.testing.assert_array_equal(task.distances, other.distances)
        np.testing.assert_array_equal(task.counts, other.counts)


def test_the_assessment_is_the_plain_count(learner: ProtoNet) -> None:
    drawings = scrawls(3, 12, 4, hand=0.08)
    fitted = fit(learner, drawings, seed=1, questions=200)
    result = assess(learner, fitted, drawings, ways=5, shots=2, tasks=30, seed=3)
    known: list[float] = []
    unknown: list[float] = []
    best, right, taken = [], [], []
    likely: list[tuple[bool, float, float]] = []
    for task in open_tasks(learner, drawings, ways=5, shots=2, tasks=30, seed=3):
        for distances, own in zip(task.distances, task.own, strict=True):
            probabilities, chance = fitted.probabilities(distances, task.counts)
            (unknown if own == 5 else known).append(chance)
            best.append(probabilities.max())
            right.append(probabilities.argmax() == own)
            first, second = sorted(probabilities)[::-1][:2]
            likely.append((bool(own == 5), first, second))
            sure = first >= 0.5 and first >= 2 * second
            taken.append((own == 5, sure or (second > first / 2 and first + second >= 0.5)))
    assert (result.ways, result.shots, result.tasks) == (5, 2, 30)
    assert result.accepted == pytest.approx(np.mean([ok for new, ok in taken if not new]))
    assert result.mistaken == pytest.approx(np.mean([ok for new, ok in taken if new]))
    for least, shares in ((0.8, result.strict), (0.25, result.lenient)):
        for new, share in zip((False, True), shares, strict=True):
            called = [
                one >= least if one >= 2 * two else one + two >= least for unknown, one, two in likely if unknown is new
            ]
            assert share == pytest.approx(np.mean(called))
    assert result.strict[0] <= result.accepted <= result.lenient[0]
    gaps = np.array(unknown)[None] - np.array(known)[:, None]
    assert result.auroc == pytest.approx((gaps > 0).mean() + (gaps == 0).mean() / 2)
    assert result.auroc > 0.5
    limit = sorted(known)[int(np.ceil(0.95 * len(known))) - 1]
    assert result.mistaken_at_95 == pytest.approx(np.mean(np.array(unknown) <= limit))
    assert result.calibration_error == pytest.approx(calibration_error(np.array(best), np.array(right)))
    assert result.as_dict()["auroc"] == round(result.auroc, 4)


def test_a_calibration_that_calls_everything_unknown(learner: ProtoNet) -> None:
    from dataclasses import replace

    drawings = scrawls(3, 12, 4, hand=0.08)
    never = replace(CALIBRATION, unknown=1e4)
    result = assess(learner, never, drawings, ways=5, shots=1, tasks=5, seed=3)
    assert (result.accepted, result.mistaken, result.strays) == (0, 0, 0)
    always = assess(learner, replace(CALIBRATION, unknown=-1e4), drawings, ways=2, shots=1, tasks=5, seed=3)
    assert always.strays == 1


def test_strays_are_asked_about_in_turn(learner: ProtoNet) -> None:
    drawings = scrawls(3, 12, 4, hand=0.08)
    bitmaps = strays(500, 7, drawings.bitmaps.shape[-1])
    no_glyphs = Memory(learner, Drawings.of(bitmaps, [f"No glyph/{number}" for number in range(500)], [0] * 500))
    tasks = open_tasks(learner, drawings, ways=5, shots=1, tasks=52, seed=3, no_glyphs=no_glyphs)
    assert [len(task.strays) for task in tasks] == [10] * 52
    support = TaskStream(drawings, TaskShape(10, 1, 1), seed=3, within=0.5, alphabets=2).batch(51).support[0, :5, 0]
    with torch.no_grad():
        apart = learner.remember(torch.from_numpy(bitmaps[10:20]).float().div(255)[:, None]).double()
        shots = learner.remember(support).double()
    expected = (apart[:, None] - shots[None]).square().sum(2)
    np.testing.assert_allclose(tasks[51].strays, expected, rtol=1e-3, atol=1e-6)
