"""Signs of memorising: found in a learner that memorises, named, and never found in one that does not."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.engine.evaluate.memorising import Diagnosis, Diversity, Signs, diagnose, diversity
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.training import Training, diagnosis_of
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import InnerLoop
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import TINY, equal, scrawls, steps_of, tiny_config

WAYS = 5


@pytest.fixture(scope="module")
def everything() -> Drawings:
    return scrawls(6, 5, 6)


@pytest.fixture(scope="module")
def held_out(everything: Drawings) -> Drawings:
    return everything.only({"Alphabet4", "Alphabet5"})


@pytest.fixture(scope="module")
def enough(everything: Drawings) -> Drawings:
    return everything.only({"Alphabet0", "Alphabet1", "Alphabet2", "Alphabet3"})


def config(**changes: object) -> TrainConfig:
    inner = InnerLoop(2, 0.01, 0.1, vectors=WAYS, unit=True)
    few = {"inner": inner, "queries": 3, "within": 0.0, "jitter": None, "rate": 0.02, "steps": 24, "meta_batch": 2}
    return tiny_config(**{**few, "validate_every": 24, **changes})


def last_diagnosis(training: Training, source: Drawings, held_out: Drawings) -> Diagnosis:
    found = [progress.diagnosis for progress in steps_of(training, source, held_out)]
    assert [one is not None for one in found] == [False] * (len(found) - 1) + [True]
    assert found[-1] is not None
    return found[-1]


def test_a_learner_that_memorises_is_reported(everything: Drawings, held_out: Drawings) -> None:
    """Five classes, five ways, always in the same order: a class vector for each way can memorise the answers, and
    does."""
    training = Training(config(learner="maml", fixed_labels=True, variants=False))
    diagnosis = last_diagnosis(training, everything.only({"Alphabet0"}), held_out)
    signs = diagnosis.training
    assert signs.ignores_support and signs.knows_before
    assert signs.after.accuracy > 0.9, "it has learned nothing, so it has memorised nothing"
    assert signs.permuted.accuracy > 0.4
    assert not diagnosis.held_out.ignores_support
    assert diagnosis.gap - diagnosis.gap_ci95 > 0.3
    assert diagnosis.diversity == Diversity(classes=5, common=1.0, label_entropy=0.0)
    ignores, memorised, alike = diagnosis.sentences()
    assert ignores.startswith("This learner ignores its support set:") and ignores.endswith("from more classes.")
    assert memorised.startswith("The tasks can be memorised")
    assert "two of them have 100% of their classes in common, because there are 5 in total" in alike
    again = diagnosis_of(training, training_stream(training.config, everything.only({"Alphabet0"})), held_out)
    assert again.training.ignores_support and again != diagnosis  # other tasks, the same finding


def test_the_same_learner_with_nothing_to_memorise_is_not_reported(enough: Drawings, held_out: Drawings) -> None:
    """Its inner loop has to be strong enough to learn the task, and its head not too far from any answer: what 24 steps
    teach it by a weak one depends on how the processor rounds, and may be next to nothing."""
    training = Training(config(learner="maml", inner=InnerLoop(2, 0.01, 5.0, vectors=WAYS, unit=True)))
    diagnosis = last_diagnosis(training, enough, held_out)
    signs = diagnosis.training
    assert signs.after.accuracy - signs.after.ci95 > 0.5, "it has learned nothing at all"
    assert signs.permuted.accuracy < signs.after.accuracy - 0.1
    assert memorised(diagnosis) == []
    assert diagnosis.diversity.classes == 20 * 8 and diagnosis.diversity.common == WAYS / 160


@pytest.mark.parametrize("fixed", [True, False])
def test_protonet_is_never_reported(everything: Drawings, enough: Drawings, held_out: Drawings, fixed: bool) -> None:
    """Not even on tasks that it could memorise, because its answer is one of the task's prototypes."""
    source = everything.only({"Alphabet0"}) if fixed else enough
    training = Training(config(fixed_labels=fixed, variants=not fixed))
    diagnosis = last_diagnosis(training, source, held_out)
    assert diagnosis.training.after.accuracy > 0.8
    for signs in (diagnosis.training, diagnosis.held_out):
        assert signs.permuted.accuracy < signs.chance
        assert (signs.before, signs.start) == (None, None), "it can only guess before it has seen the support set"
        assert not (signs.ignores_support or signs.knows_before)
    assert "before" not in diagnosis.line()
    assert not any(sentence.startswith("This learner") for sentence in diagnosis.sentences())
    assert bool(diagnosis.sentences()) == fixed


