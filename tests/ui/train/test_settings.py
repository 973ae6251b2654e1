"""The training form's settings are those of the recipes."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import InnerLoop
from glyphstudio.learners.maml import MAML
from glyphstudio.learners.pretrained import Pretrained
from glyphstudio.ui.train.settings import (
    ALL_AT_ONCE,
    INNER_LOOP,
    SECOND_ORDER,
    SETTINGS,
    USUAL,
    recipe,
    value_of,
    with_value,
)
from tests.engine.making import TINY


def test_what_is_usual_is_what_the_trainer_begins_with() -> None:
    whole = asdict(TrainConfig())
    assert {key: whole[key] for key in USUAL if key != "inner"} == {k: v for k, v in USUAL.items() if k != "inner"}
    assert {key: whole["inner"][key] for key in USUAL["inner"]} == USUAL["inner"]


@pytest.mark.parametrize("name", LEARNERS)
def test_a_recipe_reads_as_the_trainer_reads_it(name: str) -> None:
    whole, known = asdict(load_recipe(shipped_recipe(name))), recipe(name)
    assert {key: whole[key] for key in USUAL if key != "inner"} == {key: known[key] for key in USUAL if key != "inner"}
    assert {key: whole["inner"][key] for key in known["inner"]} == known["inner"]


def test_kinds_of_learners_are_those_of_the_catalogue() -> None:
    assert set(INNER_LOOP) == {name for name, kind in LEARNERS.items() if kind.gradient_based}
    made = {name: LEARNERS[name](TINY, InnerLoop(order=2)) for name in INNER_LOOP}
    second = {name for name, one in made.items() if isinstance(one, MAML) and min(one.order, one.inner.order) == 2}
    assert set(SECOND_ORDER) == second - {"finetuned"}, "which is trained without an inner loop"
    assert set(ALL_AT_ONCE) == {name for name, kind in LEARNERS.items() if issubclass(kind, Pretrained)} | {"finetuned"}


def test_a_setting_of_the_inner_loop_is_found_and_changed_in_its_table() -> None:
    known = recipe("maml")
    for setting in SETTINGS:
        changed = with_value(known, setting.key, 17)
        assert value_of(changed, setting.key) == 17
        assert value_of(known, setting.key) != 17
    assert with_value(known, "inner.steps", 17)["inner"]["head_rate"] == known["inner"]["head_rate"]
