"""A page of glyphs: dropped, three cells named by keyboard, confirmed, enrolled, and taken back by one undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.ui.tray.sheet import State
from glyphstudio.ui.window.window import MainWindow
from tests.hand import key
from tests.pages import FIRST, SIDE, grey_page
from tests.ui.tray.making import drop

SAMPLES = Path(__file__).resolve().parents[2] / "assets" / "samples"
NAMES = ("Kresh", "Tarn", "Osk")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A page with three glyphs by one hand, and below them the same glyphs by another."""
    lines = [[load_drawing(SAMPLES / name / f"{hand}.inkml") for name in NAMES] for hand in ("careful", "brisk")]
    path = tmp_path / "scan.png"
    Image.fromarray(grey_page(lines, slope=10)).save(path)
    return path


def type_in_focus(text: str) -> None:
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_page_is_named_by_keyboard_and_one_undo_takes_it_back(
    open_window: Callable[[Path], MainWindow], qtbot: QtBot, tmp_path: Path, scan: Path
) -> None:
    window = open_window(tmp_path / "page.glyphs")
    window.activateWindow()
    drop(window, scan)
    tray = window.tray
    qtbot.waitUntil(lambda: tray.desk.sheet is not None and window.pages.currentWidget() is tray)
    sheet = tray.desk.sheet
    assert sheet is not None
    assert len(sheet) == 6
    for name in NAMES:
        qtbot.waitUntil(lambda: QApplication.focusWidget() is tray.panel.name)
        type_in_focus(name)
    assert [item.name for item in sheet.items[:3]] == list(NAMES)
    assert len(window.model) == 0, "nothing is enrolled before it is confirmed"

    # The second line is recognised from the names given in the first, before anything is enrolled.
    qtbot.waitUntil(lambda: [item.guess for item in sheet.items[3:]] == list(NAMES))
    assert tray.panel.name.text() == "Kresh"

    key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(window.model) == 3)
    assert sheet.count(State.ENROLLED) == 3
    assert sheet.count(State.OPEN) == 3
    (shot,) = next(glyph for glyph in window.model.glyphs if glyph.name == "Kresh").shots
    assert shot.origin is not None
    assert (shot.origin.file, shot.origin.page) == (str(scan), 1)
    assert FIRST <= shot.origin.box[0] < shot.origin.box[2] <= FIRST + SIDE
    assert "Enrolled 3 drawings of 3 glyphs." in tray.footer.notice.text

    window.actions_.answer.undo_change.trigger()
    qtbot.waitUntil(lambda: len(window.model) == 0)
    assert sheet.count(State.NAMED) == 3, "the names are still in the tray"
    key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(window.model) == 3)
