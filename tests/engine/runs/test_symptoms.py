"""Symptoms: reported for made-up curves and real trainings that have them, and never for a healthy run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.jitter import VARIANTS
from glyphstudio.engine.runs import symptoms as module
from glyphstudio.engine.runs.log import Curves, RunLog, read_log, step_line
from glyphstudio.engine.runs.symptoms import symptoms
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.training import Training
from tests.engine.making import scrawls, steps_of, tiny_config

SETTINGS: dict[str, Any] = {"rate": 2e-3, "steps": 400, "start": "", "variants": True, "jitter": {"turn": 8.0}}


def curves(loss: NDArray[np.float64], validation: tuple[float, ...] = (), ci95: float = 0.02, **more: object) -> Curves:
    """Make curves with one step for each loss, and evenly spaced validations, the last one at the end."""
    step = np.arange(1.0, len(loss) + 1)
    at = np.round(np.linspace(0, len(loss), len(validation) + 1)[1:])
    share = np.full(len(loss), 0.5)
    checks = np.array(validation)
    return replace(
        Curves(step, loss, share, share, share, at, 1 - checks, checks, np.full(len(checks), ci95)),
        **more,  # type: ignore[arg-type]
    )


def falling(steps: int = 400, start: float = 2.0, end: float = 0.3, noise: float = 0.3, seed: int = 0) -> Any:
    """Make the loss of a healthy run: it falls fast, then slowly, and some tasks are harder than others."""
    rng = np.random.default_rng(seed)
    return (end + (start - end) * np.exp(-np.arange(steps) / (steps / 6))) * np.exp(rng.normal(0, noise, steps))


def said(one: Curves, gradient_based: bool = False, classes: int | None = None, **changes: object) -> tuple[str, ...]:
    found = symptoms(one, {**SETTINGS, **changes}, gradient_based=gradient_based, classes=classes)
    for sentence in found:
        assert sentence[0].isupper() and sentence.endswith(".") and "nan" not in sentence
    return found


# Made-up curves


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("steps", [0, 1, 5, 29, 40, 120, 400, 4000])
def test_a_healthy_run_has_no_symptoms(steps: int, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.01, 8)
    checks = tuple(np.array([0.6, 0.7, 0.78, 0.8, 0.81, 0.815, 0.82, 0.82]) + noise)
    loss = falling(steps, seed=seed)
    assert said(curves(loss, checks[: min(8, steps)]), steps=steps) == ()
    assert said(curves(loss), gradient_based=True, steps=2 * steps) == ()


@pytest.mark.parametrize("seed", range(5))
def test_alternating_hard_and_easy_tasks_are_no_divergence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert said(curves(falling(noise=0.2, seed=seed) * rng.choice([0.3, 2.0], 400))) == ()


def test_a_rising_loss_means_too_high_a_rate() -> None:
    rising = np.concatenate([falling(200), np.linspace(0.4, 3, 200)])
    (sentence,) = said(curves(rising))
    assert sentence.startswith("The loss is rising, from about 0.3")
    assert "lower learning rate than 0.002, such as 0.0005." in sentence
    assert said(curves(rising[:200])) == ()


def test_a_loss_that_rises_and_falls_again_is_no_symptom() -> None:
    """This may happen around the peak of the one-cycle rate."""
    assert said(curves(np.concatenate([falling(100), np.linspace(0.4, 1.5, 50), falling(250, 1.5)]))) == ()


def test_a_leap_without_recovery_means_too_high_a_rate() -> None:
    dead = np.concatenate([np.full(40, 1.6), np.full(100, 30.0), np.full(260, 1.61)])
    assert [sentence[:14] for sentence in said(curves(dead))] == ["The loss leapt"]
    assert said(curves(np.concatenate([dead[:140], falling(260, 1.6)]))) == ()


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_is_reported_at_once(number: float) -> None:
    (sentence,) = said(curves(np.array([1.0, 0.9, number])))
    assert sentence.startswith("The loss stopped being a number at step 3: ")


def test_a_constant_loss_means_no_learning() -> None:
    flat = 1.6 + np.random.default_rng(0).normal(0, 0.1, 400)
    (sentence,) = said(curves(flat))
    assert sentence.startswith("It has learned next to nothing: the loss was about 1.5")
    assert "such as 0.008" in sentence and "inner loop" not in sentence
    (sentence,) = said(curves(flat), gradient_based=True)
    assert sentence.endswith("more steps or another rate or number of steps of the inner loop.")
    assert "Try another learning rate or more steps." in said(curves(flat), rate=0.5)[0]
    assert said(curves(flat), steps=4000) == ()  # the rate is still rising
    assert said(curves(flat), start="pretrained") == ()  # a pre-trained start may have nothing to gain
    assert said(curves(flat, (0.5, 0.6, 0.7))) == ()  # its validations improve


def test_learning_in_the_first_steps_counts() -> None:
    rng = np.random.default_rng(0)
    at_once = np.concatenate([rng.normal(2.0, 0.2, 10), rng.normal(0.5, 0.05, 390)])
    assert said(curves(at_once)) == ()
    assert said(curves(np.abs(rng.normal(0.02, 0.01, 400)))) == ()


def test_the_same_loss_for_every_task_is_reported() -> None:
    """For example an encoder whose units are all dead, or Reptile with a single inner step from a head of zeros."""
    (sentence,) = said(curves(np.full(400, 1.60944)))
    assert (
        sentence.startswith("It answers every task in the same way: the loss is 1.61 ")
        and "a lower learning rate." in sentence
    )
    assert "number of steps of the inner loop." in said(curves(np.full(400, 1.60944)), gradient_based=True)[0]


def test_overfitting_means_worse_on_held_out_glyphs_while_training_improves() -> None:
    (sentence,) = said(curves(falling(), (0.6, 0.8, 0.7, 0.68)))
    assert sentence.startswith("It overfits: since step 200 the training loss fell further, from ")
    assert "fell from 80.0% to 68.0%" in sentence and "jitter" not in sentence and "mirrored" not in sentence
    (sentence,) = said(curves(falling(), (0.6, 0.8, 0.7, 0.68)), jitter=None, variants=False)
    assert "turned and mirrored ones as separate glyphs, jitter or" in sentence


def test_a_fall_inside_the_interval_or_a_passing_one_is_no_overfitting() -> None:
    assert said(curves(falling(), (0.6, 0.8, 0.78, 0.78))) == ()
    assert said(curves(falling(), (0.6, 0.8, 0.7, 0.68), ci95=0.1)) == ()
    assert said(curves(falling(), (0.6, 0.8, 0.7, 0.79))) == ()
    assert said(curves(falling(), (0.6, 0.7, 0.8, 0.68))) == ()  # a single bad validation may be chance
    assert said(curves(falling(), (0.6, 0.8, 0.7, 0.68), ci95=math.nan)) == ()
    rising_too = np.concatenate([falling(200), np.linspace(0.3, 0.5, 200)])
    assert said(curves(rising_too, (0.6, 0.8, 0.7, 0.68))) == ()


def diagnosis(gap: float, interval: float = 0.03, classes: int = 96, sentences: object = ()) -> dict[str, Any]:
    return {
        "training": {"after": {"accuracy": 0.95}},
        "held_out": {"after": {"accuracy": 0.95 - gap}},
        "gap": {"accuracy": gap, "ci95": interval},
        "diversity": {"classes": classes},
        "sentences": sentences,
    }


def test_too_few_glyphs_to_learn_from_are_reported() -> None:
    (sentence,) = said(curves(falling(), diagnosis=diagnosis(0.3)))
    assert "With 12 glyphs to train on, it is right on 95% of drawings of those and on 65% of" in sentence
    assert "96 glyphs" in said(curves(falling(), diagnosis=diagnosis(0.3)), variants=False)[0]
    assert "20 glyphs" in said(curves(falling(), diagnosis=diagnosis(0.3)), classes=160)[0]
    assert said(curves(falling(), diagnosis=diagnosis(0.05))) == ()
    assert said(curves(falling(), diagnosis=diagnosis(0.3, 0.25))) == ()
    assert said(curves(falling(), diagnosis=diagnosis(0.3)), classes=7712) == ()
    assert VARIANTS == module._VARIANTS


def test_the_trainers_own_sentences_are_passed_on() -> None:
    found = ["This learner ignores its support set.", "The tasks are very similar."]
    assert list(said(curves(falling(), diagnosis=diagnosis(0.0, sentences=found)))) == found


@pytest.mark.parametrize("odd", [{}, {"sentences": 3}, {"gap": [], "sentences": [None]}, {"gap": {"accuracy": "x"}}])
def test_invalid_values_in_log_and_settings_are_ignored(odd: dict[str, Any]) -> None:
    strange = {"rate": "fast", "steps": 10**400, "variants": [], "jitter": {}}
    assert symptoms(curves(falling(), diagnosis=odd), strange, gradient_based=True) == ()


# Real trainings


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Use one thread: sharing out networks as small as these takes the most time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    return scrawls(8, 6, 5, hand=0.05)


def trained(config: TrainConfig, source: Drawings, held_out: Drawings, folder: Path) -> tuple[str, ...]:
    """Train, and return the symptoms of the run from its log."""
    with RunLog(folder / "log.jsonl") as log:
        for progress in steps_of(Training(config, training_stream(config, source).classes), source, held_out):
            result, figure, found = progress.result, progress.validation, progress.diagnosis
            line = step_line(
                progress.step,
                loss=result.loss,
                before=result.accuracy_before,
                after=result.accuracy_after,
                seconds=progress.seconds,
                validation=(figure.accuracy, figure.ci95, progress.validation_loss or 0.0) if figure else None,
                diagnosis=found.as_dict() if found else None,
            )
            log.write(line)
    return symptoms(read_log(folder / "log.jsonl"), asdict(config), gradient_based=False)


def config(**changes: object) -> TrainConfig:
    few = {"within": 0.0, "jitter": None, "steps": 60, "validate_every": 20, "validation_tasks": 60}
    return tiny_config(**{**few, **changes})


def test_real_trainings_healthy_and_diverging_and_too_slow(drawings: Drawings, tmp_path: Path) -> None:
    source = drawings.only({f"Alphabet{number}" for number in range(5)})
    held_out = drawings.only({"Alphabet5", "Alphabet6", "Alphabet7"})
    assert trained(config(rate=0.01), source, held_out, tmp_path / "well") == ()
    # How a loss diverges (it rises, leaps once, or stops being a number) depends on how the processor rounds. The
    # cause, too high a rate, does not.
    (sentence,) = trained(config(rate=1.0), source, held_out, tmp_path / "high")
    assert re.match("The loss (is rising|leapt|stopped being a number)", sentence)
    assert sentence.endswith("train again with a lower learning rate than 1, such as 0.25.")
    (sentence,) = trained(config(rate=1e-7), source, held_out, tmp_path / "low")
    assert sentence.startswith("It has learned next to nothing")


def test_a_real_training_on_six_glyphs_overfits(drawings: Drawings, tmp_path: Path) -> None:
    changes = {"learner": "siamese", "rate": 0.05, "variants": False, "validate_every": 10, "validation_tasks": 100}
    held_out = drawings.only({"Alphabet5", "Alphabet6", "Alphabet7"})
    alike, overfits, small = trained(config(**changes), drawings.only({"Alphabet0"}), held_out, tmp_path)
    assert alike.startswith("The tasks are very similar")
    assert overfits.startswith("It overfits: since step 10")
    assert small.startswith("There is too little to learn from. With 6 glyphs")
