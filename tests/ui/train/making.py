"""Short trainings for the tests of the training worker and panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from glyphstudio import sources
from glyphstudio.data.drawings import Drawings
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.engine.evaluate import memorising
from glyphstudio.engine.runs.log import Curves
from glyphstudio.engine.runs.runs import Runs
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.ui.train.messages import Plan, Taken
from glyphstudio.ui.train.worker import TrainingWorker
from tests import patience

PATIENCE = 1000 * patience.PATIENCE  # ms
Message = TypeVar("Message")


def tiny_settings(**changes: Any) -> dict[str, Any]:
    settings = {
        "encoder": {"size": BITMAP_SIZE, "channels": [4, 8], "embedding": 16},
        "ways": 4,
        "queries": 1,
        "meta_batch": 1,
        "within": 0.0,
        "variants": False,
        "jitter": None,
        "steps": 10,
        "save_every": 2,
        "validate_every": 5,
        "validation_tasks": 2,
        "device": "cpu",
        "start": "",
        "seed": 3,
    }
    return {**settings, **changes}


def tiny_plan(learner: str = "protonet", name: str = "Tiny", **changes: Any) -> Plan:
    return Plan(learner, ("synthetic:2",), tiny_settings(**changes), measure_tasks=4, name=name)


def long_plan(**changes: Any) -> Plan:
    """Return the plan of a training that only an order ends."""
    return tiny_plan(**{"name": "Long", "steps": 1_000_000, "validate_every": 1_000_000, "save_every": 100, **changes})


def few_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make invented alphabets small, 8 glyphs with 4 drawings of each, so that none takes a second."""

    def few(alphabets: int = 50, on_progress: Callable[[int, int], None] | None = None) -> Drawings:
        return load_synthetic(alphabets, characters=8, drawers=4, on_progress=on_progress)

    monkeypatch.setattr(sources, "load_synthetic", few)
    monkeypatch.setattr(memorising, "_ANSWERS", 0)  # signs of memorising in 8 tasks instead of 30


class Heard(QObject):
    """The messages of a worker, and the steps it took."""

    def __init__(self, thread: TrainingWorker) -> None:
        super().__init__(thread)
        self.messages: list[object] = []
        self.steps: list[Taken] = []
        thread.told.connect(self.messages.append)
        thread.took.connect(self.steps.extend)

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.messages if isinstance(message, kind)]

    def wait(self, qtbot: QtBot, kind: type[Message], count: int = 1) -> Message:
        """Wait for `count` messages of this kind and return the last of them."""
        qtbot.waitUntil(lambda: len(self.of(kind)) >= count, timeout=PATIENCE)
        return self.of(kind)[count - 1]

    def wait_for_step(self, qtbot: QtBot, step: int) -> None:
        qtbot.waitUntil(lambda: bool(self.steps) and self.steps[-1].step >= step, timeout=PATIENCE)


@contextmanager
def training_thread(folder: Path) -> Iterator[TrainingWorker]:
    """Yield a worker over the runs in `folder`, and close it at the end, even after an error."""
    thread = TrainingWorker(Runs(folder))
    try:
        yield thread
    finally:
        thread.close()
        thread.deleteLater()


class FakeCurves(QWidget):
    """Stands in for the curves view and remembers the steps of each run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs: dict[str, list[float]] = {}

    def show_run(self, key: str, title: str, settings: str, curves: Curves) -> None:
        assert title
        assert settings
        self.runs[key] = list(curves.step)

    def extend_run(self, key: str, curves: Curves) -> None:
        self.runs[key] += list(curves.step)

    def remove_run(self, key: str) -> None:
        self.runs.pop(key, None)