def memorised(diagnosis: Diagnosis) -> list[str]:
    """Return the sentences about memorising, without the one about a learner that does not adapt."""
    return [sentence for sentence in diagnosis.sentences() if not sentence.startswith("Adapting changes")]


def test_a_start_made_from_the_support_set_is_no_memorising(enough: Drawings, held_out: Drawings) -> None:
    """Proto-MAML is right before its first step, because it starts as nearest prototype."""
    learner = LEARNERS["proto-maml"](TINY, equal(3))
    stream = training_stream(config(), enough)
    diagnosis = diagnose(learner, stream, held_out, diversity(stream), seed=3)
    signs = diagnosis.training
    assert signs.before is not None and signs.before.accuracy - signs.before.ci95 > signs.chance + 0.2
    assert signs.start is not None and signs.start.accuracy < signs.chance
    assert not signs.knows_before and memorised(diagnosis) == []


@pytest.mark.parametrize("name", LEARNERS)
def test_no_untrained_learner_is_reported_and_none_is_changed(name: str, enough: Drawings, held_out: Drawings) -> None:
    learner = LEARNERS[name](TINY, equal(1))
    before = {key: tensor.clone() for key, tensor in learner.state_dict().items()}
    stream = training_stream(config(), enough)
    for mode in (True, False):
        learner.train(mode)
        diagnosis = diagnose(learner, stream, held_out, diversity(stream), seed=3)
        assert memorised(diagnosis) == []
        assert (diagnosis.adapting is not None) == learner.gradient_based
        assert learner.training == mode
    assert all(torch.equal(tensor, before[key]) for key, tensor in learner.state_dict().items())


def test_the_same_seed_asks_the_same_questions(enough: Drawings, held_out: Drawings) -> None:
    learner, stream = ProtoNet(TINY), training_stream(config(), enough)
    found = diversity(stream)
    assert diagnose(learner, stream, held_out, found, seed=3) == diagnose(learner, stream, held_out, found, seed=3)


