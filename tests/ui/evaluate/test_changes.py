"""The Evaluate panel while it measures: cancelled, given another learner, closed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.ui.evaluate.panel import EvaluatePanel
from glyphstudio.ui.evaluate.worker import EvaluateWorker
from tests.ui.evaluate.making import measured, ready, warned


def test_cancelled_in_the_middle_and_started_again(qtbot: QtBot, panel: EvaluatePanel) -> None:
    panel.form.tasks.setValue(10_000)
    ready(qtbot, panel)
    QTest.keyClick(panel.start, Qt.Key.Key_Space)
    assert panel.cancel.hasFocus() or not panel.isActiveWindow()
    qtbot.waitUntil(lambda: panel.bar.value() > 0)
    assert "of 10,000 tasks" in panel.said.text()
    QTest.keyClick(panel.cancel, Qt.Key.Key_Space)
    assert not panel.cancel.isEnabled()
    qtbot.waitUntil(panel.start.isVisible)
    assert panel.said.text() == "Cancelled. Nothing was measured."
    assert panel.result.result is None and not panel.result.isVisible()
    panel.form.tasks.setValue(5)
    measured(qtbot, panel)
    assert panel.result.isVisible()
    assert panel.said.text().startswith("Measured in ")


def test_a_learner_chosen_meanwhile_does_not_change_the_evaluation(
    qtbot: QtBot, panel: EvaluatePanel, weights: Path, tmp_path: Path
) -> None:
    panel.form.tasks.setValue(400)
    ready(qtbot, panel)
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.bar.value() > 0)
    panel.use(tmp_path / "none.safetensors", "Other")
    assert panel.heading.text() == "Evaluate Other"
    qtbot.waitUntil(panel.start.isVisible)
    assert panel.result.result is not None
    assert panel.result.result.evaluation.weights == weights
    assert panel.result.protocol.text().startswith("ProtoNet on ")
    warned(qtbot, panel, "is missing")
    assert not panel.start.isEnabled()


def test_the_thread_ends_in_the_middle_of_its_work(qtbot: QtBot, panel: EvaluatePanel, thread: EvaluateWorker) -> None:
    panel.form.tasks.setValue(10_000)
    ready(qtbot, panel)
    panel.start.click()
    qtbot.waitUntil(lambda: panel.bar.value() > 0)
    thread.close()
    assert not thread.running
    done = panel.bar.value()
    thread.evaluate(panel.form.evaluation(Path("x"), "ProtoNet"))
    QApplication.processEvents()
    assert not thread.running and panel.bar.value() <= done + 100
