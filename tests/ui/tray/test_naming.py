"""Naming: Enter and digits, what the name field offers, and the arrow keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.library.library import Library
from glyphstudio.ui.parts import wording
from glyphstudio.ui.tray.sheet import State
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING
from tests.ui.tray.making import click, name, opened, scan


def test_enter_confirms_and_goes_on_and_nothing_is_enrolled(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    assert (tray.desk.current, sheet.items[0].state) == (1, State.NAMED)
    name(tray, "")
    assert tray.footer.notice.text == wording.NAME_OR_SKIP
    assert tray.desk.current == 1
    name(tray, "x" * 500)
    assert "name" in tray.footer.notice.text
    assert sheet.items[1].state is State.OPEN
    tray.panel.name.clear()
    window.actions_.tray.skip.trigger()
    assert (tray.desk.current, sheet.items[1].state) == (2, State.SKIPPED)
    assert len(window.model) == 0
    with Library.open(tmp_path / "copy.glyphs") as other:
        assert other.glyphs() == []


def test_a_name_given_here_is_recognised_further_down(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    qtbot.waitUntil(lambda: sheet.items[3].guess == "Cross")
    click(tray, 3)
    assert tray.panel.name.text() == "Cross"
    assert tray.panel.verdict.headline == "Cross"
    key(window, Qt.Key.Key_Return)
    assert sheet.items[3].name == "Cross"


def test_the_library_is_what_names_complete_from(make_window: Maker, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    with Library.open(tmp_path / "test.glyphs") as library:
        library.enrol("Ringlet", RING)
        library.enrol("Cross", CROSS)
    window = make_window()
    sheet = opened(window, qtbot, scan(tmp_path))
    assert [item.guess for item in sheet.items[:2]] == ["Cross", "Ringlet"]
    completer = window.tray.panel.name.completer()
    completer.setCompletionPrefix("RING")
    assert completer.currentCompletion() == "Ringlet"
    click(window.tray, 1)
    window.tray.panel.name.clear()
    name(window.tray, " ringlet ")
    assert sheet.items[1].name == "Ringlet", "the library's own spelling"


def test_a_digit_in_the_page_picks_a_candidate_and_not_the_canvas(
    make_window: Maker, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "test.glyphs") as library:
        library.enrol("Cross", CROSS)
    window = make_window()
    hand.draw(window.canvas_column.canvas, RING)
    sheet = opened(window, qtbot, scan(tmp_path))
    window.tray.view.setFocus()
    key(window, Qt.Key.Key_1)
    assert (sheet.items[0].state, sheet.items[0].name) == (State.NAMED, "Cross")
    assert len(window.model.glyphs[0].shots) == 1
    assert window.canvas_column.canvas.has_drawing


def test_arrow_keys_move_in_lines_and_columns(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    for widget in (tray.view, tray.panel.name):
        widget.setFocus()
        tray.desk.select(0)
        places = []
        for code in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
            QTest.keyClick(widget, code)
            places.append(tray.desk.current)
        assert places == [1, 4, 3, 0, 0], widget


def test_left_and_right_stay_in_a_typed_name(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    QTest.keyClicks(tray.panel.name, "ab")
    QTest.keyClick(tray.panel.name, Qt.Key.Key_Left)
    QTest.keyClicks(tray.panel.name, "x")
    assert (tray.panel.name.text(), tray.desk.current) == ("axb", 0)


def test_names_given_in_the_tray_complete_when_further_pages_are_opened(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    opened(window, qtbot, scan(tmp_path, name="1.png"))
    tray = window.tray
    name(tray, "Cross")
    tray.open([scan(tmp_path, name="2.png")])
    completer = tray.panel.name.completer()
    completer.setCompletionPrefix("cro")
    assert completer.currentCompletion() == "Cross"
    qtbot.waitUntil(lambda: len(tray.desk.sheets) == 2)
