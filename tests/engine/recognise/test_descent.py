"""Watching an inner loop, and the map of embeddings."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
import torch

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.descent import Descent, Ranking, embed_library, means, project
from glyphstudio.engine.weights.file import load_weights, shipped_weights
from glyphstudio.glyphs.render import Bitmap, RenderStyle, render
from glyphstudio.learners.learner import Learner
from tests.engine.making import CALIBRATION, TINY, equal, scrawl
from tests.learners.making import GRADIENT_BASED, made


def scrawled(ways: int, shots: int, size: int = TINY.size) -> tuple[list[Bitmap], list[int]]:
    """Draw shots of glyphs with ids 10, 11, .."""
    pairs = [(way, drawer) for way in range(ways) for drawer in range(shots)]
    return [render(scrawl(*pair), RenderStyle(size=size)) for pair in pairs], [10 + way for way, _ in pairs]


def settled(name: str, bitmaps: list[Bitmap]) -> Learner:
    learner = made(name, equal(steps=2, rate=0.02, head_rate=5.0))
    encoder = learner.get_submodule("encoder")
    encoder.train()
    with torch.no_grad():
        for _ in range(30):
            encoder(torch.from_numpy(np.stack(bitmaps))[:, None])
    return learner.eval()


class Seen(NamedTuple):
    """The result after some steps: the support set's loss, and the ranking of one drawing."""

    loss: float
    ranking: Ranking


def watched(
    learner: Learner,
    bitmaps: list[Bitmap],
    ids: list[int],
    question: Bitmap,
    *,
    steps: int,
    calibration: Calibration = CALIBRATION,
) -> list[Seen]:
    descent = Descent(learner, calibration, bitmaps, ids, steps=steps)
    return [Seen(*one) for one in zip(descent.losses, descent.rankings(question), strict=True)]


@pytest.mark.parametrize("name", GRADIENT_BASED)
def test_every_step_equals_adapting_by_that_many_steps(name: str) -> None:
    bitmaps, ids = scrawled(4, 3)
    del bitmaps[0], ids[0]  # uneven shots
    learner = settled(name, bitmaps)
    question = render(scrawl(2, 9), RenderStyle(size=TINY.size))
    seen = watched(learner, bitmaps, ids, question, steps=4)
    support, labels = torch.from_numpy(np.stack(bitmaps))[:, None], torch.tensor(ids) - 10
    assert len(seen) == 5
    for steps, one in enumerate(seen):
        classifier = learner.adapt(support, labels, steps)
        with torch.no_grad():
            scores = classifier.logits(torch.from_numpy(question)[None, None])[0]
            own = torch.log_softmax(classifier.logits(support), 1)[torch.arange(len(ids)), labels]
        wanted = torch.softmax(scores / CALIBRATION.temperature, 0)
        assert [guess.glyph_id - 10 for guess in one.ranking] == torch.argsort(-scores, stable=True).tolist()
        for guess in one.ranking:
            assert guess.probability == pytest.approx(float(wanted[guess.glyph_id - 10]), abs=1e-5)
        by_way = [-float(own[labels == way].mean()) for way in range(4)]
        assert one.loss == pytest.approx(sum(by_way) / 4, abs=1e-5)


@pytest.mark.parametrize("name", ["maml", "anil", "reptile"])
def test_it_guesses_before_the_first_step_and_improves_with_it(name: str) -> None:
    bitmaps, ids = scrawled(5, 2)
    seen = watched(settled(name, bitmaps), bitmaps, ids, bitmaps[0], steps=3)
    assert seen[0].loss == pytest.approx(math.log(5), abs=1e-6)
    assert [guess.probability for guess in seen[0].ranking] == pytest.approx([1 / 5] * 5)
    assert seen[1].loss < seen[0].loss
    assert seen[1].ranking[0].glyph_id == 10
    assert [guess.shots for guess in seen[1].ranking] == [2] * 5


def test_many_shots_are_computed_in_parts_with_a_chance_to_stop_between_them() -> None:
    bitmaps, ids = scrawled(5, 30)
    learner = settled("maml", bitmaps)
    calls: list[int] = []

    def three_times() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Descent(learner, CALIBRATION, bitmaps, ids, go_on=three_times)
    assert len(calls) == 4
    losses = Descent(learner, CALIBRATION, bitmaps, ids, steps=1).losses
    labels = torch.tensor(ids) - 10
    support = torch.from_numpy(np.stack(bitmaps))[:, None]
    with torch.no_grad():
        whole = torch.nn.functional.cross_entropy(learner.adapt(support, labels, 1).logits(support), labels)
    assert losses[1] == pytest.approx(float(whole), abs=1e-4)


def test_an_inner_loop_that_diverges_is_shown_until_then() -> None:
    bitmaps, ids = scrawled(3, 1)
    learner = made("reptile", equal(steps=2, rate=1e30, head_rate=5.0))
    seen = watched(learner, bitmaps, ids, bitmaps[0], steps=4)
    assert len(seen[0].ranking) == 3
    assert seen[-1].ranking == ()


