"""Cells: merged, split, redrawn, and their boxes moved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.ui.parts import wording
from glyphstudio.ui.window.window import MainWindow
from tests.ui.tray.making import click, drag, opened, scan

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_cells_are_merged_and_the_merge_is_undone(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    assert not window.actions_.tray.merge.isEnabled()
    tray.view.setFocus()
    QTest.keyClick(tray.view, Qt.Key.Key_Right, SHIFT)
    assert tray.desk.chosen == {0, 1}
    window.actions_.tray.merge.trigger()
    qtbot.waitUntil(lambda: len(sheet) == 5)
    assert sheet.items[0].cell.box[2] - sheet.items[0].cell.box[0] > 260
    QTest.keyClick(tray.view, Qt.Key.Key_Z, CONTROL)
    assert len(sheet) == 6


def test_a_cell_is_split(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    ink = sheet.items[1].cell.ink.sum()
    click(tray, 1)
    window.actions_.tray.split.trigger()
    qtbot.waitUntil(lambda: len(sheet) == 7)
    assert sheet.items[1].cell.ink.sum() + sheet.items[2].cell.ink.sum() == ink
    assert tray.desk.current == 1


def test_a_box_drawn_with_the_mouse_is_a_cell(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    height, width = sheet.page.grey.shape
    drag(tray, (5, 5, width - 5, height / 2 - 10))
    qtbot.waitUntil(lambda: len(sheet) == 4)
    left, _, right, bottom = sheet.items[0].cell.box
    assert (left < 110, right > width - 260, bottom < height / 2) == (True, True, True)
    drag(tray, (2, 2, 40, 40))
    qtbot.waitUntil(lambda: tray.footer.notice.text == wording.NOTHING_IN_BOX)
    assert len(sheet) == 4


def test_alt_and_an_arrow_move_an_edge_of_the_box(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    before = sheet.items[0].cell.box
    tray.view.setFocus()
    for code, keys, edge, sign in (
        (Qt.Key.Key_Right, ALT, 2, 1),
        (Qt.Key.Key_Up, ALT, 1, -1),
        (Qt.Key.Key_Left, ALT | SHIFT, 0, 1),
    ):
        QTest.keyClick(tray.view, code, keys)
        qtbot.waitUntil(lambda: not tray.editing.busy)
        assert (sheet.items[0].cell.box[edge] - before[edge]) * sign > 0
    assert sheet.items[0].cell.box[3] == before[3]
    assert tray.view.hasFocus()
