"""The Meta-Train form: its choices, what they cost, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.ui.train.form import TrainingForm
from glyphstudio.ui.train.messages import (
    Cost,
    CostRequest,
    Estimated,
)
from tests.engine.making import scrawl
from tests.ui.watch.making import glyph

_COST = Cost(step=0.2, task=0.01, megabytes=640.0, device="CPU")
LIBRARY = tuple(glyph(number, f"Glyph {number}", scrawl(number), scrawl(number, 1)) for number in range(1, 7))


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
        form.learner.setCurrentIndex(form.learner.findData("anil"))
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
    assert steps.value() == 27_000
    assert not fields["inner.steps"].isEnabled()
    form.learner.setCurrentIndex(form.learner.findData("anil"))
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
