"""Invented results for the tests of their display and export, and what a user does with the Evaluate panel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.engine.evaluate.confusions import Confusion
from glyphstudio.engine.evaluate.reliability import Reliability, reliability
from glyphstudio.ui.evaluate.messages import Evaluated, Evaluation, Pair
from glyphstudio.ui.evaluate.panel import EvaluatePanel

SOURCE = "synthetic:2"  # one alphabet of 25 glyphs is held out
ASKED = Evaluation(Path("/w/protonet.safetensors"), "ProtoNet", "/data/omniglot", seed=1)


def said(confidence: float, right: float, answers: int = 2000) -> Reliability:
    """Return the reliability of answers with this confidence and this share of right ones, one answer per task."""
    sure = np.full((answers, 1), confidence, np.float32)
    return reliability(sure, (np.arange(answers) < right * answers)[:, None])


def pair(first: str, second: str, counts: tuple[int, int, int, int] = (40, 12, 9, 5)) -> Pair:
    """counts: tasks with both, tasks that mixed them up, first taken for second, second taken for first."""
    drawings = tuple(np.full((32, 32), 100 * number, np.uint8) for number in range(3))
    return Pair(Confusion(0, 1, *counts), first, second, drawings, drawings)


def result(**changes: object) -> Evaluated:
    asked = replace(ASKED, **changes.pop("asked", {}))  # type: ignore[arg-type]
    plain = Evaluated(
        asked,
        learner="protonet",
        title="ProtoNet",
        sha256="ab" * 32,
        steps=None,
        accuracy=0.936,
        ci95=0.0031,
        pairs=(pair("Early Aramaic 4", "Early Aramaic 20"),),
        reliability=said(0.9, 0.88),
        seconds=12.3,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def ready(qtbot: QtBot, panel: EvaluatePanel) -> None:
    qtbot.waitUntil(panel.start.isEnabled)


def measured(qtbot: QtBot, panel: EvaluatePanel) -> None:
    """Press Start and wait for the end."""
    ready(qtbot, panel)
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    assert panel.cancel.isVisible() and not panel.form.isEnabled()
    qtbot.waitUntil(panel.start.isVisible)


def warned(qtbot: QtBot, panel: EvaluatePanel, *words: str) -> None:
    qtbot.waitUntil(lambda: all(word in panel.said.text() for word in words))
