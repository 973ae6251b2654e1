"""A hand for tests: draws ink with real mouse events, and types with real keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.window.window import MainWindow


class Hand:
    """The mouse, with a clock that continues from one stroke to the next."""

    def __init__(self) -> None:
        self.clock = 1000

    def press(self, widget: QWidget, x: float, y: float) -> None:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)  # as a click does
        self._send(widget, QEvent.Type.MouseButtonPress, (x, y), held=True)

    def move(self, widget: QWidget, x: float, y: float) -> None:
        self.clock += 8
        self._send(widget, QEvent.Type.MouseMove, (x, y), held=True)

    def release(self, widget: QWidget, x: float, y: float) -> None:
        self._send(widget, QEvent.Type.MouseButtonRelease, (x, y), held=False)
        self.clock += 150

    def stroke(self, widget: QWidget, xy: np.ndarray, lift: bool = True) -> None:
        """xy: (P, 2) in 0..1 of the widget's width."""
        points = (np.asarray(xy, dtype=float) * widget.width()).tolist()
        self.press(widget, *points[0])
        for index, point in enumerate(points[1:]):
            self.move(widget, *point)
            if index % 16 == 15:  # let the window work while the pen moves
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        if lift:
            self.release(widget, *points[-1])

    def draw(self, widget: QWidget, ink: Ink) -> None:
        for stroke in ink.strokes:
            self.stroke(widget, stroke.xy)

    def _send(self, widget: QWidget, kind: QEvent.Type, at: tuple[float, float], held: bool) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        place = QPointF(*at)
        button = none if kind is QEvent.Type.MouseMove else left
        event = QMouseEvent(
            kind, place, widget.mapToGlobal(place), button, left if held else none, Qt.KeyboardModifier.NoModifier
        )
        event.setTimestamp(self.clock)
        QApplication.sendEvent(widget, event)


def type_name(window: MainWindow, name: str) -> None:
    """Type a name into the name field and press Enter."""
    window.canvas_column.name.setFocus()
    QTest.keyClicks(window.canvas_column.name, name)
    QTest.keyClick(window.canvas_column.name, Qt.Key.Key_Return)


def key(window: MainWindow, code: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key in the widget that has the focus."""
    QTest.keyClick(QApplication.focusWidget() or window, code, modifier)