@pytest.mark.parametrize(("ways", "queries"), [(5, 5), (20, 3), (60, 4)])
def test_it_costs_little_compared_with_a_validation(ways: int, queries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = scrawls(3, 20, 5)
    stream = TaskStream(source, TaskShape(ways, 1, min(queries, 4)))
    encoded = 0
    real = ProtoNet.remember

    def counting(self: ProtoNet, bitmaps: Tensor) -> Tensor:
        nonlocal encoded
        encoded += len(bitmaps)
        return real(self, bitmaps)

    monkeypatch.setattr(ProtoNet, "remember", counting)
    diagnose(ProtoNet(TINY), stream, source, Diversity(60, 0.1, 1.0), seed=0)
    validation = TrainConfig().validation_tasks * (20 + 20)
    assert 0 < encoded < 0.3 * validation


def test_too_few_classes_give_smaller_tasks(enough: Drawings) -> None:
    stream = training_stream(config(shots=2), enough)
    scarce = scrawls(1, 3, 2)
    diagnosis = diagnose(ProtoNet(TINY), stream, scarce, diversity(stream), seed=0)
    assert diagnosis.held_out.chance == pytest.approx(1 / 3)
    assert diagnosis.training.chance == pytest.approx(1 / 5)


# Diversity


@pytest.mark.parametrize("seed", range(3))
def test_label_entropy_is_high_for_random_labels_and_zero_for_fixed_ones(everything: Drawings, seed: int) -> None:
    stream = TaskStream(everything, TaskShape(5, 1, 1), seed=seed)
    assert diversity(stream).label_entropy == pytest.approx(1.0, abs=0.02)
    one = everything.only({"Alphabet0"})
    assert diversity(TaskStream(one, TaskShape(5), seed=seed)).label_entropy == pytest.approx(1.0, abs=0.02)
    assert diversity(TaskStream(one, TaskShape(5), seed=seed, fixed_labels=True)).label_entropy == 0.0
    # Labels in the order of the characters, but of some of them only: neither random nor fixed.
    between = diversity(TaskStream(everything, TaskShape(5), seed=seed, fixed_labels=True)).label_entropy
    assert 0.2 < between < 0.8


def test_the_share_in_common_is_that_of_real_tasks(everything: Drawings) -> None:
    stream = TaskStream(everything, TaskShape(6, 1, 1), seed=1)
    drawn = []
    for number in range(300):
        one, other = stream.batch(2 * number).classes, stream.batch(2 * number + 1).classes
        assert one is not None and other is not None
        drawn.append(len(set(one[0].tolist()) & set(other[0].tolist())) / 6)
    assert diversity(stream).common == 6 / 30
    assert sum(drawn) / len(drawn) == pytest.approx(6 / 30, abs=0.03)


# Sentences


def figure(accuracy: float, ci95: float = 0.02) -> Figure:
    return Figure(accuracy, ci95, 30)


GOOD = Signs(0.2, figure(0.2), figure(0.9), figure(0.02), None)
FREE = Diversity(192, 5 / 192, 0.99)


@pytest.mark.parametrize(
    ("training", "held_out", "said"),
    [
        (GOOD, GOOD, []),
        (replace(GOOD, permuted=figure(0.6)), GOOD, ["60.0 % of its answers on training classes are still right"]),
        (GOOD, replace(GOOD, permuted=figure(0.4)), ["40.0 % of its answers on held-out classes are still right"]),
        (replace(GOOD, permuted=figure(0.3, 0.08)), GOOD, []),  # chance is inside its interval
        (replace(GOOD, permuted=figure(0.3, math.nan)), GOOD, []),
        (
            replace(GOOD, before=figure(0.9), start=figure(0.9)),
            GOOD,
            ["has memorised answers: 90.0 % of its answers on"],
        ),
        (replace(GOOD, before=figure(0.9), start=figure(0.01)), GOOD, []),
    ],
)
def test_its_sentences(training: Signs, held_out: Signs, said: list[str]) -> None:
    sentences = Diagnosis(training, held_out, FREE).sentences()
    assert len(sentences) == len(said)
    for sentence, words in zip(sentences, said, strict=True):
        assert words in sentence and sentence.endswith("more classes.")


def test_the_line_and_the_dictionary_have_every_figure() -> None:
    weak = replace(GOOD, before=figure(0.31), after=figure(0.72), permuted=figure(0.05))
    diagnosis = Diagnosis(GOOD, weak, Diversity(192, 0.026, math.nan))
    line = diagnosis.line()
    assert "\n" not in line
    for words in (
        "before 20.0 % / 31.0 %",
        "after 90.0 % / 72.0 %",
        "exchanged 2.0 % / 5.0 %",
        "gap 18.0 ± 2.8 points",
    ):
        assert words in line
    found = diagnosis.as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["gap"] == {"accuracy": 0.18, "ci95": 0.0283}
    assert found["diversity"] == {"classes": 192, "common": 0.026, "label_entropy": None}
    assert found["held_out"]["permuted"] == {"accuracy": 0.05, "ci95": 0.02, "tasks": 30}
    assert found["sentences"] == []


def test_a_learner_that_does_not_adapt_is_named(enough: Drawings, held_out: Drawings) -> None:
    learner = LEARNERS["proto-maml"](TINY, equal(1, 1e-8, 1e-8))
    stream = training_stream(config(), enough)
    diagnosis = diagnose(learner, stream, held_out, diversity(stream), seed=3)
    assert diagnosis.adapting is not None
    answers = diagnosis.adapting.answers
    assert diagnosis.sentences() == [
        f"Adapting changes 0 of {answers} answers: this learner answers as nearest prototype does on its own encoder."
    ]
    assert "adapting +0.0 ± 0.0 points over nearest prototype" in diagnosis.line()