def test_a_single_glyph_is_certain() -> None:
    bitmaps, ids = scrawled(1, 2)
    seen = watched(settled("maml", bitmaps), bitmaps, ids, bitmaps[0], steps=2)
    assert [[guess.probability for guess in one.ranking] for one in seen] == [[1.0]] * 3
    assert [one.loss for one in seen] == [0.0] * 3


def test_a_learner_without_an_inner_loop_gets_a_sentence() -> None:
    bitmaps, ids = scrawled(2, 1)
    with pytest.raises(EngineError, match=r"ProtoNet has no inner loop to watch\. Choose MAML"):
        Descent(made("protonet"), CALIBRATION, bitmaps, ids)


def test_the_shipped_weights_learn_a_library_in_a_step() -> None:
    bitmaps, ids = scrawled(6, 1, size=40)
    loaded = load_weights(shipped_weights("fomaml"))
    seen = watched(loaded.learner, bitmaps, ids, render(scrawl(3, 5)), steps=3, calibration=loaded.calibration)
    assert seen[0].loss == pytest.approx(math.log(6), abs=1e-5)
    assert seen[2].loss < 0.1
    assert seen[2].ranking[0].glyph_id == 13
    assert seen[2].ranking[0].probability > seen[0].ranking[0].probability


@pytest.mark.parametrize("name", ["maml", "maml++", "reptile"])
def test_the_weights_from_random_ones_learn_a_library_in_their_own_steps(name: str) -> None:
    bitmaps, ids = scrawled(20, 1, size=40)
    loaded = load_weights(shipped_weights(name))
    steps = loaded.learner.inner.steps
    asked = render(scrawl(3, 5))
    seen = watched(loaded.learner, bitmaps, ids, asked, steps=steps, calibration=loaded.calibration)
    assert seen[0].loss > 2, "before it adapts it can only guess"
    assert seen[steps].loss < 0.5
    assert seen[steps].ranking[0].glyph_id == 13


def test_embedding_a_library_in_parts_equals_embedding_it_at_once() -> None:
    bitmaps, _ = scrawled(10, 15)
    learner = settled("protonet", bitmaps)
    with torch.no_grad():
        whole = learner.remember(torch.from_numpy(np.stack(bitmaps))[:, None]).numpy()
    assert np.allclose(embed_library(learner, bitmaps), whole, atol=1e-5)


# The map


def cloud(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    ways = np.array([0, 0, 1, 2, 2, 2, 3])
    return draw.normal(size=(7, 5)) * [5, 3, 1, 1, 0.5] + draw.normal(size=(4, 5))[ways] * 4, ways


def test_axes_are_the_covariances_greatest_eigenvectors() -> None:
    vectors, ways = cloud()
    prototypes = np.stack([vectors[ways == way].mean(0) for way in range(4)])
    assert np.allclose(means(vectors, ways), prototypes)
    points = np.concatenate([prototypes, vectors])
    values, columns = np.linalg.eigh(np.cov(points.T))
    found = project(vectors, ways)
    assert np.allclose(found.mean, points.mean(0))
    assert found.share == pytest.approx((values[-1] + values[-2]) / values.sum())
    for axis, column in zip(found.axes, (columns[:, -1], columns[:, -2]), strict=True):
        assert abs(axis @ column) == pytest.approx(1)
        assert axis[np.abs(axis).argmax()] > 0
    places = found.places(points)
    assert np.allclose(places.mean(0), 0)
    assert np.allclose(places.var(0, ddof=1), values[:-3:-1])


def test_the_share_is_the_share_of_all_squared_distances() -> None:
    vectors, ways = cloud(3)
    found = project(vectors, ways)
    points = np.concatenate([means(vectors, ways), vectors])

    def squares(these: np.ndarray) -> float:
        return float(np.square(these[:, None] - these[None]).sum())

    assert found.share == pytest.approx(squares(found.places(points)) / squares(points))


def test_the_same_library_gives_the_same_map() -> None:
    vectors, ways = cloud()
    order = np.array([6, 2, 4, 0, 1, 3, 5])
    one, other = project(vectors, ways), project(vectors[order], ways[order])
    assert np.allclose(one.axes, other.axes)
    assert np.allclose(one.places(vectors), other.places(vectors))


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_points_than_axes_lie_on_a_line_or_a_point(count: int) -> None:
    vectors = np.array([[1.0, 2.0, 4.0], [1.0, 0.0, 4.0]])[:count]
    found = project(vectors, np.arange(count))
    places = found.places(vectors)
    assert found.share == pytest.approx(1)
    assert np.isfinite(places).all()
    assert np.ptp(places, axis=0) == pytest.approx([0 if count == 1 else 2, 0], abs=1e-9)


def test_one_dimensional_embeddings_are_enough() -> None:
    found = project(np.array([[1.0], [3.0]]), np.array([0, 1]))
    assert found.axes.tolist() == [[1.0], [0.0]]
