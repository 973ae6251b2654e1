"""Matching Networks against equation 1 of Vinyals et al., shot by shot in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.learners.matching import MatchingNet
from tests.learners.making import bitmaps, made, noise_tasks

Array = NDArray[np.float64]
SHARPNESS = 3.0


@pytest.fixture
def learner() -> MatchingNet:
    learner = made("matching")
    assert isinstance(learner, MatchingNet)
    with torch.no_grad():
        learner.log_sharpness.fill_(float(np.log(SHARPNESS)))
    return learner


def attention(query: Array, shots: Array) -> Array:
    """Section 2.1.1: a softmax over cosines, here multiplied by the sharpness."""
    cosines = [float(query @ shot / np.linalg.norm(query) / np.linalg.norm(shot)) for shot in shots]
    powers = np.exp(SHARPNESS * np.array(cosines))
    return np.asarray(powers / powers.sum())


def embeddings(learner: MatchingNet, count: int, seed: int) -> Array:
    """Embeddings from the encoder, not normalised."""
    with torch.no_grad():
        found: Array = learner.encoder(bitmaps(count, seed)).double().numpy()
        return found


@pytest.mark.parametrize("labels", [[0, 1, 2, 3], [2, 0, 1, 2, 0, 1]])
def test_even_shots_are_equation_1(learner: MatchingNet, labels: list[int]) -> None:
    """y = sum over i of a(x, x_i) y_i, where the y_i are one-hot."""
    with torch.no_grad():
        logits = learner.adapt(bitmaps(len(labels), 1), torch.tensor(labels)).logits(bitmaps(5, 2))
    shots, asked = embeddings(learner, len(labels), 1), embeddings(learner, 5, 2)
    one_hot = np.eye(max(labels) + 1)[labels]
    expected = [sum(a * y for a, y in zip(attention(query, shots), one_hot, strict=True)) for query in asked]
    np.testing.assert_allclose(logits.softmax(1), expected, atol=1e-5)


def test_uneven_shots_share_their_ways_attention(learner: MatchingNet) -> None:
    labels = [2, 0, 1, 2, 2, 0]
    with torch.no_grad():
        logits = learner.adapt(bitmaps(6, 1), torch.tensor(labels)).logits(bitmaps(5, 2))
    shots, asked = embeddings(learner, 6, 1), embeddings(learner, 5, 2)
    expected = []
    for query in asked:
        given = attention(query, shots)
        means = np.array([np.mean([a for a, own in zip(given, labels, strict=True) if own == way]) for way in range(3)])
        expected.append(means / means.sum())
    np.testing.assert_allclose(logits.softmax(1), expected, atol=1e-5)


@pytest.mark.parametrize("shots", [1, 3])
def test_the_loss_is_that_of_the_right_ways_attention(learner: MatchingNet, shots: int) -> None:
    tasks = noise_tasks(1, 4, shots, 2, seed=6)
    with torch.no_grad():
        known = learner.encoder(tasks.support[0].flatten(0, 1)).double().numpy()
        asked = learner.encoder(tasks.query[0].flatten(0, 1)).double().numpy()
    given = [attention(query, known).reshape(4, shots).sum(1) for query in asked]
    result = learner.meta_step(tasks)
    assert result.loss == pytest.approx(np.mean([-np.log(a[number // 2]) for number, a in enumerate(given)]), abs=1e-5)
    right = np.mean([a.argmax() == number // 2 for number, a in enumerate(given)])
    assert result.accuracy_after == pytest.approx(float(right))
