"""The dialog "Check the Picture" in the window: real mouse and keys, and the canvas afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment
from glyphstudio.ui.parts import wording
from glyphstudio.ui.scan.crop import WHOLE
from glyphstudio.ui.scan.dialog import ScanDialog
from glyphstudio.ui.scan.source import Reading
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand
from tests.ui.draw.test_drawing_files import drop
from tests.ui.glyphs import CROSS
from tests.ui.scan.making import form, pale, plain, two_signs

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def opened(window: MainWindow, qtbot: QtBot, path: Path | None = None) -> ScanDialog:
    """Drop a doubtful picture, if one is given, and wait until the dialog has read it."""
    if path is not None:
        drop(window, path)
    qtbot.waitUntil(lambda: window.drawing_files.adjusting.dialog is not None)
    dialog = window.drawing_files.adjusting.dialog
    assert dialog is not None
    read(dialog, qtbot)
    qtbot.waitUntil(lambda: not dialog.view.room().isEmpty() and dialog.isActiveWindow())
    return dialog


def read(dialog: ScanDialog, qtbot: QtBot) -> Reading:
    """Wait for the newest reading."""
    qtbot.waitUntil(lambda: dialog.reading is not None)
    assert dialog.reading is not None
    return dialog.reading


def drag(dialog: ScanDialog, hand: Hand, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag on the picture, from share to share of it."""
    room = dialog.view.room()
    ends = [QPointF(room.left() + x * room.width(), room.top() + y * room.height()) for x, y in (start, end)]
    hand.press(dialog.view, ends[0].x(), ends[0].y())
    for part in (0.3, 0.7, 1.0):
        at = ends[0] + (ends[1] - ends[0]) * part
        hand.move(dialog.view, at.x(), at.y())
    hand.release(dialog.view, ends[1].x(), ends[1].y())


def press(dialog: ScanDialog, code: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or dialog, code, keys)


def ink_of(reading: Reading) -> int:
    assert reading.picture is not None
    return int((reading.picture.grey < 128).sum())


