"""Lets the user move about on the map, by wheel, pointer and keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.watch.map_layout import Sight
from glyphstudio.ui.watch.map_paper import MapPaper

_CLOSEST, _FARTHEST = 60.0, 0.5  # zoom, relative to the sight of the whole map


class MapCanvas(MapPaper):
    """The map. The wheel and + and - zoom, dragging and arrow keys move, a double click or Home shows all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dragged_from: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _look(self, sight: Sight) -> None:
        """Show another sight, unless its zoom is out of range."""
        if self._map is None:
            return
        whole = self._whole_sight()
        if not _FARTHEST * whole.scale <= sight.scale <= _CLOSEST * whole.scale:
            return
        self._sight, self._whole, self._still = sight, False, None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        self._look(self._sight.zoomed(1.25**notches, event.position(), self._size()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._dragged_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._look(self._sight.moved(at - self._dragged_from))
            self._dragged_from = at
        else:
            self._hover(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 5 * UNIT
        moves = {
            Qt.Key.Key_Left: QPointF(step, 0),
            Qt.Key.Key_Right: QPointF(-step, 0),
            Qt.Key.Key_Up: QPointF(0, step),
            Qt.Key.Key_Down: QPointF(0, -step),
        }
        middle = QPointF(self.width() / 2, self.height() / 2)
        key = Qt.Key(event.key())
        if key in moves:
            self._look(self._sight.moved(moves[key]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / 1.25 if key == Qt.Key.Key_Minus else 1.25
            self._look(self._sight.zoomed(factor, middle, self._size()))
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hovered(None)

    def _hover(self, at: QPointF) -> None:
        if not len(self._pixels):
            return
        away = np.abs(self._pixels - [at.x(), at.y()]).max(1)
        reach = np.full(len(away), 6.0)
        reach[self._shown] = self._side() / 2
        under = np.flatnonzero(away <= reach)
        self._set_hovered(int(under[away[under].argmin()]) if len(under) else None)

    def _set_hovered(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()
