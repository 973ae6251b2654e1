"""Own data trains and is measured on: alphabets, class folders and libraries, as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glyphstudio.engine.runs.runs import load_run
from glyphstudio.library.library import Library
from tests.engine.making import scrawl
from tests.own_data import class_folders, own_alphabets

from .conftest import Command

SMALL = ["--channels", "4,4,4,4", "--embedding", "8", "--measure-tasks", "10", "--device", "cpu", "--steps", "2"]


@pytest.fixture
def alphabets(tmp_path: Path) -> Path:
    return own_alphabets(tmp_path / "own", ("Own_A", "Own_B", "Own_C"))


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    return class_folders(tmp_path / "signs")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Six glyphs, three drawings of each."""
    path = tmp_path / "own.glyphs"
    with Library.open(path) as opened:
        for number in range(6):
            glyph = opened.enrol(f"sign {number}", scrawl(number))
            for drawer in (1, 2):
                opened.add_shot(glyph.id, scrawl(number, drawer))
    return path


def settings_of(run: Path) -> tuple[int, int, int]:
    settings = load_run(run).settings
    return settings["ways"], settings["shots"], settings["queries"]


def test_own_alphabets_train(run: Command, alphabets: Path, tmp_path: Path) -> None:
    sizes = ("--ways", 5, "--shots", 1, "--queries", 2)
    done = run("train", "--data", alphabets, "--out", tmp_path / "run", *sizes, *SMALL)
    assert done.status == 0, done
    assert "12 characters of 2 alphabets, 1 alphabet held out: Own_C." in done.err
    assert "too few" not in done.err
    assert settings_of(tmp_path / "run") == (5, 1, 2)
    assert (tmp_path / "run" / "weights.safetensors").is_file()


def test_class_folders_train(run: Command, classes: Path, tmp_path: Path) -> None:
    sizes = ("--ways", 2, "--shots", 1, "--queries", 1)
    done = run("train", "--data", classes, "--out", tmp_path / "run", *sizes, *SMALL)
    assert done.status == 0, done
    assert "2 characters of 1 alphabet, 2 glyphs held out: ankh, reed." in done.err
    assert "2-way 1-shot within alphabet: error" in done.out


def test_a_recipe_shrinks_to_the_data_and_the_run_says_so(run: Command, classes: Path, tmp_path: Path) -> None:
    done = run("train", "--data", classes, "--out", tmp_path / "run", *SMALL)
    assert done.status == 0, done
    assert "The tasks have 2 ways, 1 to adapt on and 3 to classify." in done.err
    assert settings_of(tmp_path / "run") == (2, 1, 3)
    again = run("train", "--data", classes, "--out", tmp_path / "run", *SMALL, "--resume")
    assert again.status == 0, again


def test_a_library_trains(run: Command, library: Path, tmp_path: Path) -> None:
    done = run("train", "--data", library, "--out", tmp_path / "run", *SMALL)
    assert done.status == 0, done
    assert "2 glyphs held out: sign 0, sign 5." in done.err
    assert settings_of(tmp_path / "run") == (4, 1, 2)


def test_drawers_who_have_no_glyph_in_common(run: Command, alphabets: Path, tmp_path: Path) -> None:
    for place, character in enumerate(sorted((alphabets / "Own_C").iterdir())):
        for drawer, path in enumerate(sorted(character.iterdir())):
            path.rename(path.with_name(f"{path.stem[:4]}_{10 * place + drawer:02}.png"))
    done = run("train", "--data", alphabets, "--out", tmp_path / "run", *SMALL)
    assert done.status == 0, done
    assert "6-way 1-shot within alphabet: error" in done.out


@pytest.mark.parametrize(
    ("kind", "served"), [("alphabets", (6, 12, 18)), ("classes", (2, 2, 4)), ("library", (2, 4, 6))]
)
def test_any_data_can_be_measured_on(
    run: Command, weights: Path, request: pytest.FixtureRequest, kind: str, served: tuple[int, int, int]
) -> None:
    data = request.getfixturevalue(kind)
    for part, ways in zip(("validation", "train", "all"), served, strict=True):
        common = ("--data", data, "--split", part, "--weights", weights, "--tasks", 3, "--json")
        done = run("evaluate", *common)
        assert done.status == 0, done
        assert json.loads(done.out)["ways"] == ways
        assert ("held out" in done.err) == (part != "all")
        assert "too few glyphs or drawings for tasks of 20 ways" in done.err
        within = run("evaluate", *common, "--within-alphabet")
        assert within.status == 0, within


def test_advice_names_only_options_that_the_command_has(
    run: Command, classes: Path, weights: Path, tmp_path: Path
) -> None:
    lean = class_folders(tmp_path / "lean", drawings=1)
    for done in (
        run("train", "--data", lean, "--out", tmp_path / "run", *SMALL),
        run("train", "--data", classes, "--out", tmp_path / "run", *SMALL, "--ways", 3),
        run("evaluate", "--data", lean, "--weights", weights, "--split", "all"),
        run("compare", "--data", classes, "--learner", "none", "--weights", weights),
    ):
        assert done.status == 1, done
        assert "Traceback" not in done.err
        assert "split" not in done.err.lower()
    assert "Comparing 2 ways needs as many glyphs with 6 drawings" in done.err


def test_learners_are_compared_on_what_there_is(run: Command, weights: Path, tmp_path: Path) -> None:
    data = class_folders(tmp_path / "signs", drawings=7)
    done = run("compare", "--data", data, "--learner", "none", "--weights", weights, "--tasks", 2, "--json")
    assert done.status == 0, done
    assert (json.loads(done.out)["ways"], json.loads(done.out)["queries"]) == (2, 2)
    assert "2 glyphs held out: ankh, reed" in done.err
