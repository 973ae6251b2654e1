"""Keys of the canvas and the name field: candidates, pen, Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key, type_name
from tests.ui.answer.drawing import draw, enrol, names, rows
from tests.ui.glyphs import CROSS, HOOK, RING, RING_AGAIN, STAIR

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_digits_pick_while_the_canvas_has_the_focus(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, RING_AGAIN)
    key(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "now 2 drawings" in window.answer_column.verdict.detail)


def test_digits_pick_when_an_unknown_glyph_gave_the_name_field_the_focus(
    window: MainWindow, qtbot: QtBot, hand: Hand
) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, STAIR)
    assert QApplication.focusWidget() is window.canvas_column.name
    assert window.answer_column.hint.text() == "One of these? Press 1 to 2."
    first = rows(window)[0]
    key(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.answer_column.verdict.detail == f'Added to "{first}", now 2 drawings.')
    assert window.canvas_column.name.text() == ""
    hand.draw(window.canvas_column.canvas, HOOK)
    drawing = window.canvas_column.canvas.drawing
    assert isinstance(drawing, Ink)
    assert len(drawing.strokes) == len(HOOK.strokes)  # the next stroke started a new drawing


def test_brackets_change_the_pen_after_an_unknown_glyph(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    draw(qtbot, window, hand, STAIR)
    before = window.canvas_column.pen.value()
    key(window, Qt.Key.Key_BracketRight)
    assert window.canvas_column.pen.value() == before + 1
    assert window.canvas_column.name.text() == ""


def test_a_digit_without_a_candidate_starts_a_name(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, STAIR)
    key(window, Qt.Key.Key_2)
    key(window, Qt.Key.Key_1)  # something was typed, so this is text as well
    assert window.canvas_column.name.text() == "21"


@pytest.mark.parametrize("how", ["click", "Ctrl+L"])
def test_digits_are_text_in_the_name_field_that_the_user_opened(
    window: MainWindow, qtbot: QtBot, hand: Hand, how: str
) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, STAIR)
    if how == "click":
        QTest.mouseClick(window.canvas_column.name, Qt.MouseButton.LeftButton)
    else:
        key(window, Qt.Key.Key_L, CTRL)
    key(window, Qt.Key.Key_1)
    assert window.canvas_column.name.text() == "1"
    key(window, Qt.Key.Key_1, ALT)
    qtbot.waitUntil(lambda: "now 2 drawings" in window.answer_column.verdict.detail)


def test_enter_confirms_a_known_glyph(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, RING_AGAIN)
    assert window.canvas_column.enrol.accessibleName() == "Add to Kresh"
    key(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.answer_column.verdict.detail == 'Added to "Kresh", now 2 drawings.')
    assert window.canvas_column.enrol.accessibleName() == "Enrol"
    draw(qtbot, window, hand, CROSS)
    drawing = window.canvas_column.canvas.drawing
    assert isinstance(drawing, Ink)
    assert len(drawing.strokes) == len(CROSS.strokes)


def test_a_typed_name_goes_before_a_known_glyph(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, RING_AGAIN)
    type_name(window, "Tarn")
    qtbot.waitUntil(lambda: sorted(names(window)) == ["Kresh", "Tarn"])
