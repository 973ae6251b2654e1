"""The picture with its crop: a drag draws a box, its handles and the arrow keys move it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.parts.theme import ACCENT, HOVER, UNIT
from glyphstudio.ui.scan.crop import (
    GRIPS,
    WHOLE,
    Crop,
    Grip,
    between,
    grip_at,
    has,
    moved,
    place_of,
    resized,
    turned,
)

_NEAR = 10  # pixels between the pointer and a handle that it takes
_HANDLE = 4  # pixels, half a handle's side
_DRAG = 4  # pixels: a shorter way of the mouse is a click
_STEP = 0.01  # share of the picture: one press of an arrow key
_KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_CURSORS = {
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
}


class PictureView(QWidget):
    """Shows a picture turned as it will be used. Crops that it takes and tells belong to the picture as it is in its
    file."""

    cropped = Signal(object)  # Crop

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._turned: QImage | None = None
        self._scaled: QPixmap | None = None  # at the size it is painted
        self._turns = 0
        self._crop = WHOLE  # of the turned picture
        self._grip: Grip | None = None  # of the drag; None if it draws a new box
        self._from: tuple[float, float] | None = None  # where the mouse went down, as shares of the picture
        self._before = WHOLE  # the crop when the mouse went down
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(30 * UNIT, 30 * UNIT)
        self.setAccessibleName("The picture")
        self.setToolTip(
            "Drag a box around the glyph. Arrow keys move the box, with Alt they move an edge outwards, with Alt and "
            "Shift inwards."
        )

    def show_image(self, image: QImage) -> None:
        self._image, self._turned = image, None
        self._refresh()

    def show_crop(self, crop: Crop, turns: int) -> None:
        """crop: of the picture as it is in its file. turns: quarter turns clockwise."""
        if turns % 4 != self._turns:
            self._turns, self._turned = turns % 4, None
        self._crop = turned(crop, turns)
        self._refresh()

    @property
    def crop(self) -> Crop:
        """Of the picture as it is in its file."""
        return turned(self._crop, -self._turns)

    def _refresh(self) -> None:
        if self._image is not None and self._turned is None:
            self._turned = self._image.transformed(QTransform().rotate(90 * self._turns))
            self._scaled = None
        left, top, right, bottom = (round(100 * side) for side in self._crop)
        self.setAccessibleDescription(
            "All of it is read."
            if self._crop == WHOLE
            else f"The box is from {left} % to {right} % across and from {top} % to {bottom} % down."
        )
        self.update()

    # --- where things are ---

    def room(self) -> QRectF:
        """Return where the picture is painted: as large as fits, in the middle."""
        if self._turned is None:
            return QRectF()
        space = QRectF(self.rect()).adjusted(_NEAR, _NEAR, -_NEAR, -_NEAR)
        room = QRectF(QPointF(), QSizeF(self._turned.size()).scaled(space.size(), Qt.AspectRatioMode.KeepAspectRatio))
        room.moveCenter(space.center())
        return room

    def _share(self, at: QPointF) -> tuple[float, float]:
        room = self.room()
        return (at.x() - room.left()) / room.width(), (at.y() - room.top()) / room.height()

    def _rect(self) -> QRectF:
        room, (left, top, right, bottom) = self.room(), self._crop
        return QRectF(
            room.left() + left * room.width(),
            room.top() + top * room.height(),
            (right - left) * room.width(),
            (bottom - top) * room.height(),
        )

    def _grip_at(self, at: QPointF) -> Grip | None:
        """Return what a drag from a point takes hold of: a handle, the whole box as (0, 0), or None."""
        room = self.room()
        x, y = self._share(at)
        found = grip_at(self._crop, x, y, _NEAR / room.width(), _NEAR / room.height())
        return (0, 0) if found is None and self._crop != WHOLE and has(self._crop, x, y) else found

    # --- mouse and keys ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self.room().isEmpty():
            self._grip = self._grip_at(event.position())
            self._from, self._before = self._share(event.position()), self._crop

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.room().isEmpty():
            return
        if self._from is None:
            self._show_cursor(self._grip_at(event.position()))
            return
        (from_x, from_y), (x, y) = self._from, self._share(event.position())
        if self._grip is None:
            room = self.room()
            if max(abs(x - from_x) * room.width(), abs(y - from_y) * room.height()) >= _DRAG:
                self._change(between(from_x, from_y, x, y))
        elif self._grip == (0, 0):
            self._change(moved(self._before, x - from_x, y - from_y))
        else:
            self._change(resized(self._before, self._grip, x - from_x, y - from_y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _KEYS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        x, y = step
        if not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._change(moved(self._crop, x * _STEP, y * _STEP))
            return
        way = -_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        self._change(resized(self._crop, (x, y), x * way, y * way))

    def _change(self, crop: Crop) -> None:
        if crop != self._crop:
            self._crop = crop
            self._refresh()
            self.cropped.emit(self.crop)

    def _show_cursor(self, grip: Grip | None) -> None:
        if grip is None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif grip == (0, 0):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.setCursor(_CURSORS.get(grip) or _CURSORS[-grip[0], -grip[1]])

    # --- painting ---

    def sizeHint(self) -> QSize:
        return QSize(54 * UNIT, 48 * UNIT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scaled = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.room()
        if self._turned is None or room.isEmpty():
            painter.fillRect(self.rect(), self.palette().color(HOVER))
            painter.end()
            return
        pixmap = self._pixmap(self._turned, room)
        painter.drawPixmap(room, pixmap, QRectF(pixmap.rect()))
        self._paint_crop(painter, room)
        painter.end()

    def _paint_crop(self, painter: QPainter, room: QRectF) -> None:
        rect = self._rect()
        outside = QPainterPath()
        outside.addRect(room)
        inside = QPainterPath()
        inside.addRect(rect)
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 140))
        accent = self.palette().color(ACCENT)
        painter.setPen(QPen(accent, 2 if self.hasFocus() else 1))
        painter.drawRect(rect)
        painter.setPen(QPen(Qt.GlobalColor.white, 1))
        painter.setBrush(accent)
        for grip in GRIPS:
            x, y = place_of(self._crop, grip)
            middle = QPointF(room.left() + x * room.width(), room.top() + y * room.height())
            painter.drawRect(QRectF(middle.x() - _HANDLE, middle.y() - _HANDLE, 2 * _HANDLE, 2 * _HANDLE))

    def _pixmap(self, image: QImage, room: QRectF) -> QPixmap:
        if self._scaled is None:
            ratio = self.devicePixelRatioF()
            size = (room.size() * ratio).toSize().expandedTo(QSize(1, 1))
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
        return self._scaled
