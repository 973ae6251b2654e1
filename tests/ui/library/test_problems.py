"""Libraries that cannot be opened, and switching between libraries: each problem gets a sentence, nothing is lost."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from glyphstudio.library.library import Library
from glyphstudio.ui.parts import wording
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING


def damaged(path: Path) -> None:
    Library.open(path).close()
    data = bytearray(path.read_bytes())
    data[100:4000] = os.urandom(3900)
    path.write_bytes(bytes(data))


def newer(path: Path) -> None:
    Library.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")


def no_library(path: Path) -> None:
    path.write_text("dear diary " * 100)


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(damaged, "damaged"), (newer, "newer"), (no_library, "is not a GlyphStudio library"), (a_folder, "is a folder")],
)
def test_a_library_that_cannot_be_opened(
    make_window: Maker, qtbot: QtBot, tmp_path: Path, spoil: object, words: str
) -> None:
    path = tmp_path / "bad.glyphs"
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    window = make_window(path)
    assert window.problem.isVisible()
    assert words in window.problem.sentence.text()
    assert window.problem.sentence.text().endswith(".")
    if before is not None:
        assert path.read_bytes() == before
    assert not window.actions_.answer.enrol.isEnabled()


def test_two_windows_on_one_library(make_window: Maker, qtbot: QtBot) -> None:
    first = make_window()
    second = make_window()
    assert "already open in another GlyphStudio window" in second.problem.sentence.text()
    first.close()
    QTest.mouseClick(second.problem.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(second.canvas_column.isVisible)
    assert not second.problem.isVisible()


def test_the_way_out_of_a_problem_is_another_library(
    make_window: Maker, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad.glyphs"
    no_library(bad)
    window = make_window(bad)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(bad), ""))
    QTest.mouseClick(window.problem.new, Qt.MouseButton.LeftButton)
    assert "already exists" in window.problem.sentence.text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "fresh"), ""))
    QTest.mouseClick(window.problem.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.canvas_column.isVisible)
    assert (tmp_path / "fresh.glyphs").is_file()
    assert "fresh" in window.windowTitle()
    assert window.settings.library == tmp_path / "fresh.glyphs"


def test_a_missing_last_library_gets_a_sentence(make_window: Maker, tmp_path: Path) -> None:
    window = make_window(tmp_path / "gone.glyphs", must_exist=True)
    assert "is no longer there" in window.problem.sentence.text()
    assert not (tmp_path / "gone.glyphs").exists()


def test_a_bad_choice_keeps_the_open_library_and_the_drawing(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.draw(window.canvas_column.canvas, RING)
    bad = tmp_path / "bad.glyphs"
    no_library(bad)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(bad), ""))
    window.actions_.library.open_library.trigger()
    qtbot.waitUntil(lambda: "is not a GlyphStudio library" in window.canvas_column.notice.text)
    assert window.canvas_column.isVisible()
    type_name(window, "Kresh")
    qtbot.waitUntil(lambda: len(window.model) == 1)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(tmp_path / "test.glyphs"), ""))
    window.actions_.library.open_library.trigger()
    assert window.canvas_column.notice.text == wording.ALREADY_OPEN


def test_switching_libraries_keeps_the_drawing(window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    hand.draw(window.canvas_column.canvas, CROSS)
    type_name(window, "Tarn")
    qtbot.waitUntil(lambda: len(window.model) == 1)
    hand.draw(window.canvas_column.canvas, RING)
    window.open_library(tmp_path / "other.glyphs")
    qtbot.waitUntil(lambda: len(window.model) == 0)
    assert window.canvas_column.canvas.has_drawing
    assert not window.actions_.answer.undo_change.isEnabled()
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == wording.UNKNOWN)


def test_a_change_for_the_old_library_is_not_made_in_the_new_one(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "other.glyphs") as other:
        other.enrol("Precious", CROSS)
    hand.draw(window.canvas_column.canvas, RING)
    type_name(window, "Kresh")
    qtbot.waitUntil(lambda: len(window.model) == 1)
    kresh = window.model.named("Kresh")
    assert kresh is not None
    assert kresh.id == 1  # the same id as the other library's glyph
    window.open_library(tmp_path / "other.glyphs")
    window.conversation.delete(kresh.id)  # before the window knows
    window.conversation.undo_change()
    qtbot.waitUntil(lambda: window.model.named("Precious") is not None)
    qtbot.waitUntil(lambda: window.canvas_column.notice.text == wording.OTHER_LIBRARY)
    window.close()
    with Library.open(tmp_path / "other.glyphs") as other:
        assert [glyph.name for glyph in other.glyphs()] == ["Precious"]
    with Library.open(tmp_path / "test.glyphs") as first:
        assert [glyph.name for glyph in first.glyphs()] == ["Kresh"]
