"""The siamese network against Koch's equations, pair by pair in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.learners import siamese as module
from glyphstudio.learners.siamese import Siamese
from tests.learners.making import bitmaps, made, noise_tasks

Array = NDArray[np.float64]


@pytest.fixture
def learner() -> Siamese:
    learner = made("siamese")
    assert isinstance(learner, Siamese)
    with torch.no_grad():
        learner.component.copy_(torch.linspace(-4, 2, len(learner.component)))
        learner.bias.fill_(0.7)
    return learner


def logit(learner: Siamese, one: Array, other: Array) -> float:
    """Section 3.1, before the sigmoid: sum over j of a_j |h1_j - h2_j|, plus a bias."""
    weights = learner.component.detach().double().numpy()
    return float(sum(a * abs(h1 - h2) for a, h1, h2 in zip(weights, one, other, strict=True)) + learner.bias.item())


def sigmoid(x: float) -> float:
    return 1 / (1 + float(np.exp(-x)))


def test_a_score_is_the_mean_logit_of_the_pairs(learner: Siamese) -> None:
    labels = [2, 0, 1, 2, 2, 0]
    with torch.no_grad():
        logits = learner.adapt(bitmaps(6, 1), torch.tensor(labels)).logits(bitmaps(4, 2)).numpy()
        shots, asked = learner.remember(bitmaps(6, 1)).numpy(), learner.remember(bitmaps(4, 2)).numpy()
    assert 0 < shots.min() < shots.max() < 1, "the last layer has sigmoid units"
    expected = [
        [np.mean([logit(learner, query, shot) for shot, own in zip(shots, labels, strict=True) if own == way])
         for way in range(3)]
        for query in asked
    ]  # fmt: skip
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_many_queries_are_compared_a_few_at_a_time(learner: Siamese, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = torch.tensor([0, 1, 1])
    with torch.no_grad():
        classifier = learner.adapt(bitmaps(3, 1), labels)
        together = classifier.logits(bitmaps(20, 2))
        monkeypatch.setattr(module, "_AT_ONCE", 100)
        torch.testing.assert_close(classifier.logits(bitmaps(20, 2)), together)


@pytest.mark.parametrize(("ways", "shots"), [(4, 1), (3, 2), (1, 2)])
def test_both_kinds_of_pairs_weigh_the_same_in_the_loss(learner: Siamese, ways: int, shots: int) -> None:
    """Among the pairs of two glyphs the hardest weigh the most, by a softmax over each query's pairs."""
    tasks = noise_tasks(1, ways, shots, 3, seed=6)
    with torch.no_grad():
        known = learner.remember(tasks.support[0].flatten(0, 1)).double().numpy()
        asked = learner.remember(tasks.query[0].flatten(0, 1)).double().numpy()
    losses, right = [], []
    for number, query in enumerate(asked):
        way = number // 3
        logits = [logit(learner, query, shot) for shot in known]
        one = [-np.log(sigmoid(x)) for shot, x in enumerate(logits) if shot // shots == way]
        two = [(np.exp(x), -np.log(1 - sigmoid(x))) for shot, x in enumerate(logits) if shot // shots != way]
        hard = sum(weight * loss for weight, loss in two) / sum(weight for weight, _ in two) if two else 0.0
        losses.append(0.5 * float(np.mean(one)) + 0.5 * float(hard))
        right.append(int(np.reshape(logits, (ways, shots)).mean(1).argmax()) == way)
    result = learner.meta_step(tasks)
    assert result.loss == pytest.approx(float(np.mean(losses)), abs=1e-5)
    assert result.accuracy_after == pytest.approx(float(np.mean(right)))
    assert result.accuracy_before == pytest.approx(1 / ways)


def test_equally_hard_pairs_give_kochs_loss(learner: Siamese) -> None:
    """Section 3.2: -y log p - (1 - y) log(1 - p), with as many pairs of one glyph as of two. If all pairs have the same
    p, the gradient of the bias is then the mean of p - 1 and p."""
    with torch.no_grad():
        learner.component.zero_()
    result = learner.meta_step(noise_tasks(1, 5, 1, 2))
    p = sigmoid(learner.bias.item())
    assert result.loss == pytest.approx(-0.5 * np.log(p) - 0.5 * np.log(1 - p), abs=1e-5)
    assert learner.bias.grad is not None
    assert float(learner.bias.grad) == pytest.approx(0.5 * (p - 1) + 0.5 * p, abs=1e-5)
