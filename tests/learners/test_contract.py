"""The properties of every learner in the catalogue."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch, TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import task_accuracy
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop, Learner
from tests.engine.making import TINY, equal, scrawls
from tests.learners.making import GRADIENT_BASED, bitmaps, gradients, made, noise_tasks, settle

LABELS = torch.tensor([0, 1, 2, 3, 0, 1, 2, 2, 2])  # uneven shots


@pytest.fixture(params=LEARNERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


PUBLISHED = InnerLoop(2, 0.1, 0.1, vectors=4)
STRIDED = EncoderShape(16, (8, 16), blocks="strided")


@pytest.fixture(params=[*LEARNERS, *(f"{name} as published" for name in GRADIENT_BASED)])
def learner(request: pytest.FixtureRequest) -> Learner:
    name, *published = str(request.param).split(" as ")
    return made(name, PUBLISHED, STRIDED) if published else made(name)


def answers(learner: Learner, support: Tensor, labels: Tensor, queries: Tensor) -> Tensor:
    with torch.no_grad():
        return learner.adapt(support, labels).logits(queries)


def same(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


# No learner sees more than its support set and one query


def test_an_answer_does_not_depend_on_the_other_queries(learner: Learner) -> None:
    queries = bitmaps(12, seed=9)
    strange = torch.cat([queries[:1], torch.zeros(30, 1, 16, 16), 5 * bitmaps(33, seed=10)])
    with torch.no_grad():
        classifier = learner.adapt(bitmaps(9, seed=8), LABELS)
        together = classifier.logits(queries)
        alone = torch.cat([classifier.logits(query[None]) for query in queries])
        company = classifier.logits(strange)[:1]
        backwards = classifier.logits(queries.flip(0)).flip(0)
    assert float(together.std(0).max()) > 1e-3, "every query has the same answer"
    same(alone, together)
    same(backwards, together)
    same(company, together[:1])


def test_the_order_of_the_support_set_does_not_matter(learner: Learner) -> None:
    shots, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    mixed = torch.randperm(9, generator=torch.Generator().manual_seed(1))
    same(answers(learner, shots[mixed], LABELS[mixed], queries), answers(learner, shots, LABELS, queries))


def test_the_numbering_of_the_ways_does_not_matter(name: str) -> None:
    """As long as no way has a class vector of its own."""
    learner = made(name)
    shots, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    renamed = torch.tensor([3, 0, 2, 1])
    before = answers(learner, shots, LABELS, queries)
    after = answers(learner, shots, renamed[LABELS], queries)
    assert float((before - after).abs().max()) > 1e-3, "every way has the same score"
    same(after[:, renamed], before)


def test_a_support_set_is_not_remembered_from_one_task_to_the_next(learner: Learner) -> None:
    first, second, queries = bitmaps(9, seed=8), bitmaps(9, seed=80), bitmaps(6, seed=9)
    before = answers(learner, first, LABELS, queries)
    assert not torch.equal(answers(learner, second, LABELS, queries), before)
    assert torch.equal(answers(learner, first, LABELS, queries), before)


# Tasks of any size


@pytest.mark.parametrize(("ways", "shots"), [(1, 1), (1, 4), (2, 1), (61, 1), (3, 7)])
def test_any_number_of_ways_and_shots(learner: Learner, ways: int, shots: int) -> None:
    """The number of shots may be uneven: the first way has one more shot."""
    support = bitmaps(ways * shots + 1, seed=ways)
    labels = torch.cat([torch.arange(ways).repeat(shots), torch.zeros(1, dtype=torch.int64)])
    logits = answers(learner, support, labels, bitmaps(5, seed=9))
    assert logits.shape == (5, ways)
    assert bool(logits.isfinite().all())


@pytest.mark.parametrize("name", sorted(set(LEARNERS) - set(GRADIENT_BASED) | {"anil"}))
def test_a_shot_is_recognised_again(name: str) -> None:
    """With any weights, except those that a few steps on noise may move anywhere."""
    learner, support = made(name), bitmaps(5, seed=8)
    assert answers(learner, support, torch.arange(5), support).argmax(1).tolist() == [0, 1, 2, 3, 4]


def test_more_copies_of_a_shot_change_nothing(learner: Learner) -> None:
    """More shots do not make a way likelier."""
    support, queries = bitmaps(4, seed=8), bitmaps(6, seed=9)
    often = torch.tensor([0, 0, 0, 0, 0, 1, 2, 2, 3])
    once = answers(learner, support, torch.arange(4), queries)
    same(answers(learner, support[often], often, queries).softmax(1), once.softmax(1))


def test_what_is_remembered_is_enough_to_learn_from(learner: Learner) -> None:
    support, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    with torch.no_grad():
        kept = torch.cat([learner.remember(some) for some in torch.split(support, 4)])
        assert kept.ndim == 2
        same(learner.learn(kept, LABELS).score(learner.remember(queries)), answers(learner, support, LABELS, queries))


def test_it_can_learn_in_inference_mode(learner: Learner) -> None:
    """The recogniser's vectors come from inference mode. Learning leaves no gradient behind."""
    support, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    with torch.inference_mode():
        forbidden = learner.adapt(support, LABELS + 0).logits(queries).clone()
    assert torch.equal(forbidden, answers(learner, support, LABELS, queries))
    assert all(parameter.grad is None for parameter in learner.parameters())


def test_frozen_weights_can_be_adapted(learner: Learner) -> None:
    support, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    before = answers(learner, support, LABELS, queries)
    assert torch.equal(answers(learner.requires_grad_(False), support, LABELS, queries), before)


# The inner loop


