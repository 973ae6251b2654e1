"""The canvas: a square of paper that takes strokes from mouse, tablet and touch, and repaints only what changed."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QInputEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.draw.history import History
from glyphstudio.ui.draw.ink_layer import InkLayer
from glyphstudio.ui.draw.stroke_input import Source, StrokeInput
from glyphstudio.ui.parts.theme import ACCENT, LINE, PAPER, QUIET, UNIT, scaled_font

_CORNER = 10
_SETTLED = 0.28  # opacity of ink that the library already has
PEN_WIDTHS = (0.008, 0.012, 0.018, 0.026, 0.036)  # in canvas units
PEN_NAMES = ("hair", "thin", "medium", "thick", "brush")


class Canvas(QWidget):
    """Holds the drawing and its undo states.

    A drawing is "given" when it goes to the library, and "settled" once the library has it; then it looks pale. The
    next stroke after a given drawing starts a new one.
    """

    changed = Signal(object)  # Drawing: after pen up, undo, redo, clear, or a drawing from a file or the clipboard
    moved = Signal()  # the stroke in progress got a point
    pen_down = Signal()
    given_changed = Signal()  # the library was given the drawing, has it, or returned it
    arrived = Signal(object)  # Path or QImage, dropped or pasted; the canvas' owner loads and shows it
    pages_arrived = Signal(object)  # list of paths: several files, or a folder
    refused = Signal(str)  # a sentence
    typed = Signal(str)  # text typed while the canvas had the focus
    entered = Signal()  # Enter pressed while the canvas had the focus
    first_paint = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = History()
        self._input = StrokeInput()
        self._given = self._settled = False
        self._layer = InkLayer()
        self._pen = 2
        self._ring = False
        self._drop = False
        self._shown = False
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("Draw a glyph here with mouse, pen or finger, or drop a picture.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(200, 200)

    # --- the drawing ---

    @property
    def drawing(self) -> Drawing:
        """The drawing without the stroke in progress."""
        return self._history.now

    @property
    def live(self) -> Drawing:
        """The drawing with the stroke in progress."""
        stroke = self._input.stroke()
        if stroke is None:
            return self.drawing
        try:
            return self._base().plus(stroke)
        except InkError:
            return self.drawing

    @property
    def has_drawing(self) -> bool:
        return bool(self.drawing)

    @property
    def drawing_now(self) -> bool:
        """Whether the pen is down."""
        return self._input.owner is not None

    @property
    def begins(self) -> bool:
        """Whether the stroke in progress is the first of a drawing."""
        return self.drawing_now and not self._base()

    @property
    def given(self) -> bool:
        """Whether the drawing is on its way to the library or already in it."""
        return self._given

    @property
    def settled(self) -> bool:
        return self._settled

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo and not self._given

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo and not self._given

    def show_drawing(self, drawing: Drawing) -> None:
        """Put a drawing on the canvas. Undo brings the old one back."""
        self._fresh_if_given()
        self._input.cancel()
        self._history.push(drawing)
        self._input.restart_clock()
        self._repaint_all()
        self.changed.emit(drawing)

    def undo(self) -> None:
        """Undo the last stroke, clear, or new drawing."""
        if not self.drawing_now and self.can_undo and self._history.undo():
            self._input.restart_clock()
            self._repaint_all()
            self.changed.emit(self.drawing)

    def redo(self) -> None:
        if not self.drawing_now and self.can_redo and self._history.redo():
            self._input.restart_clock()
            self._repaint_all()
            self.changed.emit(self.drawing)

    def clear(self) -> None:
        """Empty the canvas. Undo brings the drawing back, unless it was given to the library."""
        self._input.cancel()
        if self._given:
            self._fresh_if_given()
        elif self.has_drawing:
            self._history.push(Ink())
        self._repaint_all()
        self.changed.emit(self.drawing)

    def give(self) -> None:
        """Mark the drawing as on its way to the library: the next stroke starts a new one."""
        self._given = True
        self.given_changed.emit()

    def settle(self) -> None:
        """Mark the drawing as in the library."""
        self._given = self._settled = True
        self.update()
        self.given_changed.emit()

    def take_back(self, drawing: Drawing) -> None:
        """Take back a drawing that the library refused or returned. If a new one has been started, undo leads to it."""
        if drawing is self.drawing:
            self._given = self._settled = False
            self.update()
        else:
            self._history.put_below(drawing)
        self.given_changed.emit()

    def _fresh_if_given(self) -> None:
        if self._given:
            self._given = self._settled = False
            self._history = History()
            self._repaint_all()

    def _base(self) -> Ink:
        """The ink that the next stroke is added to. It is empty for a picture, because a stroke replaces a picture."""
        return self.drawing if isinstance(self.drawing, Ink) else Ink()

    # --- the pen's width ---

    @property
    def pen_width(self) -> int:
        """An index into PEN_WIDTHS. It changes only how ink looks on the canvas."""
        return self._pen

    @pen_width.setter
    def pen_width(self, index: int) -> None:
        self._pen = max(0, min(len(PEN_WIDTHS) - 1, index))
        self._repaint_all()

    # --- strokes ---

    def _down(self, source: Source, at: QPointF, t: float, pressure: float | None = None) -> None:
        if self._input.owner is not None:
            return
        self._fresh_if_given()
        self._input.down(source, self._base(), self._units(at), t, pressure)
        if self.drawing is not self._base() or not self.has_drawing:
            self._repaint_all()  # to remove the picture or the hint
        self._layer.begin()
        self._grow()
        self.pen_down.emit()

    def _move(self, source: Source, at: QPointF, t: float, pressure: float | None = None) -> None:
        if self._input.move(source, self._units(at), t, pressure):
            self._grow()
            self.moved.emit()

    def _grow(self) -> None:
        self.update(self._layer.grow(self._input.points, self._input.pressures, self._side, self._width))

    def _up(self, source: Source) -> None:
        points, pressures = self._input.points, self._input.pressures
        stroke = self._input.up(source)
        if stroke is None:
            return
        try:
            self._history.push(self._base().plus(stroke))
        except InkError as error:  # more strokes or points than a drawing may have
            self._repaint_all()
            self.refused.emit(str(error))
            return
        self._layer.freeze(points, pressures, self._side, self._width)
        self.update()
        self.changed.emit(self.drawing)

    def _units(self, at: QPointF) -> tuple[float, float]:
        side = self._side
        return at.x() / side, at.y() / side

    @property
    def _side(self) -> int:
        return max(1, min(self.width(), self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._down(Source.MOUSE, event.position(), _clock(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(Source.MOUSE, event.position(), _clock(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._move(Source.MOUSE, event.position(), _clock(event))
            self._up(Source.MOUSE)

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()  # or Qt would repeat it as a mouse event
        kind = event.type()
        if event.pointerType() is QPointingDevice.PointerType.Eraser:
            if kind is QEvent.Type.TabletPress:
                self.undo()
            return
        at, t, pressure = event.position(), _clock(event), event.pressure()
        if kind is QEvent.Type.TabletPress and event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._down(Source.TABLET, at, t, pressure)
        elif kind is QEvent.Type.TabletMove:
            self._move(Source.TABLET, at, t, pressure)
        elif kind is QEvent.Type.TabletRelease:
            self._up(Source.TABLET)

    def _touch(self, event: QTouchEvent) -> None:
        """Draw with the first finger. Other touches are resting hands."""
        event.accept()
        kind = event.type()
        if kind is QEvent.Type.TouchCancel:
            self._abandon(Source.TOUCH)
            return
        points = event.points()
        if not points:
            return
        if kind is QEvent.Type.TouchBegin:
            self._finger = points[0].id()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._down(Source.TOUCH, points[0].position(), _clock(event))
            return
        for point in points:
            if point.id() == self._finger:
                self._move(Source.TOUCH, point.position(), _clock(event))
                if point.state() == point.State.Released:
                    self._up(Source.TOUCH)

    _finger = -1

    def _abandon(self, source: Source) -> None:
        if self._input.owner is source:
            self._input.cancel()
            self._repaint_all()
            self.changed.emit(self.drawing)

    # --- painting ---

    def _repaint_all(self) -> None:
        self._layer.spoil()
        self.update()

    @property
    def _width(self) -> float:
        return PEN_WIDTHS[self._pen]

    def paintEvent(self, event: QPaintEvent) -> None:
        # A stroke replaces a picture from its first point on.
        finished = self._base() if self.drawing_now else self.drawing
        pixmap = self._layer.ready(finished, self._side, self.devicePixelRatioF(), self._width)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._side
        colours = self.palette()
        edge = QRectF(0.5, 0.5, side - 1, side - 1)
        ring = self._ring or self._drop
        painter.setPen(QPen(colours.color(ACCENT if ring else LINE), 2 if ring else 1))
        painter.setBrush(colours.color(PAPER))
        painter.drawRoundedRect(edge.adjusted(1, 1, -1, -1) if ring else edge, _CORNER, _CORNER)
        if not self.has_drawing and not self.drawing_now:
            self._paint_hint(painter, "Drop it here" if self._drop else "Draw a glyph here")
        painter.setOpacity(_SETTLED if self._settled else 1.0)
        painter.drawPixmap(QPoint(0, 0), pixmap)
        if self.drawing_now:
            self._layer.paint_rest(painter, self._input.points, self._input.pressures, side, self._width)
        elif self._settled:
            painter.setOpacity(1.0)
            self._paint_hint(painter, "Draw the next glyph", low=True)
        painter.end()
        if not self._shown:
            self._shown = True
            self.first_paint.emit()

    def _paint_hint(self, painter: QPainter, text: str, low: bool = False) -> None:
        side = self._side
        colour = self.palette().color(QUIET)
        # Paper stays light in the dark theme, whose quiet colour suits a dark background.
        painter.setPen(colour if colour.lightness() < 140 else Qt.GlobalColor.darkGray)
        painter.setFont(self.font() if low else scaled_font(self.font(), 1.15))
        room = QRect(UNIT, UNIT, side - 2 * UNIT, side - 4 * UNIT)
        align = Qt.AlignmentFlag.AlignBottom if low else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter | align), text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._repaint_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QTouchEvent):
            self._touch(event)
            return True
        if kind is QEvent.Type.DevicePixelRatioChange:
            self._repaint_all()
        return super().event(event)

    # --- focus, keys, drop ---

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._ring = event.reason() in reasons  # only keyboard users need the ring
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        text = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif plain and text.isprintable() and text.strip():
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def take(self, mime: QMimeData | None) -> bool:
        """Take a dropped or pasted picture or file. Return False if `mime` has none. None is an empty clipboard."""
        if mime is None:
            return False
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if len(paths) > 1:
            self.pages_arrived.emit(paths)
            return True
        if paths:
            self.arrived.emit(paths[0])
            return True
        if mime.hasImage():
            self.arrived.emit(mime.imageData())
            return True
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if mime.hasImage() or any(url.isLocalFile() for url in mime.urls()):
            event.acceptProposedAction()
            self._drop = True
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop = False
        self.update()
        if self.take(event.mimeData()):
            event.acceptProposedAction()


def _clock(event: QInputEvent) -> float:
    """Return the event's own time in ms, so that points keep their intervals even if the window was busy."""
    return float(event.timestamp()) or time.monotonic() * 1000.0
