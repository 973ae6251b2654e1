"""ProtoNet against the plain definition of its paper, and against peeking."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch, TaskShape, TaskStream
from glyphstudio.learners.encoder import EncoderShape
from glyphstudio.learners.protonet import ProtoNet, prototypes, squared_distances
from tests.engine.making import TINY, scrawls

Array = NDArray[np.float64]


@pytest.fixture
def learner() -> ProtoNet:
    """With running statistics unlike the first ones."""
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
    means = np.stack([vectors[labels.numpy() == way].mean(0) for way in range(3)])
    expected = -((asked[:, None] - means[None]) ** 2).sum(2)
    assert logits.shape == (5, 3)
    np.testing.assert_allclose(logits.numpy(), expected, rtol=1e-4, atol=1e-5)


def plain_loss(learner: ProtoNet, tasks: TaskBatch) -> tuple[float, float]:
    """Mean cross-entropy and accuracy, one query at a time, as equation 2 of the paper says."""
    count, ways, shots, *_ = tasks.support.shape
    queries = tasks.query.shape[2]
    with torch.no_grad():
        vectors = learner.remember(torch.cat([tasks.support.flatten(0, 2), tasks.query.flatten(0, 2)])).double().numpy()
    support = vectors[: count * ways * shots].reshape(count, ways, shots, -1)
    query = vectors[count * ways * shots :].reshape(count, ways, queries, -1)
    losses, right = [], []
    for task in range(count):
        means = [support[task, way].mean(0) for way in range(ways)]
        for way in range(ways):
            for asked in query[task, way]:
                scores = [-float(((asked - mean) ** 2).sum()) for mean in means]
                losses.append(np.log(np.exp(scores).sum()) - scores[way])
                right.append(int(np.argmax(scores)) == way)
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


class _InDouble(ProtoNet):
    """Without the rounding to float32 that would drown a central difference."""

    def remember(self, bitmaps: Tensor) -> Tensor:
        out: Tensor = self.encoder(bitmaps)
        return out


def test_the_gradient_agrees_with_central_differences() -> None:
    torch.manual_seed(1)
    learner = _InDouble(EncoderShape(8, (3, 4), 5)).double().train()
    # A smooth stand-in for ReLU and max pooling, whose kinks a difference would step over.
    blocks = list(learner.encoder.blocks)
    stand_ins = {torch.nn.ReLU: torch.nn.Softplus(), torch.nn.MaxPool2d: torch.nn.AvgPool2d(2)}
    learner.encoder.blocks = torch.nn.Sequential(*[stand_ins.get(type(block), block) for block in blocks])
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


def test_meta_step_adds_to_the_gradient(learner: ProtoNet) -> None:
    many = bitmaps(20).reshape(1, 5, 4, 1, 16, 16)
    tasks = TaskBatch(many[:, :, :2], many[:, :, 2:])
    learner.meta_step(tasks)
    weight = learner.encoder.head.weight
    assert weight.grad is not None
    once = weight.grad.clone()
    assert float(once.abs().max()) > 0
    learner.meta_step(tasks)
    torch.testing.assert_close(weight.grad, 2 * once)


def test_it_overfits_ten_tasks() -> None:
    stream = TaskStream(scrawls(2, 12, 6), TaskShape(5, 1, 3), seed=5)
    batches = [stream.batch(number) for number in range(10)]
    torch.manual_seed(0)
    learner = ProtoNet(TINY).train()
    optimizer = torch.optim.Adam(learner.parameters(), lr=3e-3)
    losses, right = [], []
    for _ in range(12):
        for tasks in batches:
            optimizer.zero_grad()
            result = learner.meta_step(tasks)
            optimizer.step()
            losses.append(result.loss)
            right.append(result.accuracy_after)
    assert float(np.mean(losses[-10:])) < 0.05 * float(np.mean(losses[:10]))
    assert float(np.mean(right[-10:])) > 0.99


# Nothing peeks


@pytest.fixture
def support() -> tuple[Tensor, Tensor]:
    return bitmaps(9, seed=8), torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])


def test_an_answer_does_not_depend_on_the_other_queries(learner: ProtoNet, support: tuple[Tensor, Tensor]) -> None:
    queries = bitmaps(12, seed=9)
    strange = torch.cat([queries[:1], torch.zeros(30, 1, 16, 16), 5 * bitmaps(33, seed=10)])
    with torch.no_grad():
        classifier = learner.adapt(*support)
        together = classifier.logits(queries)
        alone = torch.cat([classifier.logits(query[None]) for query in queries])
        company = classifier.logits(strange)[:1]
        backwards = classifier.logits(queries.flip(0)).flip(0)
    for other in (alone, backwards):
        torch.testing.assert_close(other, together, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(company, together[:1], atol=1e-5, rtol=1e-5)


def test_an_embedding_does_not_depend_on_the_other_shots(learner: ProtoNet) -> None:
    many = bitmaps(16, seed=2)
    with torch.no_grad():
        alone = torch.cat([learner.remember(one[None]) for one in many])
        torch.testing.assert_close(learner.remember(many), alone, atol=1e-5, rtol=1e-5)


def test_the_order_of_the_support_set_is_no_matter(learner: ProtoNet, support: tuple[Tensor, Tensor]) -> None:
    shots, labels = support
    mixed = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))
    queries = bitmaps(6, seed=9)
    with torch.no_grad():
        torch.testing.assert_close(
            learner.adapt(shots[mixed], labels[mixed]).logits(queries),
            learner.adapt(shots, labels).logits(queries),
            atol=1e-5,
            rtol=1e-5,
        )


def test_the_numbering_of_the_ways_is_no_matter(learner: ProtoNet, support: tuple[Tensor, Tensor]) -> None:
    shots, labels = support
    renamed = torch.tensor([3, 0, 2, 1])
    queries = bitmaps(6, seed=9)
    with torch.no_grad():
        before = learner.adapt(shots, labels).logits(queries)
        after = learner.adapt(shots, renamed[labels]).logits(queries)
    torch.testing.assert_close(after[:, renamed], before, atol=1e-5, rtol=1e-5)


def test_the_whole_encoder_travels_to_a_state_and_back(learner: ProtoNet) -> None:
    torch.manual_seed(99)
    other = ProtoNet(TINY)
    other.load_state_dict(learner.state_dict())
    queries = bitmaps(4)
    with torch.no_grad():
        assert torch.equal(other.eval().remember(queries), learner.remember(queries))
