"""The training form's settings match the recipes."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.ui.train.settings import (
    SETTINGS,
    USUAL,
    recipe,
    value_of,
    with_value,
)


def test_usual_settings_are_the_trainers_defaults() -> None:
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