def test_a_picture_without_doubt_goes_to_the_canvas_at_once(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    adjust = window.actions_.draw.adjust
    assert not adjust.isEnabled()
    drop(window, plain(tmp_path / "plain.png"))
    qtbot.waitUntil(lambda: window.canvas_column.canvas.has_drawing)
    assert window.drawing_files.adjusting.dialog is None
    assert adjust.isEnabled()


def test_escape_leaves_the_canvas_as_it_was(window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    canvas = window.canvas_column.canvas
    hand.draw(canvas, CROSS)
    before = canvas.drawing
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    assert dialog.isVisible() and dialog.isModal()
    assert dialog.heading.text() == "form.png"
    assert dialog.notes.text() == "Left out a box as part of the paper."
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.drawing_files.adjusting.dialog is None)
    assert canvas.drawing is before
    assert not window.actions_.draw.adjust.isEnabled()


def test_enter_uses_the_ink_and_undo_brings_the_old_drawing_back(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    canvas = window.canvas_column.canvas
    hand.draw(canvas, CROSS)
    before = canvas.drawing
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    shown = read(dialog, qtbot).picture
    press(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: canvas.drawing is shown)
    assert window.drawing_files.adjusting.dialog is None
    assert window.focusWidget() is canvas
    assert window.actions_.draw.adjust.isEnabled()
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == wording.UNKNOWN)
    canvas.undo()
    assert canvas.drawing is before
    assert not window.actions_.draw.adjust.isEnabled()
    canvas.redo()
    assert window.actions_.draw.adjust.isEnabled()


def test_a_box_drawn_with_the_mouse_is_moved_by_its_handles_and_by_keys(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    dialog = opened(window, qtbot, two_signs(tmp_path / "two.png"))
    assert dialog.adjustment == AS_FOUND
    drag(dialog, hand, (0.55, 0.15), (0.95, 0.85))
    assert dialog.adjustment.crop == pytest.approx((0.55, 0.15, 0.95, 0.85), abs=0.01)
    disc = read(dialog, qtbot)
    assert disc.picture is not None
    height, width = disc.picture.grey.shape
    assert 0.8 < width / height < 1.25  # the disc alone, without the bar

    drag(dialog, hand, (0.95, 0.85), (0.9, 0.9))  # the handle at the bottom right
    assert dialog.adjustment.crop == pytest.approx((0.55, 0.15, 0.9, 0.9), abs=0.01)
    drag(dialog, hand, (0.55, 0.525), (0.6, 0.525))  # the one in the middle of the left edge
    assert dialog.adjustment.crop == pytest.approx((0.6, 0.15, 0.9, 0.9), abs=0.01)
    drag(dialog, hand, (0.75, 0.4), (0.25, 0.4))  # inside: the box moves
    assert dialog.adjustment.crop == pytest.approx((0.1, 0.15, 0.4, 0.9), abs=0.01)
    bar = read(dialog, qtbot)
    assert bar.picture is not None
    assert bar.picture.grey.shape[0] > 1.5 * bar.picture.grey.shape[1]

    dialog.view.setFocus(Qt.FocusReason.TabFocusReason)
    left, top, right, bottom = dialog.adjustment.crop or WHOLE
    press(dialog, Qt.Key.Key_Right)
    press(dialog, Qt.Key.Key_Down)
    assert dialog.adjustment.crop == pytest.approx((left + 0.01, top + 0.01, right + 0.01, bottom + 0.01))
    press(dialog, Qt.Key.Key_Left, ALT)
    assert dialog.adjustment.crop == pytest.approx((left, top + 0.01, right + 0.01, bottom + 0.01))
    press(dialog, Qt.Key.Key_Up, ALT | SHIFT)
    assert dialog.adjustment.crop == pytest.approx((left, top + 0.02, right + 0.01, bottom + 0.01))
    assert "%" in dialog.view.accessibleDescription()
    QTest.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert dialog.adjustment == AS_FOUND
    assert not dialog.reset.isEnabled()


def test_turning_keeps_the_box_on_the_same_ink(window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, two_signs(tmp_path / "two.png"))
    drag(dialog, hand, (0.1, 0.15), (0.4, 0.85))
    upright = read(dialog, qtbot).picture
    QTest.mouseClick(dialog.right, Qt.MouseButton.LeftButton)
    crop = dialog.adjustment.crop
    assert dialog.adjustment == Adjustment(crop=crop, turns=1)
    assert crop == pytest.approx((0.1, 0.15, 0.4, 0.85), abs=0.01)
    assert dialog.view.room().height() > dialog.view.room().width()
    lying = read(dialog, qtbot).picture
    assert upright is not None and lying is not None
    assert lying.grey.shape == pytest.approx(upright.grey.shape[::-1], abs=2)
    assert lying.grey.shape[1] > 2 * lying.grey.shape[0]
    drag(dialog, hand, (0.5, 0.25), (0.5, 0.75))  # down on the screen is to the right in the file
    assert dialog.adjustment.crop == pytest.approx((0.6, 0.15, 0.9, 0.85), abs=0.01)
    QTest.keyClick(dialog, Qt.Key.Key_L, ALT)
    qtbot.waitUntil(lambda: dialog.adjustment.turns == 0)
    QTest.mouseClick(dialog.left, Qt.MouseButton.LeftButton)
    assert dialog.adjustment.turns == 3


def test_the_threshold_by_hand_and_automatic_again(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, two_signs(tmp_path / "two.png"))
    found = read(dialog, qtbot)
    assert dialog.automatic.isChecked()
    chosen = dialog.threshold.value()
    assert found.threshold is not None and chosen == pytest.approx(100 * found.threshold**0.5, abs=1)
    dialog.threshold.setFocus(Qt.FocusReason.TabFocusReason)
    press(dialog, Qt.Key.Key_End)
    assert not dialog.automatic.isChecked()
    assert dialog.adjustment.threshold == pytest.approx(0.95**2)
    dark = read(dialog, qtbot)
    press(dialog, Qt.Key.Key_Home)
    faint = read(dialog, qtbot)
    assert ink_of(dark) != ink_of(faint)
    dialog.automatic.setFocus(Qt.FocusReason.TabFocusReason)
    press(dialog, Qt.Key.Key_Space)
    assert dialog.adjustment == AS_FOUND
    read(dialog, qtbot)
    assert dialog.threshold.value() == chosen


def test_the_papers_own_marks_can_count_as_ink(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    without = read(dialog, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_P, ALT)
    qtbot.waitUntil(lambda: dialog.adjustment == Adjustment(keep_marks=True))
    whole = read(dialog, qtbot)
    assert dialog.notes.text() == ""
    assert without.picture is not None and whole.picture is not None
    assert max(whole.picture.grey.shape) > 1.5 * max(without.picture.grey.shape)


def test_no_ink_is_said_and_cannot_be_used(window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    drag(dialog, hand, (0.7, 0.7), (0.8, 0.8))
    assert read(dialog, qtbot).picture is None
    assert "No ink was found" in dialog.ink.sentence
    assert not dialog.use.isEnabled()
    press(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    read(dialog, qtbot)
    assert dialog.use.isEnabled()


def test_enter_pressed_early_waits_for_the_newest_reading(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    canvas = window.canvas_column.canvas
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    small = ink_of(read(dialog, qtbot))
    dialog.without_marks.setFocus(Qt.FocusReason.TabFocusReason)
    press(dialog, Qt.Key.Key_Space)
    press(dialog, Qt.Key.Key_Return)  # the box counts as ink, but has not been read yet
    qtbot.waitUntil(lambda: canvas.has_drawing)
    drawing = canvas.drawing
    assert isinstance(drawing, Picture)
    assert int((drawing.grey < 128).sum()) > 1.5 * small


def test_the_menu_opens_it_again_with_what_was_used(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    canvas, adjust = window.canvas_column.canvas, window.actions_.draw.adjust
    path = plain(tmp_path / "plain.png")
    drop(window, path)
    qtbot.waitUntil(lambda: canvas.has_drawing)
    path.unlink()  # its bytes are known
    first = canvas.drawing
    adjust.trigger()
    dialog = opened(window, qtbot)
    QTest.mouseClick(dialog.right, Qt.MouseButton.LeftButton)
    read(dialog, qtbot)
    QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: canvas.drawing is not first)
    assert adjust.isEnabled()
    adjust.trigger()
    dialog = opened(window, qtbot)
    assert dialog.adjustment == Adjustment(turns=1)
    QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    canvas.undo()
    adjust.trigger()
    assert opened(window, qtbot).adjustment == AS_FOUND
    press(dialog, Qt.Key.Key_Escape)
    hand.draw(canvas, CROSS)
    assert isinstance(canvas.drawing, Ink)
    assert not adjust.isEnabled()


def test_a_doubtful_picture_from_the_clipboard_is_checked_too(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(form(tmp_path / "form.png"))))
    window.actions_.draw.paste.trigger()
    dialog = opened(window, qtbot)
    QGuiApplication.clipboard().clear()
    assert dialog.heading.text() == "The pasted picture"
    assert dialog.notes.text() == "Left out a box as part of the paper."


def test_the_newest_of_two_doubtful_pictures_is_checked(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    first = opened(window, qtbot, form(tmp_path / "form.png"))
    drop(window, two_signs(tmp_path / "two.png"))
    qtbot.waitUntil(lambda: window.drawing_files.adjusting.dialog not in (None, first))
    second = opened(window, qtbot)
    assert second.heading.text() == "two.png"
    reading = read(second, qtbot)
    assert reading.picture is not None and reading.picture.grey.shape[0] > 2 * reading.picture.grey.shape[1]


def test_the_window_closes_with_the_dialog_open(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    QTest.mouseClick(dialog.right, Qt.MouseButton.LeftButton)
    window.close()
    assert not window.drawing_files.adjusting._worker.running
    assert not window.canvas_column.canvas.has_drawing


def test_every_control_has_a_name_a_tip_and_a_place_for_tab(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, qtbot, form(tmp_path / "form.png"))
    QTest.mouseClick(dialog.right, Qt.MouseButton.LeftButton)  # so that Reset is enabled
    read(dialog, qtbot)
    controls = [dialog.view, *dialog.findChildren(QAbstractButton), *dialog.findChildren(QSlider)]
    for control in controls:
        assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text()), control
        assert control.toolTip(), control
    reached: list[QWidget] = []
    dialog.view.setFocus(Qt.FocusReason.TabFocusReason)
    while (now := QApplication.focusWidget()) is not None and now not in reached:
        reached.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert set(reached) == set(controls)
    assert reached[0] is dialog.view and reached[-1] is dialog.use


def test_ink_that_is_not_found_can_be_looked_for_by_hand(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    canvas = window.canvas_column.canvas
    dialog = opened(window, qtbot, pale(tmp_path / "pale.png"))
    assert read(dialog, qtbot).picture is None
    assert "No ink was found" in dialog.ink.sentence
    dialog.threshold.setFocus(Qt.FocusReason.TabFocusReason)
    press(dialog, Qt.Key.Key_Home)
    found = read(dialog, qtbot)
    assert ink_of(found) > 500
    assert dialog.notes.text() == "The ink is faint; check what was taken for ink."
    press(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: canvas.drawing is found.picture)


def test_the_dialog_waits_for_the_end_of_a_stroke(window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    canvas = window.canvas_column.canvas
    hand.press(canvas, 50, 50)
    hand.move(canvas, 90, 90)
    with qtbot.waitSignal(window.files.loaded):
        drop(window, form(tmp_path / "form.png"))
    assert window.drawing_files.adjusting.dialog is None
    hand.release(canvas, 120, 90)
    stroke = canvas.drawing
    assert isinstance(stroke, Ink) and len(stroke.strokes) == 1
    press(opened(window, qtbot), Qt.Key.Key_Escape)
    assert canvas.drawing is stroke
