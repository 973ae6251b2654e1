"""The training docks get library and weights and return results; closing asks about a running training."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.runs import Runs, RunState
from glyphstudio.ui.evaluate.panel import EvaluatePanel
from glyphstudio.ui.learner.choice import shipped
from glyphstudio.ui.runs.view import RunsView
from glyphstudio.ui.train.panel import TrainingPanel
from glyphstudio.ui.window.training_docks import EVALUATE, RUNS, TRAINING
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING
from tests.ui.train.making import PATIENCE, few_drawings, long_plan, tiny_plan


@pytest.fixture
def window(make_window: Maker, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    few_drawings(monkeypatch)
    made = make_window()
    made.begin_with(shipped("protonet"))
    return made


def panel_of(window: MainWindow) -> TrainingPanel:
    window.docks.show(TRAINING)
    panel = window.docks.content(TRAINING)
    assert isinstance(panel, TrainingPanel)
    return panel


def answer(text: str) -> None:
    """Press the button with this text in the next message box."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(20, press)


def train(window: MainWindow, qtbot: QtBot, name: str = "Long") -> TrainingPanel:
    """Start a training that runs until it is told to stop."""
    panel = panel_of(window)
    steps: list[int] = []
    panel.worker.took.connect(lambda taken: steps.append(taken[-1].step))
    panel.start(long_plan(name=name))
    qtbot.waitUntil(lambda: bool(steps) and steps[-1] >= 2, timeout=PATIENCE)
    return panel


def states(runs: Runs) -> list[RunState]:
    return [run.state for run in runs.all()]


def test_the_panels_get_library_and_weights_however_late_they_are_made(
    window: MainWindow, qtbot: QtBot, hand: Hand
) -> None:
    hand.draw(window.canvas_column.canvas, CROSS)
    type_name(window, "Tarn")
    qtbot.waitUntil(lambda: len(window.model) == 1)
    panel = panel_of(window)
    window.docks.show(EVALUATE)
    evaluate = window.docks.content(EVALUATE)
    assert isinstance(evaluate, EvaluatePanel)
    hand.draw(window.canvas_column.canvas, RING)
    type_name(window, "Kresh")
    qtbot.waitUntil(lambda: len(window.model) == 2)
    assert [glyph.name for glyph in panel._around.glyphs] == ["Tarn", "Kresh"]
    assert panel._around.library == window.libraries.path
    assert panel._around.weights == shipped("protonet").path
    assert list(evaluate.form.source.opened.values()) == [window.model.glyphs]
    assert "ProtoNet" in evaluate.heading.text()


def test_closing_asks_and_cancel_stays(window: MainWindow, qtbot: QtBot) -> None:
    panel = train(window, qtbot)
    answer("Cancel")
    assert not window.close()
    assert window.isVisible()
    assert panel.busy


def test_stop_and_keep_closes_once_the_weights_are_written(window: MainWindow, qtbot: QtBot) -> None:
    panel = train(window, qtbot)
    answer("Stop and keep")
    with qtbot.waitSignal(window.closed, timeout=PATIENCE):
        assert not window.close(), "not yet"
        assert window.isHidden()
    (run,) = panel.worker.runs.all()
    assert run.state is RunState.STOPPED
    assert run.weights.is_file()


def test_discard_leaves_nothing(window: MainWindow, qtbot: QtBot) -> None:
    panel = train(window, qtbot)
    answer("Discard")
    with qtbot.waitSignal(window.closed, timeout=PATIENCE):
        window.close()
    assert panel.worker.runs.all() == []


def test_kept_running_in_the_background_until_done(window: MainWindow, qtbot: QtBot) -> None:
    panel = panel_of(window)
    panel.start(tiny_plan(steps=400))
    qtbot.waitUntil(lambda: panel.worker.run is not None, timeout=PATIENCE)
    answer("Keep running in the background until done")
    with qtbot.waitSignal(window.closed, timeout=2 * PATIENCE):
        window.close()
        assert window.isHidden()
    (run,) = panel.worker.runs.all()
    assert (run.state, run.step) == (RunState.DONE, 400)


def test_a_window_shown_again_stays_open_when_the_training_ends(window: MainWindow, qtbot: QtBot) -> None:
    panel = train(window, qtbot)
    answer("Keep running in the background until done")
    window.close()
    window.show()  # as a second start of the app does
    panel.worker.discard()
    qtbot.waitUntil(lambda: not panel.busy, timeout=PATIENCE)
    qtbot.wait(50)
    assert window.isVisible()


def test_a_training_closed_without_asking_is_offered_at_the_next_start(
    window: MainWindow, make_window: Maker, qtbot: QtBot
) -> None:
    train(window, qtbot, "Cut off")
    window.closing_question.at_once()
    assert states(Runs()) == [RunState.PAUSED]
    second = make_window()
    qtbot.waitUntil(lambda: second.docks.content(TRAINING) is not None)
    panel = panel_of(second)
    qtbot.waitUntil(panel.offer.isVisible)
    assert panel.offer.sentence.text().startswith("A training was interrupted: Cut off at step ")


def test_runs_are_listed_used_and_trained_again(window: MainWindow, qtbot: QtBot) -> None:
    panel = panel_of(window)
    panel.start(tiny_plan(name="First", seed=11))
    qtbot.waitUntil(lambda: panel.result_page.finished is not None, timeout=PATIENCE)
    window.docks.show(RUNS)
    runs = window.docks.content(RUNS)
    assert isinstance(runs, RunsView)
    qtbot.waitUntil(lambda: runs.model.rowCount() == 1)
    runs.list.selectRow(0)
    used: list[tuple[Path, str]] = []
    window.training.use_wanted.connect(lambda path, name: used.append((path, name)))
    runs.use.trigger()
    (run,) = panel.worker.runs.all()
    assert used == [(run.weights, "First")]
    own = window.own_weights.folder / "First.safetensors"
    qtbot.waitUntil(own.is_file)
    runs.again.trigger()
    assert panel.pages.currentWidget() is panel.form
    assert panel.form.plan.settings["seed"] == 11
    panel.start(tiny_plan(name="Second"))
    qtbot.waitUntil(lambda: runs.model.rowCount() == 2, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not panel.busy, timeout=PATIENCE)
