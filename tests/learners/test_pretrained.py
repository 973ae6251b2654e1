"""The baselines that are trained on all classes at once, against the cosine classifier in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners import reference
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import TINY, equal
from tests.learners.making import CLASSES, INNER, bitmaps, encoder_of, made, noise_tasks, weighted_mean

BASELINES = ["pretrained", "finetuned"]


@pytest.mark.parametrize("name", BASELINES)
def test_the_loss_is_the_cross_entropy_of_a_cosine_classifier(name: str) -> None:
    """Over all drawings, support and query together, each with its class in the whole source."""
    learner, tasks = made(name), noise_tasks(2, 3, 2, 2, seed=6)
    assert tasks.classes is not None
    vectors = learner.get_parameter("all_classes.vectors").detach().double().numpy()
    losses, right = [], []
    for task in range(2):
        for way in range(3):
            with torch.no_grad():
                drawings = torch.cat([tasks.support[task, way], tasks.query[task, way]])
                embeddings = encoder_of(learner)(drawings).double().numpy()
            for embedding in embeddings:
                cosines = [embedding @ v / np.linalg.norm(embedding) / np.linalg.norm(v) for v in vectors]
                scores = 16.0 * np.array(cosines)
                number = int(tasks.classes[task, way])
                losses.append(np.log(np.exp(scores).sum()) - scores[number])
                right.append(scores.argmax() == number)
    result = learner.meta_step(tasks)
    assert result.loss == pytest.approx(float(np.mean(losses)), abs=1e-4)
    assert result.accuracy_after == pytest.approx(float(np.mean(right)))
    assert result.accuracy_before == pytest.approx(1 / CLASSES)


def test_pretrained_answers_by_the_nearest_mean_on_the_sphere() -> None:
    learner, labels = made("pretrained"), [2, 0, 1, 2, 2, 0]
    with torch.no_grad():
        logits = learner.adapt(bitmaps(6, 1), torch.tensor(labels)).logits(bitmaps(5, 2)).numpy()
        shots, asked = (
            found / np.linalg.norm(found, axis=1, keepdims=True)
            for found in (encoder_of(learner)(bitmaps(6, 1)).numpy(), encoder_of(learner)(bitmaps(5, 2)).numpy())
        )
    means = {str(way): weighted_mean(shots[np.array(labels) == way]) for way in range(3)}
    expected = [[-reference.distances(means, query)[str(way)] for way in range(3)] for query in asked]
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_fine_tuning_is_ordinary_gradient_descent_from_a_fresh_head() -> None:
    """With torch's own optimiser: for the encoder's weights, and for a linear head of zeros on unit embeddings."""
    learner = made("finetuned", equal(3, 0.1, 5.0)).double()
    support, queries, labels = bitmaps(6, 1).double(), bitmaps(5, 2).double(), torch.tensor([0, 1, 2, 0, 1, 2])
    with torch.no_grad():
        logits = learner.adapt(support, labels).logits(queries)
    encoder, head = encoder_of(learner), nn.Linear(TINY.embedding, 3).double()
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)

    def scores(drawings: Tensor) -> Tensor:
        found: Tensor = head(F.normalize(encoder(drawings), dim=1))
        return found

    descent = torch.optim.SGD([{"params": encoder.parameters(), "lr": 0.1}, {"params": head.parameters(), "lr": 15.0}])
    for step in range(3):
        descent.param_groups[1]["lr"] = 3 * 5.0 * (1.0 if step == 0 else 0.1)  # three ways
        descent.zero_grad()
        torch.autograd.backward(F.cross_entropy(scores(support), labels))
        descent.step()
    with torch.no_grad():
        torch.testing.assert_close(logits, scores(queries), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_training_needs_the_classes(name: str) -> None:
    tasks = noise_tasks(1, 3, 1, 1)
    with pytest.raises(ValueError, match="tell"):
        made(name).meta_step(TaskBatch(tasks.support, tasks.query))
    with pytest.raises(ValueError, match="number"):
        LEARNERS[name](TINY, INNER).meta_step(tasks)


@pytest.mark.parametrize("name", BASELINES)
def test_it_can_be_used_without_the_classes(name: str) -> None:
    keys = LEARNERS[name](TINY, INNER).state_dict().keys()
    assert not [key for key in keys if "all_classes" in key]
