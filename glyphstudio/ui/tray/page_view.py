"""The page with its cells: a click or an arrow key selects one, a drag draws a box around another."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import ACCENT, PAPER, QUIET, RADIUS, UNIT, scaled_font
from glyphstudio.ui.tray.sheet import Item, Sheet, State

_AIR = 3  # pixels between a glyph and its box
_DRAG = 6  # pixels: a shorter way of the mouse is a click
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class PageView(QWidget):
    """Shows one sheet. It changes nothing: its signals say what the user wants."""

    selected = Signal(int, bool)  # a cell, and whether it joins the selection
    box_drawn = Signal(object)  # Box, in pixels of the page
    moved = Signal(int, int, bool)  # arrow key: columns, rows, and whether the selection grows
    nudged = Signal(int, int, bool)  # arrow key with Alt: columns, rows, and whether that edge goes inwards
    entered = Signal()  # Enter
    escaped = Signal()
    undo_wanted = Signal()
    typed = Signal(str)  # a letter: the start of a name
    picked = Signal(int)  # 0..4: the candidate with that key
    page_turned = Signal(int)  # -1 or 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._image: QImage | None = None
        self._scaled: QPixmap | None = None  # the image at the size it is painted
        self._resizing = QTimer(self)  # while it runs, the image is scaled roughly, which is quicker
        self._resizing.setSingleShot(True)
        self._resizing.setInterval(150)
        self._resizing.timeout.connect(self._rescale)
        self._current = -1
        self._chosen: set[int] = set()
        self._from: QPointF | None = None  # where the mouse went down
        self._to: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 200)
        self.setAccessibleName("Page")
        self.setToolTip("Click a glyph, or drag a box around one. Alt and an arrow key move an edge of its box.")

    def show_sheet(self, sheet: Sheet | None, image: QImage | None = None) -> None:
        """Show a page; None shows an empty view. image: None until the worker has made it."""
        if sheet is not self._sheet or image is not None:
            self._image, self._scaled = image, None
        self._sheet = sheet
        self._from = self._to = None
        self.update()

    def select(self, current: int, chosen: Iterable[int]) -> None:
        """Show which cell is the current one, and which are selected together."""
        self._current, self._chosen = current, set(chosen)
        self.setAccessibleDescription(self.description)
        self.update()

    @property
    def description(self) -> str:
        """The current cell, as a screen reader says it."""
        if self._sheet is None or not 0 <= self._current < len(self._sheet):
            return "No glyph is selected."
        item = self._sheet.items[self._current]
        name = f" {item.name}" if item.name else f", perhaps {item.offered}" if item.offered else ""
        also = f" {len(self._chosen)} are selected." if len(self._chosen) > 1 else ""
        return f"Glyph {self._current + 1} of {len(self._sheet)}: {item.state.value}{name}.{also}"

    # --- where things are ---

    def _room(self) -> QRectF:
        """Return where the page is painted: as large as fits, in the middle."""
        if self._sheet is None:
            return QRectF()
        height, width = self._sheet.page.grey.shape
        size = QSizeF(width, height).scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
        room = QRectF(QPointF(), size)
        room.moveCenter(QRectF(self.rect()).center())
        return room

    def rect_of(self, item: Item) -> QRectF:
        """Return where a cell is painted."""
        assert self._sheet is not None, "its item"  # noqa: S101
        room = self._room()
        scale = room.width() / self._sheet.page.grey.shape[1]
        left, top, right, bottom = item.cell.box
        rect = QRectF(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale)
        return rect.translated(room.topLeft()).adjusted(-_AIR, -_AIR, _AIR, _AIR)

    def _on_page(self, at: QPointF) -> tuple[float, float]:
        assert self._sheet is not None, "checked by the caller"  # noqa: S101
        room = self._room()
        scale = room.width() / self._sheet.page.grey.shape[1]
        return (at.x() - room.left()) / scale, (at.y() - room.top()) / scale

    # --- painting ---

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scaled = None
        self._resizing.start()

    @Slot()
    def _rescale(self) -> None:
        self._scaled = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._sheet is None:
            painter.end()
            return
        room = self._room()
        painter.fillRect(room, self.palette().color(PAPER))
        if self._image is not None:
            painter.drawPixmap(room.topLeft(), self._pixmap(self._image, room))
        for index, item in enumerate(self._sheet.items):
            if index != self._current:
                self._paint_cell(painter, index, item)
        if 0 <= self._current < len(self._sheet):
            self._paint_cell(painter, self._current, self._sheet.items[self._current])
        if self._from is not None and self._to is not None:
            painter.setPen(QPen(self._accent(), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(self._accent(28))
            painter.drawRect(QRectF(self._from, self._to).normalized())
        if self.hasFocus():
            painter.setPen(QPen(self._accent(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()

    def _pixmap(self, image: QImage, room: QRectF) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._scaled is None:
            size = (room.size() * ratio).toSize()
            rough, smooth = Qt.TransformationMode.FastTransformation, Qt.TransformationMode.SmoothTransformation
            how = rough if self._resizing.isActive() else smooth
            self._scaled = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how))
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled

    def _accent(self, alpha: int = 255) -> QColor:
        """Return the accent colour for paper, which is light in both themes."""
        colour = QColor(self.palette().color(ACCENT))
        if colour.lightness() > 140:
            colour = colour.darker(160)
        colour.setAlpha(alpha)
        return colour

    def _paint_cell(self, painter: QPainter, index: int, item: Item) -> None:
        rect, current, state = self.rect_of(item), index == self._current, item.state
        colour, style, fill = self._accent(150), Qt.PenStyle.SolidLine, 0
        if state is State.SKIPPED:
            colour, style = QColor(self.palette().color(QUIET)), Qt.PenStyle.DotLine
            colour.setAlpha(150)
        elif state is State.LIKE:
            colour, style, fill = self._accent(), Qt.PenStyle.DashLine, 56
        elif state in (State.NAMED, State.ENROLLED):
            colour, fill = self._accent(), 28
        if current or index in self._chosen:
            colour, fill = self._accent(), max(fill, 40)
        painter.setPen(QPen(QColor(255, 255, 255, 150), 5 if current else 3.5))  # so that it shows in a shadow too
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(QPen(colour, 2.5 if current else 1.2, style))
        painter.setBrush(self._accent(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 3, 3)
        if state is State.SKIPPED:
            painter.setPen(QPen(colour, 1.2))
            painter.drawLine(rect.topLeft(), rect.bottomRight())
        text = f"✓ {item.name}" if state is State.ENROLLED else f"{item.name}?" if state is State.LIKE else item.name
        if text:
            self._paint_label(painter, rect, text)

    def _paint_label(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """Paint a name on a flag below its cell, or above it at the page's lower rim."""
        painter.setFont(scaled_font(self.font(), 0.8))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(round(rect.width()) + 2 * UNIT, 5 * UNIT))
        flag = QRectF(0, 0, metrics.horizontalAdvance(text) + UNIT, metrics.height())
        flag.moveCenter(rect.center())
        flag.moveTop(rect.bottom() + 1 if rect.bottom() + flag.height() < self.height() else rect.top() - flag.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._accent())
        painter.drawRoundedRect(flag, 3, 3)
        painter.setPen(QColor("white"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, text)

    # --- mouse ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._sheet is not None:
            self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        if self._to is not None or (event.position() - self._from).manhattanLength() > _DRAG:
            self._to = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        start, end, self._from, self._to = self._from, self._to, None, None
        self.update()
        if start is None or self._sheet is None:
            return
        if end is not None:
            (x0, y0), (x1, y1) = self._on_page(start), self._on_page(end)
            self.box_drawn.emit((round(min(x0, x1)), round(min(y0, y1)), round(max(x0, x1)), round(max(y0, y1))))
            return
        index = self._sheet.at(*self._on_page(start))
        if index is not None:
            joins = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            self.selected.emit(index, bool(event.modifiers() & joins))

    # --- keys ---

    def event(self, event: QEvent) -> bool:
        return claim(event, Qt.Key.Key_Escape, QKeySequence.StandardKey.Undo, *STEPS, typing=True) or super().event(
            event
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        text, modifiers = event.text(), event.modifiers()
        plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if key in STEPS and plain:
            self.moved.emit(*STEPS[key], bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in STEPS and modifiers & Qt.KeyboardModifier.AltModifier:
            self.nudged.emit(*STEPS[key], bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.entered.emit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.page_turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif plain and text in ("1", "2", "3", "4", "5"):
            self.picked.emit(int(text) - 1)
        elif plain and text.isprintable() and text.strip():
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
