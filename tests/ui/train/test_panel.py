"""The Meta-Train panel: the form, a running training, and its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QSpinBox
from pytestqt.qtbot import QtBot

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.engine.runs.runs import Run, RunState, load_run
from glyphstudio.resources import weights_of
from glyphstudio.ui.train.form import TrainingForm
from glyphstudio.ui.train.messages import (
    Began,
    Compared,
    Cost,
    CostRequest,
    Ending,
    Estimated,
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
from tests.ui.train.making import FakeCurves, Heard, few_drawings, long_plan, tiny_plan, training_thread
from tests.ui.watch.making import glyph

_COST = Cost(step=0.2, task=0.01, megabytes=640.0, device="CPU")
LIBRARY = tuple(glyph(number, f"Glyph {number}", scrawl(number), scrawl(number, 1)) for number in range(1, 7))


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


@pytest.fixture
def heard(thread: TrainingWorker) -> Heard:
    return Heard(thread)


@pytest.fixture
def form(qtbot: QtBot) -> TrainingForm:
    made = TrainingForm()
    qtbot.addWidget(made)
    made.show()
    made.show_library(LIBRARY, Path("own.glyphs"))
    return made


def answer(form: TrainingForm) -> CostRequest:
    """Answer the form's question about the cost, and return the question."""
    wish = form._wish(form._chosen()[0])
    form.show_cost(Estimated(wish, _COST))
    return wish


# The form


def test_it_starts_with_a_choice_that_needs_no_data(form: TrainingForm) -> None:
    assert form.plan.sources == ("synthetic:50",)
    assert form.plan.learner == "protonet"
    assert form.start.isEnabled()
    assert "measuring" in form.estimate.text()


def test_fetched_omniglot_is_the_first_choice(qtbot: QtBot) -> None:
    default_data_folder().mkdir(parents=True)
    form = TrainingForm()
    qtbot.addWidget(form)
    assert form.plan.sources == (str(default_data_folder()),)


def test_it_asks_for_the_cost_and_shows_it(qtbot: QtBot, form: TrainingForm) -> None:
    with qtbot.waitSignal(form.cost_wanted) as asked:
        form.learner.setCurrentIndex(form.learner.findData("maml"))
    assert asked.args is not None
    form.show_cost(Estimated(asked.args[0], _COST))
    assert form.estimate.text() == "About 3 min for 600 steps on CPU, and at most 640 MB of memory."
    assert form.notes[1].text().startswith("600 steps, about 3 min")
    assert form.notes[2].text().startswith("1,800 steps, about 7 min")


def test_a_quick_look_has_as_many_steps_as_fit_into_two_minutes(form: TrainingForm) -> None:
    form.presets.button(0).setChecked(True)
    answer(form)
    assert form.plan.seconds == 115
    assert "2 min" in form.estimate.text()
    (steps,) = {text.split(" steps")[0].split()[-1] for text in (form.notes[0].text(), form.estimate.text())}
    assert 300 < int(steps) < 575


def test_a_library_that_is_too_small_is_greyed_out_with_the_reason(form: TrainingForm) -> None:
    form.show_library(LIBRARY[:3], Path("own.glyphs"))
    assert not form.sources.library.isEnabled()
    assert form.sources.said.text() == "Needs 4 glyphs with 2 drawings; this library has 3."
    form.show_library(LIBRARY, Path("own.glyphs"))
    assert form.sources.library.isEnabled()
    assert form.sources.said.text() == "6 glyphs, 12 drawings"


def test_a_preset_adapts_to_a_small_library(form: TrainingForm) -> None:
    form.sources.invented.setChecked(False)
    form.sources.library.setChecked(True)
    assert form.start.isEnabled()
    plan = form.plan
    assert plan.sources == ("own.glyphs",)
    assert (plan.settings["ways"], plan.settings["shots"], plan.settings["queries"]) == (4, 1, 1)
    assert "As 4-way 1-shot with 1 query" in form.notes[1].text()


def test_settings_that_a_library_cannot_serve_are_refused_before_the_start(qtbot: QtBot, form: TrainingForm) -> None:
    form.sources.invented.setChecked(False)
    form.sources.library.setChecked(True)
    form.presets.button(3).setChecked(True)
    spin = form.fields.fields["ways"]
    spin.setValue(20)  # type: ignore[union-attr]
    assert not form.start.isEnabled()
    assert form.problem.text().startswith("Needs 20 glyphs with 2 drawings; this library has 4 to train on")
    with qtbot.assertNotEmitted(form.start_wanted):
        QTest.mouseClick(form.start, Qt.MouseButton.LeftButton)
    spin.setValue(4)  # type: ignore[union-attr]
    assert form.start.isEnabled()


def test_a_mix_of_sources(form: TrainingForm) -> None:
    form.sources.library.setChecked(True)
    assert form.plan.sources == ("synthetic:50", "own.glyphs")


@pytest.mark.parametrize(
    ("place", "said"), [("", "Say where Omniglot is"), ("/nowhere/omniglot", "There is nothing at /nowhere/omniglot")]
)
def test_omniglot_that_is_not_there(form: TrainingForm, place: str, said: str) -> None:
    form.sources.omniglot.setChecked(True)
    form.sources.place.setText(place)
    assert not form.start.isEnabled()
    assert said in form.problem.text()


def test_every_setting_starts_with_the_preset_and_greys_out_unused_settings(form: TrainingForm) -> None:
    form.presets.button(2).setChecked(True)
    form.presets.button(3).setChecked(True)
    fields = form.fields.fields
    steps = fields["steps"]
    assert isinstance(steps, QSpinBox)
    assert steps.value() == 12_000
    assert not fields["inner.steps"].isEnabled()
    form.learner.setCurrentIndex(form.learner.findData("maml"))
    assert fields["inner.steps"].isEnabled()
    fields["inner.steps"].setValue(5)  # type: ignore[union-attr]
    fields["rate"].setText("0,01")  # type: ignore[union-attr]
    plan = form.plan
    assert plan.settings["inner"]["steps"] == 5
    assert plan.settings["inner"]["head_rate"] == 10.0, "a setting outside the form must come from the recipe"
    assert plan.settings["rate"] == 0.01
    assert plan.settings["start"] == "pretrained"


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf", "1e9"])
def test_a_rate_that_is_no_number_or_out_of_range(form: TrainingForm, text: str) -> None:
    form.presets.button(3).setChecked(True)
    field = form.fields.fields["rate"]
    field.setText(text)  # type: ignore[union-attr]
    form.fields.changed.emit()
    assert form.problem.text() == "Learning rate must be a number from 1e-08 to 1."
    assert not form.start.isEnabled()


def test_a_training_whose_cost_cannot_be_measured_cannot_start(form: TrainingForm) -> None:
    form.show_cost(Estimated(answer(form), None, "This machine does not have enough memory for such a step."))
    assert form.problem.text() == "This machine does not have enough memory for such a step."
    assert not form.start.isEnabled()


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
