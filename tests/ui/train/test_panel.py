"""The Meta-Train panel: the form, a running training, and its result."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.runs import Run, RunState, load_run
from glyphstudio.ui.train.form import TrainingForm
from glyphstudio.ui.train.messages import (
    Began,
    Compared,
    Cost,
    Ending,
    Finished,
    Plan,
    Prepared,
    Result,
    Score,
    Trouble,
)
from glyphstudio.ui.train.panel import CANCEL, KEEP, TrainingPanel
from glyphstudio.ui.train.result import TrainingResult, verdict
from glyphstudio.ui.train.worker import TrainingWorker
from tests.engine.making import scrawl
from tests.ui.train.making import FakeCurves, Heard, long_plan, tiny_plan
from tests.ui.watch.making import glyph

_COST = Cost(step=0.2, task=0.01, megabytes=640.0, device="CPU")
LIBRARY = tuple(glyph(number, f"Glyph {number}", scrawl(number), scrawl(number, 1)) for number in range(1, 7))


def test_the_curves_load_before_the_first_step_but_not_while_a_pen_is_down(
    qtbot: QtBot, thread: TrainingWorker
) -> None:
    pen, looks = [True], [0]

    def drawing() -> bool:
        looks[0] += 1
        return pen[0]

    panel = TrainingPanel(thread, FakeCurves, drawing)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: looks[0] >= 2)
    assert panel.live.curves is None, "nothing may load while a pen is down"
    pen[0] = False
    qtbot.waitUntil(lambda: panel.live.curves is not None)


def test_start_does_not_wait_for_the_pen(qtbot: QtBot, thread: TrainingWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = TrainingPanel(thread, FakeCurves, lambda: True)
    qtbot.addWidget(panel)
    there: list[bool] = []
    monkeypatch.setattr(thread, "start", lambda _plan: there.append(panel.live.curves is not None))
    panel.start(tiny_plan())
    assert there == [True], "the curves must be there before the worker starts"


# A running training


def test_from_the_form_to_a_result_that_is_used(
    qtbot: QtBot, panel: TrainingPanel, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainingForm, "plan", property(lambda _form: tiny_plan()))
    panel.show_library(LIBRARY, Path("own.glyphs"))
    QTest.mouseClick(panel.form.start, Qt.MouseButton.LeftButton)
    assert panel.pages.currentWidget() is panel.live
    assert panel.busy
    finished = heard.wait(qtbot, Finished)
    assert not panel.busy
    assert isinstance(panel.live.curves, FakeCurves)
    assert list(panel.live.curves.runs.values()) == [list(range(1, 11))]
    assert panel.pages.currentWidget() is panel.result_page
    texts = [label.text() for label in panel.result_page._table.findChildren(type(panel.result_page.heading))]
    assert "In use: ProtoNet" in texts
    assert "Your own library, 12 drawings" in texts
    with qtbot.waitSignal(panel.use_wanted) as used:
        QTest.mouseClick(panel.result_page.use, Qt.MouseButton.LeftButton)
    assert finished.run is not None
    assert used.args == [finished.run.weights, "Tiny"]
    QTest.mouseClick(panel.result_page.again, Qt.MouseButton.LeftButton)
    again = heard.wait(qtbot, Finished, 2).run
    assert again is not None
    assert again.settings == finished.run.settings
    assert again.folder != finished.run.folder


def test_pause_resume_and_stop_show_their_progress(qtbot: QtBot, panel: TrainingPanel, heard: Heard) -> None:
    live = panel.live
    panel.start(long_plan())
    assert not live.keep.isEnabled(), "there is nothing to stop yet"
    heard.wait_for_step(qtbot, 2)
    QTest.mouseClick(live.pause, Qt.MouseButton.LeftButton)
    assert live.status.text() == "Pausing after this step…"
    qtbot.waitUntil(lambda: live.pause.text() == "Resume")
    assert live.status.text().startswith("Paused")
    QTest.mouseClick(live.pause, Qt.MouseButton.LeftButton)
    assert live.status.text() == "Resuming…"
    step = heard.steps[-1].step
    heard.wait_for_step(qtbot, step + 20)
    assert live.pause.text() == "Pause"
    assert live.heading.text().startswith("Step ")
    assert live.facts["Device"].text() == "CPU"
    QTest.mouseClick(live.keep, Qt.MouseButton.LeftButton)
    assert live.status.text() == "Stopping after this step…"
    finished = heard.wait(qtbot, Finished)
    assert finished.ending is Ending.KEEP
    assert panel.result_page.use.isVisible()
    assert panel.result_page.resume.isVisible()


def test_discarding_asks_and_goes_back_to_the_form(qtbot: QtBot, panel: TrainingPanel, heard: Heard) -> None:
    panel.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    QTest.mouseClick(panel.live.discard, Qt.MouseButton.LeftButton)
    assert panel.live.status.text() == "Discarding after this step…"
    heard.wait(qtbot, Finished)
    assert panel.pages.currentWidget() is panel.form
    assert panel.worker.runs.all() == []


def test_another_training_waits_and_can_be_dropped(qtbot: QtBot, panel: TrainingPanel, heard: Heard) -> None:
    panel.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    QTest.mouseClick(panel.live.another, Qt.MouseButton.LeftButton)
    assert panel.pages.currentWidget() is panel.form
    assert panel.strip.isVisible()
    assert panel.form.start.text() == "Start after the current one"
    panel.form.start_wanted.emit(tiny_plan(name="Second"))
    assert panel.live.queue.text() == "Second waits for this one."
    QTest.mouseClick(panel.live.forget, Qt.MouseButton.LeftButton)
    assert panel.live.queue.text() == ""
    panel.worker.discard()
    heard.wait(qtbot, Finished)
    assert not panel.busy


def test_a_full_disk_is_shown_while_it_is_full(panel: TrainingPanel) -> None:
    panel._hear(Trouble("There is no room."))
    assert panel.live.trouble.text() == "There is no room. Training continues, and saving is tried again."
    panel._hear(Trouble(""))
    assert panel.live.trouble.text() == ""


def test_closing_during_a_run_asks(
    qtbot: QtBot, panel: TrainingPanel, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    asked: list[str] = []

    def press(word: str) -> None:
        def answer(box: QMessageBox) -> int:
            asked.append(box.text())
            button = next(button for button in box.buttons() if button.text().replace("&", "").startswith(word))
            monkeypatch.setattr(box, "clickedButton", lambda: button, raising=False)
            return 0

        monkeypatch.setattr(QMessageBox, "exec", answer)

    press("Cancel")
    assert panel.close_question() == CANCEL
    assert panel.busy
    press("Stop and keep")
    with qtbot.waitSignal(panel.idle):
        assert panel.close_question() == KEEP
    assert asked == ["Long is not done yet."] * 2
    run = heard.of(Finished)[0].run
    assert run is not None
    assert load_run(run.folder).state is RunState.STOPPED


def test_a_result_stays_on_the_screen_while_the_next_training_runs(
    qtbot: QtBot, panel: TrainingPanel, heard: Heard
) -> None:
    panel.start(tiny_plan(steps=2))
    panel.start(long_plan())
    heard.wait(qtbot, Began, 2)
    heard.wait(qtbot, Prepared, 2)
    assert panel.pages.currentWidget() is panel.result_page
    assert panel.strip.isVisible()
    panel.strip.click()
    assert panel.pages.currentWidget() is panel.live
    assert not panel.strip.isVisible()
    panel.worker.discard()
    heard.wait(qtbot, Finished, 2)


# The result


def compared(new: float, low: float, high: float) -> Compared:
    score = Score(new, new - 0.01, new + 0.01)
    return Compared("Held-out glyphs, 20-way 1-shot", score, score, (0.0, low, high), "300 tasks")


def test_the_headline_claims_no_more_than_the_intervals_allow() -> None:
    better, worse, alike = compared(0.9, 0.01, 0.02), compared(0.9, -0.02, -0.01), compared(0.9, -0.01, 0.01)
    assert verdict((better, alike)) == "Better than the one in use"
    assert verdict((worse, alike)) == "Not as good as the one in use"
    assert verdict((alike, alike)) == "About as good"
    assert verdict((better, worse)) == "Better in one way, worse in another"
    assert verdict(()) == ""


def test_a_failed_run_offers_its_remedies(qtbot: QtBot, panel: TrainingPanel, thread: TrainingWorker) -> None:
    run = thread.runs.new("protonet", ("synthetic:2",), tiny_plan().settings)
    (run.folder / "state.safetensors").touch()
    failed = Run(**{**vars(run), "state": RunState.FAILED, "step": 4})
    result_page: TrainingResult = panel.result_page
    remedy = Plan("protonet", (), {"meta_batch": 2})
    panel._to_live()
    panel._hear(Finished(failed, problem="There was not enough memory.", remedy=remedy, remedy_label="Continue with 2"))
    panel.pages.setCurrentWidget(result_page)
    assert result_page.problem.text() == "There was not enough memory."
    assert result_page.remedy.text() == "Continue with 2"
    for button, shown in (
        (result_page.remedy, True),
        (result_page.finish, True),
        (result_page.resume, True),
        (result_page.change, True),
        (result_page.use, False),
        (result_page.again, False),
    ):
        assert button.isVisible() is shown, button.text()
    QTest.mouseClick(result_page.change, Qt.MouseButton.LeftButton)
    assert panel.pages.currentWidget() is panel.form
    assert panel.form.plan.settings["ways"] == 4
    assert panel.form.plan.sources == ("synthetic:2",)


def test_sentences_are_shown_beside_the_figures(panel: TrainingPanel, thread: TrainingWorker) -> None:
    run = thread.runs.new("protonet", ("synthetic:2",), tiny_plan().settings)
    result = Result("ProtoNet", "MAML", (compared(0.9, -0.01, 0.01),), ("It ignores its support set.",))
    panel._hear(Finished(run, weights=True, result=result))
    panel.pages.setCurrentWidget(panel.result_page)
    QApplication.processEvents()
    assert panel.result_page.heading.text() == "About as good"
    assert panel.result_page.said.text() == "It ignores its support set."


def test_the_form_takes_over_the_settings_of_a_run(panel: TrainingPanel, thread: TrainingWorker) -> None:
    settings = {**tiny_plan("maml").settings, "learner": "maml", "inner": {"steps": 7, "rate": 0.5, "order": 1}}
    run = thread.runs.new("maml", ("synthetic:7",), settings, measure_tasks=77)
    panel.start_again(run)
    plan = panel.form.plan
    assert plan.learner == "maml"
    assert plan.sources == ("synthetic:7",)
    assert plan.measure_tasks == 77
    assert {key: plan.settings["inner"][key] for key in ("steps", "rate", "order")} == settings["inner"]
    assert plan.settings["encoder"] == settings["encoder"]
