"""The supply of a source, and settings fitted to it."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.splits import VALIDATION_ALPHABETS, held_out_characters
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.sources import load_source
from glyphstudio.ui.sources import supply as supplies
from glyphstudio.ui.sources.supply import Supply, fitted, lacking
from glyphstudio.ui.train.settings import (
    recipe,
)
from tests.omniglot import omniglot_folder


@pytest.mark.parametrize("shots", [[2, 2, 2, 2], [1, 3, 2, 1, 5, 2], [2] * 11 + [1] * 3, [3, 2] * 9])
def test_a_librarys_supply_leaves_out_held_out_glyphs(shots: list[int]) -> None:
    train, _ = held_out_characters(_drawings(shots))
    assert sorted(supplies.library(shots)) == sorted(np.bincount(train.character).tolist())
    assert supplies.library_too_small(shots) == ""


@pytest.mark.parametrize("shots", [[], [1] * 9, [2, 2, 2, 1]])
def test_a_library_is_too_small_if_the_source_refuses_it(shots: list[int]) -> None:
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
def test_settings_fitted_to_a_library_can_be_sampled_from_it(shots: list[int], learner: str) -> None:
    supply = Supply(supplies.library(shots), only_library=True)
    found, lowered = fitted(supply, recipe(learner))
    assert lowered
    shape = (found["ways"], found["shots"], found["queries"])
    assert lacking(supply, *shape) == ""
    train, _ = held_out_characters(_drawings(shots))
    TaskStream(train, TaskShape(*shape)).batch(0)
    assert lacking(supply, shape[0] + 1, *shape[1:]), "more ways were possible"


def test_settings_that_fit_do_not_change() -> None:
    supply = Supply(supplies.omniglot())
    assert fitted(supply, recipe("protonet")) == (recipe("protonet"), "")


def _drawings(shots: list[int]) -> Drawings:
    names = [f"Library/{number:05}" for number, count in enumerate(shots) for _ in range(count)]
    drawers = [drawer for count in shots for drawer in range(count)]
    return Drawings.of(np.zeros((len(names), 2, 2), np.uint8), names, drawers)


def test_a_huge_number_of_queries_is_lowered_at_once() -> None:
    settings = {**recipe("protonet"), "ways": 6, "shots": 1, "queries": 10**12}
    found, lowered = fitted(Supply((50_000,) + (4,) * 6), settings)
    assert (found["ways"], found["shots"], found["queries"]) == (6, 1, 3)
    assert lowered
