"""Verdicts on likely and unlikely glyphs, and the candidates after the fifth."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key
from tests.ui.answer.drawing import draw, enrol, rows
from tests.ui.glyphs import BARS, CROSS, GATE, HOOK, RING, RING_AGAIN, STAIR


def test_two_likely_glyphs_are_both_named(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, RING_AGAIN, "Tarn")
    notice = window.canvas_column.notice
    assert notice.text.startswith('"Tarn" looks like "Kresh", ')
    assert notice.undo.isVisible()
    draw(qtbot, window, hand, RING)
    verdict = window.answer_column.verdict
    assert verdict.headline in ("Kresh or Tarn?", "Tarn or Kresh?")
    assert verdict.detail == "press 1 or 2"
    assert window.canvas_column.enrol.accessibleName() == "Enrol"  # Enter must not choose one of them
    first = rows(window)[0]
    key(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: verdict.detail == f'Added to "{first}", now 2 drawings.')


def test_strictness_changes_the_verdict_at_once_and_is_kept(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, GATE)
    verdict, actions = window.answer_column.verdict, window.actions_.window.strictness.actions()
    strict, balanced, lenient = actions
    assert balanced.isChecked()
    assert verdict.headline == "Unknown glyph"
    probability = window.answer_column.ranking.rows[0].content
    assert probability is not None and 0.25 < probability.probability < 0.5, "the drawings suit the test"
    lenient.trigger()
    qtbot.waitUntil(lambda: verdict.headline == "Kresh")
    assert window.settings.strictness == "lenient"
    strict.trigger()
    qtbot.waitUntil(lambda: verdict.headline == "Unknown glyph")
    assert strict.isChecked() and not lenient.isChecked()


def test_more_candidates_are_in_a_menu(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    more = window.answer_column.more
    for number, ink in enumerate([RING, CROSS, HOOK, STAIR, GATE]):
        enrol(qtbot, window, hand, ink, f"Glyph {number}")
    draw(qtbot, window, hand, RING_AGAIN)
    assert more.isHidden()  # five are all there are
    enrol(qtbot, window, hand, BARS, "Sixth")
    draw(qtbot, window, hand, RING_AGAIN)
    assert more.isVisible()
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    (action,) = menu.actions()
    name = action.text().split("\t")[0]
    assert name not in rows(window)
    assert not action.icon().isNull()
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.answer_column.verdict.detail == f'Added to "{name}", now 2 drawings.')
    assert more.isHidden()
