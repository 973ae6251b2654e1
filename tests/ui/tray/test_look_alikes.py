"""All Like This One: look-alikes are shown before they are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.library.library import LibraryError
from glyphstudio.ui.tray.sheet import State
from glyphstudio.ui.window.window import MainWindow
from tests.hand import key
from tests.ui.fake import FakeStudio
from tests.ui.tray.making import LINES, click, opened, scan

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_look_alikes_are_shown_before_they_are_named(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path, [*LINES, LINES[0]]))
    tray = window.tray
    QTest.keyClicks(tray.panel.name, "Cross")
    window.actions_.tray.alike.trigger()
    qtbot.waitUntil(lambda: tray.alike.checking)
    assert sheet.indices(State.LIKE) == [0, 3, 6]
    assert sheet.count(State.NAMED) == 0
    assert tray.panel.question.yes.text() == "Name 3"
    click(tray, 6)
    assert sheet.indices(State.LIKE) == [0, 3]
    key(window, Qt.Key.Key_Return)
    assert [item.name for item in sheet.items] == ["Cross", "", "", "Cross", "", "", "", "", ""]
    assert len(window.model) == 0
    tray.view.setFocus()
    QTest.keyClick(tray.view, Qt.Key.Key_Z, CONTROL)
    assert sheet.count(State.NAMED) == 0


def test_escape_leaves_look_alikes_without_a_name(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    QTest.keyClicks(tray.panel.name, "Cross")
    tray.naming.name_alike()
    qtbot.waitUntil(lambda: tray.alike.checking)
    key(window, Qt.Key.Key_Escape)
    assert sheet.count(State.OPEN) == 6
    assert tray.is_open
    assert tray.panel.buttons.isVisible()


def test_a_search_without_an_answer_leaves_nothing_marked(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray

    def fail(*_: object) -> None:
        raise LibraryError("The recogniser is out of order. Choose another learner.")

    monkeypatch.setattr(FakeStudio, "judge", fail)
    QTest.keyClicks(tray.panel.name, "Cross")
    tray.naming.name_alike()
    qtbot.waitUntil(lambda: "out of order" in tray.footer.notice.text)
    assert (tray.alike.busy, sheet.count(State.OPEN)) == (False, 6)
