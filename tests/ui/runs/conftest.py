"""The view of runs, over a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.runs import Runs
from glyphstudio.ui.runs.view import RunsView
from tests.ui.runs.making import (
    Maker,
)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def make(qtbot: QtBot, runs: Runs) -> Iterator[Maker]:
    """A function that makes the view and waits until it has read the disk."""
    made: list[RunsView] = []

    def view() -> RunsView:
        one = RunsView(runs)
        made.append(one)
        one.resize(1200, 640)
        with qtbot.waitExposed(one):
            one.show()
        one.activateWindow()
        qtbot.waitUntil(lambda: one._known)
        return one

    yield view
    for one in made:
        one.close_worker()
        one.close()
        one.deleteLater()
