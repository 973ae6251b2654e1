"""The Evaluate panel on small tasks of invented glyphs, and its worker, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from glyphstudio import sources
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.ui.evaluate.panel import EvaluatePanel
from glyphstudio.ui.evaluate.worker import EvaluateWorker
from tests.engine.making import CALIBRATION, SMALL
from tests.ui.evaluate.making import SOURCE

invented = cache(load_synthetic)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of a small untrained ProtoNet, which is right only now and then."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "protonet.safetensors"
    save_weights(path, LEARNERS["protonet"](SMALL).eval(), CALIBRATION, {})
    return path


@pytest.fixture(autouse=True)
def _invented_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invent the glyphs of `SOURCE` only once, because it takes a second, in the panel and on the command line."""
    monkeypatch.setattr(sources, "load_synthetic", lambda alphabets, on_progress=None: invented(alphabets))


@pytest.fixture
def thread() -> Iterator[EvaluateWorker]:
    thread = EvaluateWorker()
    yield thread
    thread.close()


@pytest.fixture
def panel(qtbot: QtBot, thread: EvaluateWorker, weights: Path) -> EvaluatePanel:
    """A panel with small tasks of invented glyphs; visible, but not ready yet."""
    panel = EvaluatePanel(thread)
    qtbot.addWidget(panel)
    panel.resize(420, 900)
    panel.form.source.choose(SOURCE)
    for box, value in ((panel.form.ways, 5), (panel.form.tasks, 30), (panel.form.seed, 3)):
        box.setValue(value)
    panel.use(weights, "ProtoNet")
    panel.show()
    return panel
