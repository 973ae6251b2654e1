"""The training worker over a few drawings, the panel over it, and what they tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.resources import weights_of
from glyphstudio.ui.train.panel import TrainingPanel
from glyphstudio.ui.train.worker import TrainingWorker
from tests.ui.train.making import FakeCurves, Heard, few_drawings, training_thread


@pytest.fixture
def thread(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingWorker]:
    few_drawings(monkeypatch)
    with training_thread(tmp_path / "runs") as made:
        yield made


@pytest.fixture
def panel(qtbot: QtBot, thread: TrainingWorker, monkeypatch: pytest.MonkeyPatch) -> TrainingPanel:
    made = TrainingPanel(thread, FakeCurves)
    monkeypatch.setattr(made, "_really", lambda *_said: True)
    qtbot.addWidget(made)
    made.resize(560, 800)
    made.show()
    made.use(weights_of("protonet"), "ProtoNet")
    return made


@pytest.fixture
def heard(thread: TrainingWorker) -> Heard:
    return Heard(thread)
