"""bench: it measures every figure. The speed is not judged here, because other programs run at the same time."""

from __future__ import annotations

import json
from pathlib import Path

from glyphstudio.cli.check.bench import _TARGETS
from tests.cli.conftest import Command, started


def test_every_figure_is_measured(weights: Path) -> None:
    done = started("bench", "--weights", weights, "--starts", 1, "--json")
    assert done.status == 0 and "Traceback" not in done.err, done
    figures = json.loads(done.out)
    assert set(_TARGETS) <= set(figures)
    assert all(value > 0 for value in figures.values())
    assert figures["process start to visible window, median"] < figures["process start to first answer, median"]


def test_missing_files_are_reported_before_measuring(run: Command, weights: Path, tmp_path: Path) -> None:
    run("bench", "--weights", tmp_path / "none").failed("none is missing")
    run("bench", "--weights", weights, "--device", "abacus").failed("abacus")
