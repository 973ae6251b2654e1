"""Enrolling the named cells, taking them back, and closing with names that are not enrolled."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.page.page import Page
from glyphstudio.library.library import Library
from glyphstudio.ui.tray.sheet import Sheet, State
from glyphstudio.ui.tray.worker import PagesWorker
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING
from tests.ui.tray.making import drop, name, opened, scan


def test_one_undo_takes_the_whole_page_back(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    for text in ("Cross", "Ring", "Stair", "Cross", "Ring"):
        tray.panel.name.selectAll()
        name(tray, text)
    window.actions_.tray.enrol.trigger()
    qtbot.waitUntil(lambda: len(window.model) == 3)
    assert [len(glyph.shots) for glyph in window.model.shown] == [2, 2, 1]
    assert sheet.count(State.ENROLLED) == 5
    assert tray.footer.notice.text == "Enrolled 5 drawings of 3 glyphs."
    assert all(shot.origin and shot.origin.file.endswith("scan.png") for g in window.model.glyphs for shot in g.shots)
    tray.footer.notice.undo.click()
    qtbot.waitUntil(lambda: len(window.model) == 0)
    assert sheet.count(State.NAMED) == 5
    assert tray.footer.notice.text == "Undone: enrolment of 5 drawings from a page."


def test_undo_after_the_tray_is_closed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path, [[CROSS, RING]]))
    tray = window.tray
    name(tray, "Cross")
    name(tray, "Ring")
    assert tray.footer.enrol.hasFocus()
    QTest.keyClick(tray.footer.enrol, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not tray.is_open)
    assert (len(window.model), window.canvas_column.notice.text) == (2, "Enrolled 2 drawings of 2 glyphs.")
    window.canvas_column.notice.undo.click()
    qtbot.waitUntil(lambda: len(window.model) == 0)


def test_an_undo_leaves_what_the_library_had(make_window: Maker, qtbot: QtBot, tmp_path: Path) -> None:
    with Library.open(tmp_path / "test.glyphs") as library:
        library.enrol("Cross", CROSS)
    window = make_window()
    opened(window, qtbot, scan(tmp_path, [[CROSS, RING]]))
    key(window, Qt.Key.Key_Return)  # it is known as Cross
    name(window.tray, "Ring")
    window.tray.enrol()
    qtbot.waitUntil(lambda: len(window.model) == 2)
    assert [len(glyph.shots) for glyph in window.model.shown] == [2, 1]
    window.conversation.undo_change()
    qtbot.waitUntil(lambda: len(window.model) == 1)
    assert len(window.model.glyphs[0].shots) == 1


def test_a_library_that_cannot_be_changed_keeps_the_names(make_window: Maker, qtbot: QtBot, tmp_path: Path) -> None:
    Library.open(tmp_path / "test.glyphs").close()
    window = make_window()
    sheet = opened(window, qtbot, scan(tmp_path))
    name(window.tray, "Cross")
    (tmp_path / "test.glyphs").rename(tmp_path / "elsewhere.glyphs")
    window.tray.enrol()
    qtbot.waitUntil(lambda: "was moved, deleted or replaced" in window.tray.footer.notice.text)
    assert sheet.items[0].state is State.NAMED
    assert window.actions_.tray.enrol.isEnabled()


def test_closing_asks_if_names_would_be_lost(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    tray.view.setFocus()
    key(window, Qt.Key.Key_Escape)
    assert tray.is_open
    assert tray.footer.question.text.text() == "1 glyph of this page is named but not enrolled yet."
    key(window, Qt.Key.Key_Escape)
    assert tray.footer.question.isHidden()
    window.actions_.tray.close.trigger()
    tray.footer.question.yes.click()
    assert not tray.is_open
    assert window.pages.currentWidget() is window.splitter
    assert window.actions_.draw.open_drawing.isEnabled()


def test_closing_the_window_asks_too(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    window.close()
    assert window.isVisible()
    key(window, Qt.Key.Key_Escape)
    window.actions_.tray.close.trigger()
    tray.footer.question.yes.click()
    assert window.isVisible(), "only the tray was to be closed"
    opened(window, qtbot, scan(tmp_path))
    name(tray, "Cross")
    window.close()
    tray.footer.question.yes.click()
    assert not window.isVisible()


def test_enrolling_does_not_end_the_reading_of_further_pages(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, cut_up = Event(), PagesWorker._cut_up

    def slow(worker: PagesWorker, page: Page, glyph: str | None) -> Sheet:
        assert page.source.endswith("1.png") or may_go_on.wait(20)
        return cut_up(worker, page, glyph)

    monkeypatch.setattr(PagesWorker, "_cut_up", slow)
    tray = window.tray
    drop(window, scan(tmp_path, [[CROSS, RING]], "1.png"), scan(tmp_path, [[RING]], "2.png"))
    qtbot.waitUntil(lambda: len(tray.desk.sheets) == 1)
    name(tray, "Cross")
    name(tray, "Ring")
    tray.enrol()
    qtbot.waitUntil(lambda: tray.desk.count(State.ENROLLED) == 2)
    assert (tray.is_open, tray.footer.notice.text) == (True, "Enrolled 2 drawings of 2 glyphs.")
    may_go_on.set()
    qtbot.waitUntil(lambda: len(tray.desk.sheets) == 2)


def test_an_undo_in_the_page_does_not_say_enrolled_of_what_was_taken_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    tray.enrol()
    qtbot.waitUntil(lambda: sheet.count(State.ENROLLED) == 1)
    name(tray, "Ring")
    window.conversation.undo_change()
    qtbot.waitUntil(lambda: len(window.model) == 0)
    tray.undo()
    assert sheet.count(State.ENROLLED) == 0


def test_what_is_undone_while_the_library_writes_is_enrolled_all_the_same(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    tray.enrol()
    tray.undo()
    assert sheet.items[0].state is State.OPEN, "the answer of the library is still to come"
    qtbot.waitUntil(lambda: len(window.model) == 1)
    assert (sheet.items[0].state, sheet.items[0].name) == (State.ENROLLED, "Cross")


def test_look_alikes_declined_after_others_were_enrolled_are_not_marked(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    QTest.keyClicks(tray.panel.name, "Ring")
    tray.enrol()
    tray.naming.name_alike()
    qtbot.waitUntil(lambda: sheet.count(State.ENROLLED) == 1 and tray.alike.checking)
    tray.escape()
    assert (sheet.count(State.LIKE), sheet.count(State.OPEN)) == (0, 5)


def test_one_undo_too_many_in_the_page_takes_no_older_drawing_back(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    hand.draw(window.canvas_column.canvas, RING)
    window.canvas_column.name.setText("Old")
    window.conversation.enrol()
    qtbot.waitUntil(lambda: len(window.model) == 1)
    sheet = opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    tray.panel.name.selectAll()
    name(tray, "Cross")
    tray.undo()
    tray.undo()
    assert sheet.count(State.NAMED) == 0
    qtbot.wait(200)
    assert [glyph.name for glyph in window.model.glyphs] == ["Old"]
    window.actions_.answer.undo_change.trigger()
    qtbot.waitUntil(lambda: len(window.model) == 0)
    assert tray.footer.notice.text == 'Undone: enrolment of "Old".', "the canvas and its message are hidden"


def test_an_undo_in_the_page_takes_back_its_own_enrolment_and_none_of_an_earlier_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    tray = window.tray
    for count in (1, 2):
        sheet = opened(window, qtbot, scan(tmp_path, name=f"{count}.png"))
        tray.panel.name.selectAll()
        name(tray, f"Cross {count}")
        tray.enrol()
        qtbot.waitUntil(lambda: len(window.model) == count)  # noqa: B023
        if count == 1:
            tray.close_tray()
    tray.undo()
    qtbot.waitUntil(lambda: len(window.model) == 1)
    assert sheet.count(State.NAMED) == 1
    tray.undo()
    qtbot.wait(200)
    assert [glyph.name for glyph in window.model.glyphs] == ["Cross 1"]


def test_an_undo_that_fails_is_told_in_the_tray(make_window: Maker, qtbot: QtBot, tmp_path: Path) -> None:
    Library.open(tmp_path / "test.glyphs").close()
    window = make_window()
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    tray.enrol()
    qtbot.waitUntil(lambda: len(window.model) == 1)
    (tmp_path / "test.glyphs").rename(tmp_path / "elsewhere.glyphs")
    tray.footer.notice.undo.click()
    qtbot.waitUntil(lambda: "was moved, deleted or replaced" in tray.footer.notice.text)
