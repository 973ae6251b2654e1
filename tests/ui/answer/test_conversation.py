"""The main job in the real window: draw, name, draw again, correct, undo."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.parts import wording
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key, type_name
from tests.ui.answer.drawing import draw, enrol, judged, names, rows
from tests.ui.conftest import Maker
from tests.ui.glyphs import BARS, CROSS, CROSS_AGAIN, GATE, HOOK, RING, RING_AGAIN

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def select(window: MainWindow, glyph_id: int) -> None:
    """Click the glyph in the gallery."""
    view, row = window.answer_column.gallery.view, window.model.row_of(glyph_id)
    assert row is not None
    at = view.visualRect(window.model.index(row)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_the_main_job(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    verdict = window.answer_column.verdict
    assert window.answer_column.steps.isVisible()
    assert window.answer_column.steps.now == 0
    draw(qtbot, window, hand, RING)
    assert verdict.text == "Unknown glyph: name it to enrol it"
    assert window.answer_column.steps.isVisible()
    assert window.answer_column.steps.now == 1
    assert QApplication.focusWidget() is window.canvas_column.name
    type_name(window, "Kresh")
    qtbot.waitUntil(lambda: verdict.detail == 'Enrolled "Kresh".')
    assert names(window) == ["Kresh"]
    assert window.canvas_column.name.text() == ""
    assert window.canvas_column.canvas.settled

    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, RING_AGAIN)
    assert verdict.headline == "Kresh"
    assert verdict.detail == "known, from 1 drawing"
    assert rows(window) == ["Kresh", "Tarn"]
    assert QApplication.focusWidget() is window.canvas_column.canvas
    assert window.status.time.text().endswith("ms")


def test_a_new_drawing_starts_after_an_enrolment(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, CROSS, "Tarn")
    hand.draw(window.canvas_column.canvas, RING)
    drawing = window.canvas_column.canvas.drawing
    assert isinstance(drawing, Ink)
    assert len(drawing.strokes) == 1


def test_drawing_on_while_the_library_writes_starts_the_next_glyph(
    window: MainWindow, qtbot: QtBot, hand: Hand
) -> None:
    draw(qtbot, window, hand, CROSS)
    type_name(window, "Tarn")
    hand.draw(window.canvas_column.canvas, RING)  # without waiting
    qtbot.waitUntil(lambda: names(window) == ["Tarn"])
    drawing = window.canvas_column.canvas.drawing
    assert isinstance(drawing, Ink)
    assert len(drawing.strokes) == 1
    assert not window.canvas_column.canvas.settled
    glyph = window.model.named("Tarn")
    assert glyph is not None
    assert isinstance(glyph.shots[0].drawing, Ink)
    assert len(glyph.shots[0].drawing.strokes) == 2


def test_a_click_on_a_candidate_adds_a_shot_and_undo_takes_it_back(
    window: MainWindow, qtbot: QtBot, hand: Hand
) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, RING_AGAIN)
    assert rows(window)[1] == "Tarn"
    QTest.mouseClick(window.answer_column.ranking.rows[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.answer_column.verdict.detail == 'Added to "Tarn", now 2 drawings.')
    assert window.answer_column.verdict.undo.isVisible()
    tarn = window.model.named("tarn")
    assert tarn is not None
    assert len(tarn.shots) == 2
    QTest.mouseClick(window.answer_column.verdict.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == "Kresh" and judged(window))
    tarn = window.model.named("tarn")
    assert tarn is not None
    assert len(tarn.shots) == 1
    assert not window.canvas_column.canvas.settled
    assert "Undone" in window.canvas_column.notice.text


def test_typing_on_the_canvas_goes_to_the_name(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    draw(qtbot, window, hand, RING)
    window.canvas_column.canvas.setFocus()
    for code in (Qt.Key.Key_K, Qt.Key.Key_O):
        key(window, code)
    assert window.canvas_column.name.text() == "ko"
    key(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["ko"])


def test_an_existing_name_offers_to_add(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    draw(qtbot, window, hand, GATE)
    window.canvas_column.name.setText("  kresh ")
    assert window.canvas_column.enrol.text() == "Add to Kresh"
    window.canvas_column.name.setText("Kres")
    assert window.canvas_column.enrol.text() == "Enrol"
    window.canvas_column.name.setText("KRESH")
    QTest.mouseClick(window.canvas_column.enrol, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "now 2 drawings" in window.answer_column.verdict.detail)
    assert names(window) == ["Kresh"]


def test_enrolling_without_drawing_or_name_gets_a_quiet_notice(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    type_name(window, "Kresh")
    assert window.canvas_column.notice.text == wording.NO_INK
    window.canvas_column.name.clear()
    draw(qtbot, window, hand, RING)
    window.canvas_column.canvas.setFocus()
    key(window, Qt.Key.Key_Return)
    assert window.canvas_column.notice.text == wording.NO_NAME
    assert QApplication.focusWidget() is window.canvas_column.name


@pytest.mark.parametrize("name", ["x" * 81, "a\u0007b"])
def test_a_bad_name_is_refused_and_nothing_is_lost(window: MainWindow, qtbot: QtBot, hand: Hand, name: str) -> None:
    draw(qtbot, window, hand, RING)
    before = window.canvas_column.canvas.drawing
    window.canvas_column.name.setText(name)
    QTest.mouseClick(window.canvas_column.enrol, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "name" in window.canvas_column.notice.text.lower())
    assert window.canvas_column.canvas.drawing is before
    assert not window.canvas_column.canvas.given
    assert window.canvas_column.name.text() == name
    assert names(window) == []


def test_a_name_of_ten_thousand_characters(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    draw(qtbot, window, hand, RING)
    window.canvas_column.name.setText("y" * 10_000)
    QTest.mouseClick(window.canvas_column.enrol, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "10,000" in window.canvas_column.notice.text)


@pytest.mark.parametrize("name", ["حرف", "🦊🌲", "a\nb", "R&D"])
def test_unusual_names_are_accepted(window: MainWindow, qtbot: QtBot, hand: Hand, name: str) -> None:
    draw(qtbot, window, hand, RING)
    window.canvas_column.name.setText(name)
    window.canvas_column.name.setFocus()
    key(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.model) == 1)
    assert names(window) == [" ".join(name.split())]
    assert window.answer_column.verdict.headline == names(window)[0]


def test_live_ranking_follows_while_the_pen_moves(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    hand.stroke(window.canvas_column.canvas, RING_AGAIN.strokes[0].xy, lift=False)
    qtbot.waitUntil(lambda: rows(window) == ["Kresh"])
    assert window.answer_column.verdict.tentative
    hand.release(window.canvas_column.canvas, 300, 200)
    qtbot.waitUntil(lambda: judged(window))


def test_the_canvas_keeps_the_focus_while_the_user_draws_on(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    hand.stroke(window.canvas_column.canvas, CROSS.strokes[0].xy)
    hand.stroke(window.canvas_column.canvas, CROSS.strokes[1].xy, lift=False)
    qtbot.wait(150)
    assert QApplication.focusWidget() is window.canvas_column.canvas
    hand.release(window.canvas_column.canvas, 100, 300)


def test_undo_redo_and_clear(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    draw(qtbot, window, hand, BARS)
    canvas = window.canvas_column.canvas
    whole = canvas.drawing
    key(window, Qt.Key.Key_Z, CTRL)  # the name field has the focus but is empty, so the canvas gets the key
    assert isinstance(canvas.drawing, Ink)
    assert len(canvas.drawing.strokes) == 2
    key(window, Qt.Key.Key_Y, CTRL)
    assert canvas.drawing == whole
    key(window, Qt.Key.Key_Escape)
    assert not canvas.has_drawing
    assert window.answer_column.verdict.headline == wording.FIRST[0]
    key(window, Qt.Key.Key_Z, CTRL)
    assert canvas.drawing == whole
    qtbot.waitUntil(lambda: judged(window))


def test_ctrl_z_in_a_name_undoes_typing(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    draw(qtbot, window, hand, RING)
    QTest.keyClicks(window.canvas_column.name, "abc")
    key(window, Qt.Key.Key_Z, CTRL)
    assert window.canvas_column.name.text() == ""
    assert window.canvas_column.canvas.has_drawing
    QTest.keyClicks(window.canvas_column.name, "abc")
    key(window, Qt.Key.Key_Escape)
    assert window.canvas_column.name.text() == ""
    assert window.canvas_column.canvas.has_drawing


def test_delete_with_undo_from_the_gallery(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    gallery = window.answer_column.gallery
    kresh = window.model.named("Kresh")
    assert kresh is not None
    select(window, kresh.id)
    gallery.view.setFocus()
    key(window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(window) == ["Tarn"])
    assert window.canvas_column.notice.text == 'Deleted "Kresh".'
    assert window.canvas_column.notice.undo.isVisible()
    assert not window.answer_column.verdict.undo.isVisible()  # it would undo another change
    assert "deletion of" in window.actions_.answer.undo_change.text()
    key(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: names(window) == ["Kresh", "Tarn"])
    assert window.model.named("Kresh") == kresh


def test_changes_are_undone_one_after_the_other(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    kresh = window.model.named("Kresh")
    assert kresh is not None
    window.conversation.rename(kresh.id, "Ulo")
    qtbot.waitUntil(lambda: names(window) == ["Ulo"])
    window.conversation.delete(kresh.id)
    qtbot.waitUntil(lambda: names(window) == [])
    for expected in (["Ulo"], ["Kresh"], []):
        window.actions_.answer.undo_change.trigger()
        qtbot.waitUntil(partial(lambda wanted: names(window) == wanted, expected))
    assert not window.actions_.answer.undo_change.isEnabled()
    assert not window.canvas_column.canvas.settled  # the drawing came back with the enrolment
    assert window.canvas_column.name.text() == "Kresh"


def test_inline_rename(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, RING, "Kresh")
    enrol(qtbot, window, hand, CROSS, "Tarn")
    kresh = window.model.named("Kresh")
    assert kresh is not None
    select(window, kresh.id)
    window.answer_column.gallery.view.setFocus()
    key(window, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "Zenn")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["Tarn", "Zenn"])
    window.conversation.rename(kresh.id, "Tarn")
    qtbot.waitUntil(lambda: 'already a glyph named "Tarn"' in window.canvas_column.notice.text)
    assert names(window) == ["Tarn", "Zenn"]


def test_search(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    for ink, name in ((RING, "Kresh"), (CROSS, "Tarn"), (HOOK, "Tarnish")):
        enrol(qtbot, window, hand, ink, name)
    key(window, Qt.Key.Key_F, CTRL)
    search = window.answer_column.gallery.search
    assert QApplication.focusWidget() is search
    QTest.keyClicks(search, "TAR")
    assert names(window) == ["Tarn", "Tarnish"]
    assert window.answer_column.gallery.count.text() == "2 of 3"
    key(window, Qt.Key.Key_Escape)
    assert len(names(window)) == 3


def test_shots_side_by_side_delete_one_and_undo(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    enrol(qtbot, window, hand, CROSS, "Tarn")
    draw(qtbot, window, hand, CROSS_AGAIN)
    tarn = window.model.named("Tarn")
    assert tarn is not None
    window.conversation.add_to(tarn.id)
    qtbot.waitUntil(lambda: "now 2 drawings" in window.answer_column.verdict.detail)
    select(window, tarn.id)
    window.answer_column.gallery.view.setFocus()
    key(window, Qt.Key.Key_Return)
    dialog = window.open_shots.dialog
    assert dialog is not None
    assert dialog.list.count() == 2
    dialog.list.setCurrentRow(1)
    QTest.mouseClick(dialog.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    assert not dialog.delete.isEnabled()  # a glyph's last drawing cannot be deleted
    QTest.mouseClick(dialog.notice.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    dialog.reject()
    assert window.open_shots.dialog is None


def test_everything_is_there_after_a_restart(make_window: Maker, qtbot: QtBot, hand: Hand) -> None:
    first = make_window()
    enrol(qtbot, first, hand, RING, "Kresh")
    first.canvas_column.pen.setValue(4)
    first.close()
    second = make_window()
    assert names(second) == ["Kresh"]
    assert second.canvas_column.pen.value() == 4
    draw(qtbot, second, hand, RING_AGAIN)
    assert second.answer_column.verdict.headline == "Kresh"
