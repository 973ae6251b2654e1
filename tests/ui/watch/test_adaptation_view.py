"""The view Watch It Adapt, and the worker that it shares with the map."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.recognise.descent import STEPS as ENGINE_STEPS
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.ink import Ink
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.resources import weights_of
from glyphstudio.ui.parts.wording import LOADING
from glyphstudio.ui.watch import worker as watching_worker
from glyphstudio.ui.watch.adaptation_view import MOST_GLYPHS, MOST_SHOTS, STEPS, AdaptationView
from glyphstudio.ui.watch.step_column import loss_text
from glyphstudio.ui.watch.watcher import WORKING, newest
from glyphstudio.ui.watch.worker import WatchWorker
from tests.engine.making import CALIBRATION, SMALL, equal
from tests.ui.glyphs import CROSS, GATE, RING_AGAIN, STAIR
from tests.ui.watch.making import FOMAML, THREE, collected, glyph, many, names, ready


def press(view: AdaptationView, key: Qt.Key) -> None:
    QTest.keyClick(view.slider, key)


# The view


def test_three_glyphs_and_a_drawing_step_by_step_beside_the_pre_trained(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    qtbot.waitUntil(lambda: len(view.pretrained.contents) == 3)
    assert view.heading.text() == "Before the first step"
    assert [content.probability for content in view.own.contents] == pytest.approx([1 / 3] * 3)
    assert (view.own.title, view.pretrained.title) == ("First-order MAML", "Pre-trained")
    assert view.own.detail == view.pretrained.detail == "loss 1.10"
    view.slider.setValue(2)
    assert view.heading.text() == "After 2 steps"
    for column in (view.own, view.pretrained):
        assert column.contents[0].name == "Cross"
        assert column.contents[0].probability > 0.6
        assert column.contents[0].thumbnail is not None
        assert "Cross" in column.accessibleDescription()
    assert view.own.detail != "loss 1.10"
    assert view.note.text().startswith("First-order MAML itself takes 2 steps.")
    assert not view.grab().isNull()


def test_the_view_follows_another_drawing_and_another_library(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    view.slider.setValue(3)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Cross"])
    view.show_drawing(RING_AGAIN)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Ring"])
    view.show_library([*THREE[:1], *THREE[2:], glyph(7, "Gate", GATE), glyph(8, "Stair", STAIR)])
    view.show_drawing(GATE)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Gate"])
    assert len(names(view)) == 4
    assert "Ring" not in names(view)


def test_a_new_name_is_shown_without_learning_again(
    qtbot: QtBot, view: AdaptationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glyphstudio.learners.gradient.maml import MAML

    descents = []
    real = MAML.watch
    monkeypatch.setattr(MAML, "watch", lambda *given: descents.append(1) or real(*given))  # type: ignore[func-returns-value]
    ready(view)
    view.slider.setValue(1)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Cross"])
    qtbot.waitUntil(lambda: len(descents) == 2)
    view.show_library([replace(THREE[0], name="Kreuz"), *THREE[1:]])
    qtbot.waitUntil(lambda: names(view)[:1] == ["Kreuz"])
    view.show_drawing(CROSS)
    qtbot.waitUntil(lambda: view._seen is not None and view._seen.drawing is CROSS)
    assert len(descents) == 2


def test_steps_by_key_button_and_curve(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    qtbot.waitUntil(lambda: bool(view.own.contents))
    assert not view.back.isEnabled()
    press(view, Qt.Key.Key_Right)
    view.forth.click()
    assert view.step == 2
    press(view, Qt.Key.Key_End)
    assert view.step == STEPS
    assert not view.forth.isEnabled()
    view.back.click()
    press(view, Qt.Key.Key_Left)
    assert view.step == STEPS - 2
    press(view, Qt.Key.Key_Home)
    assert view.step == 0
    at = QPointF(view.curve._x(4), 20)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseButtonPress, at, view.curve.mapToGlobal(at), left, left, none)
    QApplication.sendEvent(view.curve, event)
    assert view.step == 4


def test_play_runs_to_the_end_and_then_starts_again(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    qtbot.waitUntil(lambda: bool(view.own.contents))
    view._beat.setInterval(1)
    walked: list[int] = []
    view.slider.valueChanged.connect(walked.append)
    press(view, Qt.Key.Key_Space)
    assert view.play.text() == "Pause"
    qtbot.waitUntil(lambda: view.play.text() == "Play")
    assert walked == list(range(1, STEPS + 1))
    walked.clear()
    view.play.click()
    qtbot.waitUntil(lambda: view.play.text() == "Play")
    assert walked == list(range(STEPS + 1))


def test_hiding_the_view_stops_playing(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    qtbot.waitUntil(lambda: bool(view.own.contents))
    view.play.click()
    assert view._beat.isActive()
    view.hide()
    assert not view._beat.isActive()
    assert view.play.text() == "Play"


def test_the_view_and_the_engine_have_the_same_number_of_steps() -> None:
    assert STEPS == ENGINE_STEPS


@pytest.mark.parametrize(
    ("loss", "text"),
    [(1.0986, "loss 1.10"), (0.0, "loss 0.00"), (0.0004, "loss below 0.01"), (float("nan"), "the loss diverged")],
)
def test_a_loss_in_words(loss: float, text: str) -> None:
    assert loss_text(loss) == text


# Nothing to see


def test_nothing_to_see_gets_a_sentence(qtbot: QtBot, view: AdaptationView, thread: WatchWorker) -> None:
    view.show()
    assert view.sentence.text().startswith("Your library is empty. Enrol two glyphs")
    view.show_library(THREE[:1])
    assert view.sentence.text().startswith("Your library has one glyph")
    view.show_library(THREE)
    assert view.sentence.text() == LOADING
    assert not thread.started
    view.use(FOMAML)
    assert view.sentence.text() == WORKING
    qtbot.waitUntil(lambda: view._seen is not None and view._seen.pretrained is not None)
    assert not view.sentence.isVisible()
    assert "Draw a glyph on the canvas" in view.note.text()
    assert names(view) == []
    view.show_library(())
    assert view.sentence.isVisible()
    assert view.sentence.text().startswith("Your library is empty")


def test_a_cleared_canvas_empties_the_rows_at_once(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view)
    qtbot.waitUntil(lambda: len(names(view)) == 3)
    view.show_drawing(Ink(()))
    assert names(view) == []
    answers = collected(view._worker.adapted)
    qtbot.waitUntil(lambda: bool(answers))
    assert names(view) == []


@pytest.mark.parametrize("name", ["protonet", "siamese", "matching"])
def test_without_an_inner_loop_the_view_says_which_learner_to_choose(
    qtbot: QtBot, view: AdaptationView, name: str
) -> None:
    ready(view, weights_of(name))
    qtbot.waitUntil(lambda: "has no inner loop to watch" in view.sentence.text())
    assert "Choose MAML" in view.sentence.text()
    view.use(FOMAML)
    qtbot.waitUntil(lambda: len(names(view)) == 3)


def test_the_pre_trained_start_itself_stands_alone(qtbot: QtBot, view: AdaptationView) -> None:
    ready(view, weights_of("finetuned"))
    qtbot.waitUntil(lambda: len(names(view)) == 3)
    assert not view.pretrained.isVisible()
    assert "pre-trained start itself" in view.note.text()


def test_weights_that_are_missing_get_their_sentence(qtbot: QtBot, view: AdaptationView, tmp_path: Path) -> None:
    ready(view, tmp_path / "none.safetensors")
    qtbot.waitUntil(lambda: "is missing" in view.sentence.text())


def test_without_the_pre_trained_weights_the_learner_is_still_shown(
    qtbot: QtBot, view: AdaptationView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_worker, "weights_of", lambda _name: tmp_path / "none.safetensors")
    ready(view)
    qtbot.waitUntil(lambda: len(names(view)) == 3)
    assert view.pretrained.detail == "cannot be shown"
    assert "is missing" in view.note.text()


def test_a_bug_is_reported_without_its_details(
    qtbot: QtBot, view: AdaptationView, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_drawing: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(watching_worker, "render_drawing", broken)
    ready(view)
    qtbot.waitUntil(lambda: "Something went wrong" in view.sentence.text())
    assert "secret" not in view.sentence.text()
    assert "secret" in caplog.text


def test_an_inner_loop_that_diverges_is_shown_up_to_there(qtbot: QtBot, view: AdaptationView, tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "wild.safetensors"
    wild = LEARNERS["reptile"](SMALL, equal(steps=2, rate=1e30, head_rate=5.0))
    save_weights(path, wild, CALIBRATION, {})
    ready(view, path)
    qtbot.waitUntil(lambda: len(names(view)) == 3)
    view.slider.setValue(STEPS)
    assert view.own.detail == "the loss diverged"
    assert names(view) == []
    assert not view.grab().isNull()


# The glyphs that take part


def test_the_newest_of_a_large_library_take_part_and_the_view_says_so(qtbot: QtBot, view: AdaptationView) -> None:
    library = many(3)
    first = replace(library[0], shots=tuple(replace(library[0].shots[0], id=number) for number in range(8)))
    view.show_library([first, *library[1:]])
    assert [[shot.id for shot in each.shots] for each in view.taken()] == [[3, 4, 5, 6, 7], [200], [300]]
    view.show_drawing(CROSS)
    view.use(FOMAML)
    view.show()
    qtbot.waitUntil(lambda: len(names(view)) == 3)
    assert f"The {MOST_SHOTS} newest drawings of each glyph take part." in view.note.text()
    view.show_library([replace(library[0], id=number) for number in range(MOST_GLYPHS + 50)])
    assert [each.id for each in view.taken()] == list(range(50, MOST_GLYPHS + 50))


def test_the_newest_are_those_enrolled_last() -> None:
    old, later, last = THREE[0], THREE[1], THREE[2]
    library = [replace(last, created=last.created + timedelta(days=2)), old, replace(later, created=later.created)]
    assert [each.name for each in newest(library, 2)] == ["Bars", "Ring"]
