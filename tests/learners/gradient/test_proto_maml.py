"""Proto-MAML against nearest prototype."""

from __future__ import annotations

import pytest
import torch

from glyphstudio.learners.protonet import squared_distances
from tests.engine.making import equal
from tests.learners.making import bitmaps, steep, steep_tasks


def test_it_starts_as_nearest_prototype() -> None:
    learner = steep("proto-maml")
    support, queries = bitmaps(9, 1, 8).double(), bitmaps(6, 2, 8).double()
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])
    with torch.no_grad():
        logits = learner.adapt(support, labels, 0).logits(queries)
        vectors = learner.embeddings(support, {})
        means = torch.stack([vectors[labels == way].mean(0) for way in range(4)])
        away = 8.0 * squared_distances(learner.embeddings(queries, {}), means)
    torch.testing.assert_close(logits.softmax(1), (-away).softmax(1), atol=1e-6, rtol=1e-6)


def test_accuracy_before_adaptation_is_reported() -> None:
    tasks = steep_tasks()
    learner = steep("proto-maml", equal(1, 1e-4, 1e-4))  # a step too small to change an answer
    result = learner.meta_step(tasks)
    assert result.accuracy_before == result.accuracy_after
    assert steep("maml").meta_step(tasks).accuracy_before == pytest.approx(1 / 3)
