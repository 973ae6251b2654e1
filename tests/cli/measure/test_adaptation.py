"""adapt."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from glyphstudio.cli.measure import adaptation
from glyphstudio.learners.regression.starts import STARTS
from tests.cli.conftest import Command, small_omniglot

QUICK = ("--steps", 2, "--tasks", 3)


@pytest.fixture(scope="module")
def omniglot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_omniglot(tmp_path_factory.mktemp("data") / "images_background", drawers=3)


def test_the_names_are_those_of_the_starts() -> None:
    assert list(STARTS) == list(adaptation._NAMES)


def test_every_start_on_sinusoids(run: Command) -> None:
    done = run("adapt", "sinusoids", *QUICK, "--seeds", 2, "--json")
    assert (done.status, done.err) == (0, "")
    result = json.loads(done.out)
    assert (result["family"], result["shots"], result["tasks_seen"], result["seeds"]) == ("sinusoids", 10, 50, 2)
    assert list(result["starts"]) == list(STARTS)
    for name, found in result["starts"].items():
        assert found["tasks"] == found["head_only"]["tasks"] == 6
        assert len(found["error"]) == len(found["ci95"]) == 11
        assert found["error"][0] == found["head_only"]["error"][0]
        difference = found["head_only"]["error"][10] - found["error"][10]
        assert found["less_than_head_only"]["mean"] == pytest.approx(difference, abs=1e-5, rel=1e-6)
        assert len(found["nearest"]["error"]) == 1 and found["less_than_nearest"]["mean"] == pytest.approx(
            found["nearest"]["error"][0] - found["error"][10], abs=1e-5, rel=1e-6
        )
        assert (found["chosen_rates"] is None) == (name not in {"pretrained", "random"})


def test_quantities_of_held_out_drawings(run: Command, omniglot: Path) -> None:
    common = ("adapt", "quantities", "--data", omniglot, *QUICK, "--shots", 5, "--start", "maml", "--start", "random")
    one, same, other = (json.loads(run(*common, "--json", "--seed", seed).out)["starts"] for seed in (0, 0, 1))
    assert list(one) == ["maml", "random"]
    assert one == same != other


def test_the_table_fits(run: Command) -> None:
    done = run("adapt", "sinusoids", *QUICK, "--start", "maml++", "--start", "pretrained")
    lines = done.out.splitlines()
    assert max(map(len, lines[:3])) <= 120
    assert [line.split()[0] for line in lines[:3]] == ["Start", "MAML++", "Pre-trained"]
    assert lines[1].count("±") == 8
    assert "10 shots; each start saw 50 tasks; 1 training of each." in done.out


def test_the_plot_names_each_start(run: Command, tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    done = run("adapt", "sinusoids", *QUICK, "--start", "fomaml", "--start", "pretrained", "--plot", path)
    assert done.err == f"Plot: {path}\n"
    words = " ".join(text for part in ElementTree.parse(path).iter() if (text := (part.text or "").strip()))  # noqa: S314
    for word in ("First-order MAML", "Pre-trained", "Mean squared error", "sinusoids, 10 examples"):
        assert word in words


def test_mistakes_are_named_before_anything_is_trained(run: Command, tmp_path: Path) -> None:
    run("adapt", "sinusoids", "--plot", tmp_path / "curves.jpg").failed(".png", ".svg")
    run("adapt", "quantities", "--data", tmp_path / "gone").failed("gone")
