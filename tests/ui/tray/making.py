"""Pages for tests of the tray: scans with known glyphs, and sheets without a file. What a user does with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.page.page import Page, page_of
from glyphstudio.glyphs.page.segmenting import find_cells
from glyphstudio.ui.tray.sheet import Item, Sheet, State
from glyphstudio.ui.tray.tray import Tray
from glyphstudio.ui.window.window import MainWindow
from tests.pages import grey_page
from tests.ui.glyphs import CROSS, CROSS_AGAIN, RING, RING_AGAIN, STAIR

LINES: tuple[tuple[Ink, ...], ...] = ((CROSS, RING, STAIR), (CROSS_AGAIN, RING_AGAIN, STAIR))


def scan(folder: Path, lines: Sequence[Sequence[Ink]] = LINES, name: str = "scan.png", pages: int = 1) -> Path:
    """Save a page, or a TIFF with several that are the same."""
    image = Image.fromarray(grey_page(lines))
    if pages > 1:
        image.save(folder / name, save_all=True, append_images=[image] * (pages - 1))
    else:
        image.save(folder / name)
    return folder / name


def sheet() -> Sheet:
    """The sheet of a page, cut up as the worker does."""
    page: Page = page_of(grey_page(LINES), "scan.png")
    return Sheet(page, [Item(cell, page.cut(cell)) for cell in find_cells(page.ink)])


def drop(window: MainWindow, *paths: Path) -> None:
    """Drop files on the canvas."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert window.canvas_column.canvas.take(mime)


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
