"""A library that may not be written, in the window: it is marked, it recognises, and nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.library import owner
from glyphstudio.library.library import Library
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING, RING_AGAIN

WHY = "is read-only. Allow writing"


@pytest.fixture
def window(make_window: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window over a library with two glyphs whose folder refuses the journal, as a read-only medium does."""
    path = tmp_path / "shared.glyphs"
    with Library.open(path) as library:
        library.enrol("Kresh", RING)
        library.enrol("Tarn", CROSS)

    def refuse(_connection: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(owner, "_probe", refuse)
        return make_window(path)


def says(qtbot: QtBot, window: MainWindow, words: str) -> None:
    qtbot.waitUntil(lambda: words in window.canvas_column.notice.text)


def names(window: MainWindow) -> list[str]:
    return [glyph.name for glyph in window.model.shown]


def test_it_opens_and_is_marked(window: MainWindow, make_window: Maker, qtbot: QtBot, tmp_path: Path) -> None:
    assert not window.problem.isVisible()
    assert window.windowTitle() == "shared (read only) – GlyphStudio"
    assert window.status.library.text() == "shared.glyphs, read only"
    assert WHY in window.status.library.toolTip()
    says(qtbot, window, "you cannot enrol, rename or delete anything.")
    assert names(window) == ["Kresh", "Tarn"]
    window.open_library(tmp_path / "own.glyphs")
    qtbot.waitUntil(lambda: window.windowTitle() == "own – GlyphStudio")
    assert window.status.library.text() == "own.glyphs"


def test_it_recognises_and_an_enrolment_loses_no_drawing(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    canvas = window.canvas_column.canvas
    hand.draw(canvas, RING_AGAIN)
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == "Kresh")
    before = canvas.drawing
    window.canvas_column.name.setText("New")
    window.canvas_column.notice.clear()
    QTest.mouseClick(window.canvas_column.enrol, Qt.MouseButton.LeftButton)
    says(qtbot, window, WHY)
    assert canvas.drawing is before
    assert not canvas.given
    assert window.canvas_column.name.text() == "New"
    assert names(window) == ["Kresh", "Tarn"]


def test_what_would_change_it_gets_a_sentence(window: MainWindow, qtbot: QtBot) -> None:
    glyph = window.model.shown[0]
    changes: tuple[Callable[[], None], ...] = (
        lambda: window.conversation.rename(glyph.id, "Other"),
        lambda: window.conversation.delete(glyph.id),
        lambda: window.conversation.add_to(glyph.id),
    )
    for change in changes:
        window.canvas_column.notice.clear()
        hand = Hand()
        if not window.canvas_column.canvas.has_drawing:
            hand.draw(window.canvas_column.canvas, RING_AGAIN)
        change()
        says(qtbot, window, WHY)
        assert names(window) == ["Kresh", "Tarn"]
        assert window.model.glyph(glyph.id) == glyph
