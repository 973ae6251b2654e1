"""ProtoNet against the plain definition of its paper."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners import reference
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.plain import PlainEncoder
from glyphstudio.learners.protonet import ProtoNet, prototypes, squared_distances
from tests.engine.making import TINY
from tests.learners.making import weighted_mean

Array = NDArray[np.float64]


@pytest.fixture
def learner() -> ProtoNet:
    """A ProtoNet with running statistics unlike the initial ones."""
    torch.manual_seed(3)
    learner = ProtoNet(TINY)
    learner.train()
    for _ in range(5):
        learner.remember(torch.rand(20, 1, 16, 16))
    return learner.eval()


def bitmaps(count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, 1, 16, 16, generator=torch.Generator().manual_seed(seed))


# The definition


@pytest.mark.parametrize("ways", [1, 2, 5, 37])
def test_prototypes_are_means_of_uneven_shots(ways: int) -> None:
    rng = np.random.default_rng(ways)
    shots: dict[int, Array] = {way: rng.normal(size=(rng.integers(1, 6), 7)) for way in range(ways)}
    labels = np.concatenate([[way] * len(vectors) for way, vectors in shots.items()])
    vectors = np.concatenate(list(shots.values()))
    mixed = rng.permutation(len(labels))
    got = prototypes(torch.from_numpy(vectors[mixed]), torch.from_numpy(labels[mixed]))
    np.testing.assert_allclose(got.numpy(), [shots[way].mean(0) for way in range(ways)], atol=1e-12)


def test_distances_are_squared_and_euclidean() -> None:
    rng = np.random.default_rng(0)
    queries, to = rng.normal(size=(6, 9)), rng.normal(size=(4, 9))
    expected = [[sum((a - b) ** 2 for a, b in zip(query, one, strict=True)) for one in to] for query in queries]
    np.testing.assert_allclose(
        squared_distances(torch.from_numpy(queries), torch.from_numpy(to)).numpy(), expected, atol=1e-12
    )


def test_near_equal_vectors_far_from_the_origin_keep_their_distance() -> None:
    query = torch.full((1, 64), 1000.0)
    to = query + torch.tensor([[0.01], [0.02]])
    np.testing.assert_allclose(squared_distances(query, to).numpy(), [[0.0064, 0.0256]], rtol=0.02)


def test_adapt_answers_by_the_nearest_mean(learner: ProtoNet) -> None:
    support, queries = bitmaps(7), bitmaps(5, seed=1)
    labels = torch.tensor([2, 0, 1, 2, 2, 0, 2])
    with torch.no_grad():
        logits = learner.adapt(support, labels).logits(queries)
        vectors, asked = learner.remember(support).numpy(), learner.remember(queries).numpy()
    means = np.stack([weighted_mean(vectors[labels.numpy() == way]) for way in range(3)])
    expected = -((asked[:, None] - means[None]) ** 2).sum(2)
    assert logits.shape == (5, 3)
    np.testing.assert_allclose(logits.numpy(), expected, rtol=1e-4, atol=1e-5)


def plain_loss(learner: ProtoNet, tasks: TaskBatch) -> tuple[float, float]:
    """Return mean cross-entropy and accuracy, by the reference, query by query. Every drawing is once the first of the
    support set, in a circle. Batch normalisation sees one task."""
    losses, right = [], []
    for shots, queries in zip(tasks.support, tasks.query, strict=True):
        drawings = torch.cat([shots, queries], 1)
        with torch.no_grad():
            found = learner.remember(drawings.flatten(0, 1)).double().numpy().reshape(*drawings.shape[:2], -1)
        for first in range(drawings.shape[1]):
            turned = np.roll(found, -first, 1)
            means = reference.prototypes({str(way): one[: shots.shape[1]] for way, one in enumerate(turned)})
            for way, vectors in enumerate(turned):
                for asked in vectors[shots.shape[1] :]:
                    losses.append(-np.log(reference.probabilities(means, asked)[str(way)]))
                    right.append(reference.nearest(means, asked) == str(way))
    return float(np.mean(losses)), float(np.mean(right))


@pytest.mark.parametrize("shape", [(1, 5, 1, 3), (3, 4, 3, 2), (2, 2, 2, 5)])
@pytest.mark.parametrize("training", [True, False])
def test_meta_step_is_the_plain_cross_entropy(
    learner: ProtoNet, shape: tuple[int, int, int, int], training: bool
) -> None:
    count, ways, shots, queries = shape
    many = bitmaps(count * ways * (shots + queries)).reshape(count, ways, shots + queries, 1, 16, 16)
    tasks = TaskBatch(many[:, :, :shots], many[:, :, shots:])
    learner.train(training)
    loss, right = plain_loss(learner, tasks)
    result = learner.meta_step(tasks)
    assert result.loss == pytest.approx(loss, abs=2e-5)
    assert result.accuracy_after == pytest.approx(right)
    assert result.accuracy_before == pytest.approx(1 / ways)


def test_the_gradient_agrees_with_central_differences() -> None:
    torch.manual_seed(1)
    learner = ProtoNet(EncoderShape(8, (3, 4), 5)).double().train()
    # Smooth replacements for ReLU and max pooling, because a difference could step across their kinks.
    encoder = learner.encoder
    assert isinstance(encoder, PlainEncoder)
    blocks = list(encoder.blocks)
    stand_ins = {torch.nn.ReLU: torch.nn.Softplus(), torch.nn.MaxPool2d: torch.nn.AvgPool2d(2)}
    encoder.blocks = torch.nn.Sequential(*[stand_ins.get(type(block), block) for block in blocks])
    many = torch.rand(2, 3, 4, 1, 8, 8, dtype=torch.float64)
    tasks = TaskBatch(many[:, :, :2], many[:, :, 2:])
    learner.zero_grad()
    learner.meta_step(tasks)
    step = 1e-5
    for name, parameter in learner.named_parameters():
        assert parameter.grad is not None, name
        for flat in np.linspace(0, parameter.numel() - 1, 6).astype(int):
            index = np.unravel_index(flat, parameter.shape)
            losses = []
            for sign in (1, -1):
                with torch.no_grad():
                    parameter[index] += sign * step
                losses.append(plain_loss(learner, tasks)[0])
                with torch.no_grad():
                    parameter[index] -= sign * step
            difference = (losses[0] - losses[1]) / (2 * step)
            assert float(parameter.grad[index]) == pytest.approx(difference, rel=1e-4, abs=1e-7), f"{name}[{index}]"
