"""What the form of a training goes by: recipes, what a source can serve, and how long things take."""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.splits import VALIDATION_ALPHABETS, held_out_characters
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.sources import load_source
from glyphstudio.ui.sources import supply as supplies
from glyphstudio.ui.sources.supply import Supply, fitted, lacking
from glyphstudio.ui.train.estimate import Pace, duration, finishing_seconds, memory, steps_within, total_seconds
from glyphstudio.ui.train.messages import Cost, Taken
from glyphstudio.ui.train.settings import (
    SETTINGS,
    USUAL,
    recipe,
    value_of,
    with_value,
)
from tests.omniglot import omniglot_folder

_COST = Cost(step=0.1, task=0.02, megabytes=500, device="CPU")


# Settings


def test_what_is_usual_is_what_the_trainer_begins_with() -> None:
    whole = asdict(TrainConfig())
    assert {key: whole[key] for key in USUAL if key != "inner"} == {k: v for k, v in USUAL.items() if k != "inner"}
    assert {key: whole["inner"][key] for key in USUAL["inner"]} == USUAL["inner"]


@pytest.mark.parametrize("name", LEARNERS)
def test_a_recipe_reads_as_the_trainer_reads_it(name: str) -> None:
    whole, known = asdict(load_recipe(shipped_recipe(name))), recipe(name)
    assert {key: whole[key] for key in USUAL if key != "inner"} == {key: known[key] for key in USUAL if key != "inner"}
    assert {key: whole["inner"][key] for key in known["inner"]} == known["inner"]


def test_a_setting_of_the_inner_loop_is_found_and_changed_in_its_table() -> None:
    known = recipe("maml")
    for setting in SETTINGS:
        changed = with_value(known, setting.key, 17)
        assert value_of(changed, setting.key) == 17
        assert value_of(known, setting.key) != 17
    assert with_value(known, "inner.steps", 17)["inner"]["head_rate"] == known["inner"]["head_rate"]


# Supply


@pytest.mark.parametrize("shots", [[2, 2, 2, 2], [1, 3, 2, 1, 5, 2], [2] * 11 + [1] * 3, [3, 2] * 9])
def test_a_librarys_supply_is_what_is_left_to_train_on(shots: list[int]) -> None:
    train, _ = held_out_characters(_drawings(shots))
    assert sorted(supplies.library(shots)) == sorted(np.bincount(train.character).tolist())
    assert supplies.library_too_small(shots) == ""


@pytest.mark.parametrize("shots", [[], [1] * 9, [2, 2, 2, 1]])
def test_a_library_too_small_is_one_that_the_source_refuses(shots: list[int]) -> None:
    assert supplies.library(shots) == ()
    assert supplies.library_too_small(shots)
    if shots:
        with pytest.raises(DataError):
            held_out_characters(_drawings(shots))


def test_supply_of_invented_alphabets() -> None:
    train = load_source(["synthetic:2"]).train
    assert sorted(supplies.synthetic(2)) == sorted(np.bincount(train.character).tolist())


def test_supply_of_omniglot() -> None:
    names = zipfile.ZipFile(omniglot_folder() / "images_background.zip").namelist()
    drawings = [Path(name).parts[1:] for name in names if name.endswith(".png")]
    counts = Counter(parts[:2] for parts in drawings if parts[0] not in VALIDATION_ALPHABETS)
    assert sorted(supplies.omniglot()) == sorted(counts.values())


@pytest.mark.parametrize("shots", [[2, 2, 2, 2], [1, 3, 2, 1, 5, 2], [2] * 11 + [1] * 3, [3, 2] * 9])
@pytest.mark.parametrize("learner", ["protonet", "reptile"])
def test_what_was_fitted_to_a_library_can_be_drawn_from_it(shots: list[int], learner: str) -> None:
    supply = Supply(supplies.library(shots), only_library=True)
    found, lowered = fitted(supply, recipe(learner))
    assert lowered
    shape = (found["ways"], found["shots"], found["queries"])
    assert lacking(supply, *shape) == ""
    train, _ = held_out_characters(_drawings(shots))
    TaskStream(train, TaskShape(*shape)).batch(0)
    assert lacking(supply, shape[0] + 1, *shape[1:]), "no more ways than that"


def test_what_is_plenty_is_left_alone() -> None:
    supply = Supply(supplies.omniglot())
    assert fitted(supply, recipe("protonet")) == (recipe("protonet"), "")


def _drawings(shots: list[int]) -> Drawings:
    names = [f"Library/{number:05}" for number, count in enumerate(shots) for _ in range(count)]
    drawers = [drawer for count in shots for drawer in range(count)]
    return Drawings.of(np.zeros((len(names), 2, 2), np.uint8), names, drawers)


# Time


def test_as_many_steps_as_fit() -> None:
    steps = steps_within(120, _COST, 40, 40)
    whole = total_seconds(_COST, steps, 40, steps, 40)
    assert 118 < whole <= 120
    assert total_seconds(_COST, steps + 10, 40, steps + 10, 40) > 120
    assert steps_within(1, _COST, 40, 40) == 10
    assert finishing_seconds(_COST, 1000) > finishing_seconds(_COST, 40)


def taken(step: int, seconds: float, validation: float = 0.0) -> Taken:
    figure = (0.9, 0.01, 0.3) if validation else None
    return Taken(step, 1.0, 0.2, 0.8, seconds, seconds + validation, figure)


def test_time_left_is_empty_until_it_is_stable() -> None:
    pace = Pace()
    for step in range(1, 8):
        pace.add(taken(step, 0.5))
        assert pace.left(step, 100, 50) is None
    pace.add(taken(8, 0.5))
    assert pace.left(8, 100, 50) == pytest.approx(46)


def test_time_left_goes_by_the_median_and_by_what_validations_took() -> None:
    pace = Pace()
    for step in range(1, 51):
        pace.add(taken(step, 5.0 if step % 10 == 0 else 0.5, validation=8.0 if step == 50 else 0.0))
    assert pace.left(50, 200, 50) == pytest.approx(150 * 0.5 + 3 * 8)


def test_time_left_is_empty_while_steps_differ_a_lot() -> None:
    pace = Pace()
    for step in range(1, 40):
        pace.add(taken(step, 0.1 * (1 + step % 7) ** 2))
    assert pace.step is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "5 s"), (52, "50 s"), (59, "1 min"), (154, "3 min"), (3_200, "53 min"), (5_400, "1.5 h"), (40_000, "11 h")],
)
def test_a_duration_is_said_as_exactly_as_it_is_known(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_memory_is_said_in_two_figures() -> None:
    assert memory(544) == "540 MB"
    assert memory(1_260) == "1.3 GB"
