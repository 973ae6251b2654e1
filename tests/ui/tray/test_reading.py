"""What opens the tray, and how pages come into it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from glyphstudio.ui.parts import wording
from glyphstudio.ui.tray import reading
from glyphstudio.ui.window.window import MainWindow
from tests.hand import key
from tests.ui.glyphs import CROSS, RING
from tests.ui.tray.making import drop, name, opened, scan


def test_a_page_opens_the_tray_and_one_glyph_the_canvas(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    drop(window, scan(tmp_path, [[CROSS]], "one.png"))
    qtbot.waitUntil(lambda: window.canvas_column.canvas.has_drawing)
    assert not window.tray.is_open
    opened(window, qtbot, scan(tmp_path))
    assert window.pages.currentWidget() is window.tray
    assert not window.actions_.draw.open_drawing.isEnabled(), "the canvas' keys rest"
    assert window.actions_.tray.split.isEnabled()


def test_several_files_a_folder_and_a_tiff_have_a_page_each(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    one, two = scan(tmp_path, name="p1.png"), scan(tmp_path, [[RING, RING]], name="p2.png")
    opened(window, qtbot, one, two, pages=2)
    tray = window.tray
    assert [len(sheet) for sheet in tray.desk.sheets] == [6, 2]
    assert tray.header.place.text() == "page 1 of 2"
    key(window, Qt.Key.Key_PageDown)
    assert (tray.desk.page, tray.header.name.text()) == (1, "p2.png")
    tray.close_tray()
    opened(window, qtbot, tmp_path, pages=2)
    tray.close_tray()
    opened(window, qtbot, scan(tmp_path, name="three.tif", pages=3), pages=3)
    assert [sheet.page.number for sheet in tray.desk.sheets] == [1, 2, 3]
    tray.close_tray()
    opened(window, qtbot, scan(tmp_path, name="two.pdf", pages=2), pages=2)
    assert [len(sheet) for sheet in tray.desk.sheets] == [6, 6]


def test_a_bad_file_among_pages_is_named(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"nothing")
    opened(window, qtbot, tmp_path / "bad.png", scan(tmp_path))
    assert "bad.png is neither a picture" in window.tray.footer.notice.text


def test_a_folder_without_pictures_says_so(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    drop(window, tmp_path)
    qtbot.waitUntil(lambda: "has no pictures" in window.tray.footer.notice.text)
    window.tray.close_tray()
    assert window.pages.currentWidget() is window.splitter


def test_pages_dropped_while_others_are_read_come_after_them(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    files = [scan(tmp_path, name=f"{number}.png") for number in range(4)]
    drop(window, *files[:3])
    window.tray.open(files[3:])
    qtbot.waitUntil(lambda: not window.tray.reading.busy)
    assert [Path(sheet.page.source).name for sheet in window.tray.desk.sheets] == ["0.png", "1.png", "2.png", "3.png"]


def test_pages_dropped_at_the_same_time_are_together_no_more_than_the_tray_takes(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LEAST_ROOM", reading.MOST_ROOM // 3)
    tray = window.tray
    for letter in "abc":
        tray.open([scan(tmp_path, name=f"{letter}.tif", pages=2)])
    qtbot.waitUntil(lambda: not tray.reading.busy)
    assert [Path(sheet.page.source).name for sheet in tray.desk.sheets] == ["a.tif", "a.tif", "b.tif"]
    assert tray.footer.notice.text == wording.TOO_MANY_PAGES
    qtbot.wait(200)
    assert len(tray.desk.sheets) == 3
    tray.close_tray()
    opened(window, qtbot, tmp_path / "c.tif", pages=2)


def test_the_first_page_is_shown_and_edited_before_the_others_are_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    tray = window.tray
    order: list[str] = []
    tray.pages.read_one.connect(lambda *_: order.append("read"))

    def edit(*_: object) -> None:
        order.append("shown")
        tray.editing.redraw((0, 0, 5000, 5000))

    tray.pages.shown.connect(edit)
    tray.pages.edited.connect(lambda *_: order.append("edited"))
    tray.open([scan(tmp_path, name="many.tif", pages=6)])
    qtbot.waitUntil(lambda: not tray.reading.busy)
    assert order.count("read") == 6
    assert order.index("shown") < 3
    assert order.index("edited") < 5
    assert [len(sheet) for sheet in tray.desk.sheets] == [1, 6, 6, 6, 6, 6]


def test_reading_can_be_cancelled(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    first = scan(tmp_path, name="0.png")
    for number in range(1, 30):
        shutil.copy(first, tmp_path / f"{number}.png")
    drop(window, tmp_path)
    tray = window.tray
    qtbot.waitUntil(lambda: len(tray.desk.sheets) > 0)
    tray.header.cancel.click()
    assert not tray.reading.busy
    read = len(tray.desk.sheets)
    assert read < 30
    qtbot.wait(300)
    assert len(tray.desk.sheets) == read
    assert tray.header.cancel.isHidden()


def test_a_picture_with_parts_can_be_used_as_one_drawing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    name(tray, "Cross")
    assert tray.header.whole.isHidden(), "the name would be lost"
    tray.undo()
    assert tray.header.whole.isVisible()
    tray.header.whole.click()
    qtbot.waitUntil(lambda: window.canvas_column.canvas.has_drawing)
    assert not window.tray.is_open
