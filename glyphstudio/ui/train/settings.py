"""The settings that the training form offers, with their meanings, and the presets, which change a recipe.

Does not import torch. A setting that a recipe does not name has the default of `TrainConfig`; a test compares them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from glyphstudio.resources import FACTS, asset

USUAL: dict[str, Any] = {
    "ways": 60,
    "shots": 1,
    "queries": 4,
    "meta_batch": 1,
    "steps": 4000,
    "rate": 2e-3,
    "seed": 0,
    "device": "auto",
    "start": "",
    "validate_every": 500,
    "validation_tasks": 200,
    "inner": {"steps": 1, "rate": 0.4, "order": 2},
}


@dataclass(frozen=True)
class Setting:
    """One setting of the form.

    key: a field of `TrainConfig`; "inner.steps" is a field of its inner loop. least, most: numbers of the same kind as
    the usual value.
    """

    key: str
    label: str
    sentence: str
    least: float = 1
    most: float = 1000


SETTINGS = (
    Setting("ways", "Ways", "Glyphs to tell apart in a task. 3 photos each of 10 birds is 10-way 3-shot.", 2),
    Setting("shots", "Shots", "Drawings of each glyph to learn a task from: 1 for a glyph that is shown once.", 1, 100),
    Setting("queries", "Queries", "Further drawings of each glyph to judge the learner on.", 1, 100),
    Setting("meta_batch", "Tasks in a step", "More tasks make a step steadier, and slower.", 1, 256),
    Setting("steps", "Steps", "How often the learner is improved. Twice as many take twice as long.", 1, 1_000_000),
    Setting(
        "inner.steps",
        "Inner steps",
        "How often the learner corrects itself inside a task before it is judged.",
        1,
        100,
    ),
    Setting("inner.rate", "Inner rate", "How far each of those corrections goes. Too far, and it forgets.", 1e-8, 1e4),
    Setting(
        "inner.order",
        "Order",
        "2 takes into account what the corrections lead to. 1 leaves that out, and is faster.",
        1,
        2,
    ),
    Setting(
        "rate", "Learning rate", "How far a step goes at most. Too far, and the loss jumps or diverges.", 1e-8, 1.0
    ),
    Setting("seed", "Seed", "The same seed gives the same tasks, and on a CPU the same result.", 0, 2**31 - 1),
)
DEVICE = Setting("device", "Device", "Where it computes. Auto uses an NVIDIA graphics card if there is one.")
START = Setting("start", "Starts with", "Weights to improve on. A trained start needs fewer steps than none.")


@dataclass(frozen=True)
class Preset:
    """How long and how exactly to train.

    seconds: the time allowed in total; 0: as long as `times` the recipe's steps take.
    """

    title: str
    seconds: float
    times: int
    measure_tasks: int
    validation_tasks: int


PRESETS = (
    Preset("Quick look (about 2 minutes)", 115, 1, 40, 40),
    Preset("Standard", 0, 1, 300, 200),
    Preset("Thorough", 0, 3, 1000, 200),
)


@cache
def recipe(learner: str) -> Mapping[str, Any]:
    """Return the settings behind the learner's shipped weights: those of the form, and the others its file names."""
    values = tomllib.loads(asset("recipes", f"{learner}.toml").read_text(encoding="utf-8"))
    return {**USUAL, **values, "inner": {**USUAL["inner"], **values.get("inner", {})}}


def value_of(settings: Mapping[str, Any], key: str) -> Any:
    """Return the value at `key`, which may be inside a table: "inner.steps"."""
    table, _, name = key.rpartition(".")
    return settings[table][name] if table else settings[name]


def with_value(settings: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    table, _, name = key.rpartition(".")
    return {**settings, table: {**settings[table], name: value}} if table else {**settings, key: value}


def preset_settings(learner: str, preset: Preset) -> dict[str, Any]:
    """Return the recipe's settings with the preset's number of steps and of validation tasks."""
    known = recipe(learner)
    steps = known["steps"] * preset.times
    return {**known, "steps": steps, "validation_tasks": min(known["validation_tasks"], preset.validation_tasks)}


def without_use(learner: str, key: str) -> str:
    """Return a sentence that says why this learner does not use the setting, or "" if it does."""
    facts = FACTS[learner]
    if key.startswith("inner.") and not facts.gradient_based:
        return f"{facts.title} has no inner loop: it adapts without steps."
    if key == "inner.order" and not facts.second_order:
        return f"{facts.title} is always first-order."
    return ""
