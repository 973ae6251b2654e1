"""Glyphs and drawings that are questioned when they are enrolled."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key, type_name
from tests.ui.answer.drawing import draw, enrol
from tests.ui.glyphs import CROSS, CROSS_AGAIN, RING, RING_AGAIN


def test_a_shot_that_looks_like_another_glyph_is_questioned(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, CROSS_AGAIN)
    type_name(window, "Kresh")
    notice = window.canvas_column.notice
    qtbot.waitUntil(lambda: "looks more like Tarn" in notice.text)
    assert "Undo if it was a slip; otherwise draw Kresh twice more." in notice.text
    kresh = window.model.named("Kresh")
    assert kresh is not None
    window.open_shots.show(kresh.id)
    dialog = window.open_shots.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.doubt.isVisible)
    assert dialog.doubt.text().startswith("One drawing of Kresh looks more like Tarn")
    assert dialog.list.currentRow() == 1
    assert dialog.list.item(1).text().endswith("?")
    QTest.mouseClick(dialog.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.doubt.isHidden)
    dialog.reject()


def test_a_shot_like_its_glyph_is_not_questioned(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, RING_AGAIN)
    key(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "now 2 drawings" in window.answer_column.verdict.detail)
    assert window.canvas_column.notice.text == ""


def test_a_new_glyph_unlike_the_others_is_not_questioned(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    assert window.canvas_column.notice.text == ""
