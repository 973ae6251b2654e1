"""ANIL against softmax regression in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape
from tests.engine.making import equal
from tests.learners.making import bitmaps, made, steep

Array = NDArray[np.float64]


def softmax_regression(vectors: Array, labels: Array, rates: list[float]) -> tuple[Array, Array]:
    """Return weights (N, D) and biases (N,) after one step for each rate, from zero, down the mean over ways of the
    mean loss over each way's shots."""
    ways = int(labels.max()) + 1
    weights, biases = np.zeros((ways, vectors.shape[1])), np.zeros(ways)
    for rate in rates:
        slope, bias_slope = np.zeros_like(weights), np.zeros(ways)
        for vector, label in zip(vectors, labels, strict=True):
            scores = weights @ vector + biases
            off = np.exp(scores) / np.exp(scores).sum()
            off[int(label)] -= 1
            share = 1 / (ways * (labels == label).sum())
            slope += share * np.outer(off, vector)
            bias_slope += share * off
        weights, biases = weights - rate * slope, biases - rate * bias_slope
    return weights, biases


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_anil_is_softmax_regression_on_the_embeddings(steps: int) -> None:
    learner = steep("anil", equal(3, 0.1, 2.0))
    with torch.no_grad():
        learner.get_parameter("log_rates")[:, 0] = torch.tensor([0.5, 0.2, 0.1]).log()
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])
    support, queries = bitmaps(9, 1, 8).double(), bitmaps(6, 2, 8).double()
    with torch.no_grad():
        logits = learner.adapt(support, labels, steps).logits(queries).numpy()
        vectors, asked = learner.remember(support).numpy(), learner.remember(queries).numpy()
    np.testing.assert_allclose(np.square(vectors).sum(1), 1, atol=1e-12)
    # Four ways, so four times the rate. The fourth step uses the third's rate.
    weights, biases = softmax_regression(vectors, labels.numpy(), [4 * rate for rate in (0.5, 0.2, 0.1, 0.1)][:steps])
    np.testing.assert_allclose(logits, asked @ weights.T + biases, atol=1e-6)  # the rates are from float32


def test_anil_does_not_change_the_encoder_even_if_drawings_are_as_long_as_embeddings() -> None:
    learner = made("anil", shape=EncoderShape(8, (3, 4), 64)).double()
    with torch.no_grad():
        kept = learner.remember(bitmaps(4, 1, 8).double())
    assert not torch.allclose(kept, bitmaps(4, 1, 8).flatten(1).double())
    np.testing.assert_allclose(kept.square().sum(1), 1, atol=1e-12)
    assert learner.meta_step(TaskBatch(*(bitmaps(6, seed, 8).double()[None, :, None] for seed in (1, 2)))).loss > 0


def test_it_learns_a_rate_for_the_head_only() -> None:
    assert made("anil").get_parameter("log_rates").shape == (2, 1)