@pytest.mark.parametrize("name", GRADIENT_BASED)
def test_it_takes_the_given_number_of_steps(name: str) -> None:
    learner, support, queries = made(name), bitmaps(9, seed=8), bitmaps(6, seed=9)
    with torch.no_grad():
        logits = [learner.adapt(support, LABELS, steps).logits(queries) for steps in (0, 1, 2, 5)]
        usual = learner.adapt(support, LABELS).logits(queries)
    assert torch.equal(usual, logits[2]), "two steps are the number in its settings"
    assert all(float((a - b).abs().max()) > 1e-3 for a, b in pairwise(logits))
    if name != "proto-maml":
        same(logits[0], logits[0][:, :1].expand_as(logits[0]))  # a guess


def test_learners_without_an_inner_loop_ignore_steps(learner: Learner) -> None:
    support, queries = bitmaps(9, seed=8), bitmaps(6, seed=9)
    with torch.no_grad():
        unlike = not torch.equal(
            learner.adapt(support, LABELS, 1).logits(queries), learner.adapt(support, LABELS, 7).logits(queries)
        )
    assert unlike == learner.gradient_based


# The outer step


def test_meta_step_adds_to_the_gradient(learner: Learner) -> None:
    tasks = noise_tasks(1, 5, 2, 2)
    learner.train()
    once = gradients(learner, tasks)
    learner.meta_step(tasks)
    for key, parameter in learner.named_parameters():
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, 2 * once[key], atol=1e-5, rtol=1e-4)


def test_the_gradient_of_a_batch_is_the_mean_of_its_tasks(learner: Learner) -> None:
    tasks = noise_tasks(3, 5, 1, 2)
    learner.train()
    together = gradients(learner, tasks)
    alone = [gradients(learner, tasks[number : number + 1]) for number in range(3)]
    for key, gradient in together.items():
        scale = max(1.0, float(gradient.abs().max()))
        torch.testing.assert_close(gradient, sum(one[key] for one in alone) / 3, atol=1e-5 * scale, rtol=1e-4)


def test_the_figures_of_a_batch_are_the_means_of_its_tasks(learner: Learner) -> None:
    tasks = noise_tasks(3, 5, 1, 2)
    learner.train()
    together = learner.meta_step(tasks)
    alone = [learner.meta_step(tasks[number : number + 1]) for number in range(3)]
    for figure in ("loss", "accuracy_before", "accuracy_after"):
        mean = sum(getattr(one, figure) for one in alone) / 3
        assert getattr(together, figure) == pytest.approx(mean, rel=1e-4), figure


@pytest.mark.parametrize("order", [1, 2])
def test_every_parameter_gets_a_gradient(name: str, order: int) -> None:
    learner = made(name, equal(3, order=order)).train()
    found = gradients(learner, noise_tasks(2, 5, 2, 3))
    if (rates := found.pop("log_rates", None)) is not None:
        moved = rates.abs() > 1e-7
        # No gradient passes through a head of zeros, so the encoder's rates in the first step have no effect.
        assert bool(moved[1:].all()), "a rate of a later step"
        assert bool(moved[0, -1]), "the head's rate in the first step"
        assert bool(moved[0].all()) == (name in {"proto-maml", "anil"})
    for key, gradient in found.items():
        assert float(gradient.abs().max()) > 1e-7, key


def test_two_learners_with_the_same_start_stay_the_same(name: str) -> None:
    tasks = noise_tasks(2, 5, 1, 2)
    one, other = (gradients(made(name).train(), tasks) for _ in range(2))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_which_learners_update_their_running_statistics(name: str) -> None:
    """Learners that adapt by gradient descent keep theirs. Learners that train an encoder from scratch update them."""
    learner = made(name).train()
    before = {key: value.clone() for key, value in learner.named_buffers() if "running" in key}
    learner.meta_step(noise_tasks(1, 5, 1, 2))
    moved = any(not torch.equal(dict(learner.named_buffers())[key], value) for key, value in before.items())
    assert moved == (name not in set(GRADIENT_BASED) - {"finetuned"})


def test_a_learner_survives_its_state_dict(learner: Learner) -> None:
    torch.manual_seed(99)
    other = type(learner)(learner.shape, learner.inner, learner.classes).eval()
    support, queries = bitmaps(9, seed=8), bitmaps(4)
    before = answers(learner, support, LABELS, queries)
    assert not torch.equal(answers(other, support, LABELS, queries), before)
    other.load_state_dict(learner.state_dict())
    assert torch.equal(answers(other, support, LABELS, queries), before)


# It learns


@pytest.fixture(scope="module")
def ten() -> TaskBatch:
    """Ten tasks of five glyphs. An untrained encoder finds two of the glyphs very similar."""
    stream = TaskStream(scrawls(2, 12, 6, hand=0.04), TaskShape(5, 1, 3), seed=5)
    return stream.tasks(range(10))


def test_it_overfits_ten_tasks(name: str, ten: TaskBatch) -> None:
    torch.manual_seed(0)
    learner = LEARNERS[name](TINY, equal(2, 0.02), 24)
    settle(learner, ten.support.flatten(0, 2))
    before = task_accuracy(learner, ten)
    learner.train()
    optimizer = torch.optim.Adam(learner.parameters(), lr=3e-3)
    losses = []
    for _ in range(14):
        for number in range(10):
            optimizer.zero_grad()
            losses.append(learner.meta_step(ten[number : number + 1]).loss)
            optimizer.step()
    first, last = sum(losses[:10]) / 10, sum(losses[-10:]) / 10
    after = task_accuracy(learner.eval(), ten)
    assert last < 0.3 * first
    assert after > 0.97
    assert before < 0.9
