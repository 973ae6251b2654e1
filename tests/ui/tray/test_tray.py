"""The tray in the window: pages arrive, cells are named, merged, split, redrawn, skipped, enrolled and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.library.library import Library, LibraryError
from glyphstudio.ui.parts import wording
from glyphstudio.ui.tray.sheet import Sheet, State
from glyphstudio.ui.tray.tray import Tray
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key
from tests.ui.conftest import Maker
from tests.ui.fake import FakeStudio
from tests.ui.glyphs import CROSS, RING
from tests.ui.tray.making import LINES, drop, scan

SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def opened(window: MainWindow, qtbot: QtBot, *paths: Path, pages: int = 1) -> Sheet:
    """Drop files, and wait until the tray has read them and the recogniser has answered."""
    drop(window, *paths)
    tray = window.tray
    qtbot.waitUntil(lambda: tray.is_open and not tray.reading.busy and len(tray.desk.sheets) == pages)
    sheet = tray.desk.sheet
    assert sheet is not None
    qtbot.waitUntil(lambda: all(item.ranking is not None for item in sheet.items if item.state is State.OPEN))
    return sheet


def name(tray: Tray, text: str) -> None:
    QTest.keyClicks(tray.panel.name, text)
    QTest.keyClick(tray.panel.name, Qt.Key.Key_Return)


def mouse(tray: Tray, kind: QEvent.Type, x: float, y: float, keys: Qt.KeyboardModifier) -> None:
    """A mouse event at a point of the page."""
    view, sheet = tray.view, tray.desk.sheet
    assert sheet is not None
    room = view._room()
    scale = room.width() / sheet.page.grey.shape[1]
    at = QPointF(room.left() + x * scale, room.top() + y * scale)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    button = none if kind is QEvent.Type.MouseMove else left
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, keys))


def click(tray: Tray, index: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    assert tray.desk.sheet is not None
    x, y = tray.desk.sheet.items[index].cell.middle
    mouse(tray, QEvent.Type.MouseButtonPress, x, y, keys)
    mouse(tray, QEvent.Type.MouseButtonRelease, x, y, keys)


def drag(tray: Tray, box: tuple[float, float, float, float]) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    mouse(tray, QEvent.Type.MouseButtonPress, box[0], box[1], keys)
    for part in (0.3, 0.7, 1.0):
        x, y = box[0] + part * (box[2] - box[0]), box[1] + part * (box[3] - box[1])
        mouse(tray, QEvent.Type.MouseMove, x, y, keys)
    mouse(tray, QEvent.Type.MouseButtonRelease, box[2], box[3], keys)


# What opens the tray


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
    window.tray.header.whole.click()
    qtbot.waitUntil(lambda: window.canvas_column.canvas.has_drawing)
    assert not window.tray.is_open


# Naming


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


# Cells


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


# All like this one


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
    tray.name_alike()
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
    tray.name_alike()
    qtbot.waitUntil(lambda: "out of order" in tray.footer.notice.text)
    assert (tray.alike.busy, sheet.count(State.OPEN)) == (False, 6)


# Enrolling


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


# Look and reach


@pytest.mark.parametrize("size", [(720, 520), (1800, 1100)])
def test_everything_fits_in_small_and_large_windows(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]
) -> None:
    opened(window, qtbot, scan(tmp_path))
    window.resize(*size)
    QApplication.processEvents()
    tray = window.tray
    for widget in (tray.view, tray.panel.name, tray.panel.confirm, tray.footer.enrol, tray.header.close_):
        corner = widget.mapTo(window, widget.rect().bottomRight())
        assert window.rect().contains(corner), widget
    assert tray.view.width() >= 240


def test_a_screen_reader_hears_the_cell(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    opened(window, qtbot, scan(tmp_path))
    tray = window.tray
    assert tray.view.accessibleDescription() == "Glyph 1 of 6: not named."
    name(tray, "Cross")
    click(tray, 0)
    click(tray, 1, SHIFT)
    click(tray, 0, SHIFT)
    assert tray.view.accessibleDescription().startswith("Glyph 2 of 6: not named")
    tray.desk.select(0)
    assert tray.view.accessibleDescription() == "Glyph 1 of 6: named Cross."
