"""Plots the loss on the support set against inner steps, for one learner or two; a click chooses a step.

The scale is logarithmic: after a step or two both losses are so low that a linear scale would put them on one line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.parts.theme import ACCENT, LINE, QUIET, UNIT, scaled_font

Losses = Sequence[float]
_ABOVE = 1.6  # times the loss of a guess: the top of the plot
_LEAST = 1e-3  # smaller losses are drawn here


def line_pen(palette: QPalette, own: bool) -> QPen:
    """Return the pen for the learner in use (`own`) or for the one that it is compared with."""
    colour = palette.color(QPalette.ColorGroup.Active, ACCENT if own else QUIET)
    pen = QPen(colour, 2.5 if own else 1.5, Qt.PenStyle.SolidLine if own else Qt.PenStyle.DashLine)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if own else Qt.PenCapStyle.FlatCap)
    return pen


class LossCurve(QWidget):
    """The plot. Losses are in nats after 0, 1, … steps; a curve ends before its first loss that is not finite."""

    step_chosen = Signal(int)

    def __init__(self, steps: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps, self._step = steps, 0
        self._own: Losses = ()
        self._other: Losses = ()
        self._guess, self._least = math.log(2), 0.01  # losses; `_least` is at the bottom
        self.setFixedHeight(18 * UNIT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("How badly it tells the library's own drawings apart: lower is better. Click on a step.")
        self.setAccessibleName("Loss after each step")

    def show_losses(self, own: Losses, other: Losses, ways: int) -> None:
        """other: () if there is nothing to compare with. ways: the number of glyphs; a guess has the loss log(ways)."""
        self._own, self._other, self._guess = own, other, math.log(max(ways, 2))
        smallest = min((loss for loss in (*own, *other) if math.isfinite(loss)), default=1.0)
        self._least = 0.1 if smallest >= 0.1 else 0.01 if smallest >= 0.01 else _LEAST
        self.update()

    def show_step(self, step: int) -> None:
        self._step = step
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 * UNIT, self.height())

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(5 * UNIT, UNIT, -UNIT, -3 * UNIT)

    def _x(self, step: float) -> float:
        room = self._room()
        return room.left() + room.width() * step / self._steps

    def _y(self, loss: float) -> float:
        room = self._room()
        share = math.log(max(loss, _LEAST) / self._least) / math.log(self._guess * _ABOVE / self._least)
        return room.bottom() - room.height() * min(max(share, 0.0), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, room = self.palette(), self._room()
        painter.setFont(scaled_font(self.font(), 0.88))
        for tick in (1.0, 0.1, 0.01, 0.001):
            if self._least <= tick < self._guess * _ABOVE:
                painter.setPen(QPen(colours.color(LINE), 1))
                painter.drawLine(QPointF(room.left(), self._y(tick)), QPointF(room.right(), self._y(tick)))
                painter.setPen(colours.color(QUIET))
                box = QRectF(0, self._y(tick) - 10, room.left() - UNIT, 20)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{tick:g}")
        guess = self._y(self._guess)
        painter.setPen(QPen(colours.color(QUIET), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(room.left(), guess), QPointF(room.right(), guess))
        painter.setPen(colours.color(QUIET))
        label = QRectF(room.left(), guess - 20, room.width(), 18)
        painter.drawText(label, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), "guessing")
        for step in range(self._steps + 1):
            chosen = step == self._step
            painter.setPen(colours.color(ACCENT if chosen else QUIET))
            box = QRectF(self._x(step) - 12, room.bottom() + 3, 24, 20)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(step))
        painter.setPen(QPen(colours.color(ACCENT), 1))
        painter.drawLine(QPointF(self._x(self._step), room.top()), QPointF(self._x(self._step), room.bottom()))
        self._curve(painter, self._other, own=False)
        self._curve(painter, self._own, own=True)
        painter.end()

    def _curve(self, painter: QPainter, losses: Losses, own: bool) -> None:
        points = []
        for step, loss in enumerate(losses[: self._steps + 1]):
            if not math.isfinite(loss):
                break
            points.append(QPointF(self._x(step), self._y(loss)))
        pen = line_pen(self.palette(), own)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        if self._step < len(points):
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Window), 2))
            painter.setBrush(pen.color())
            painter.drawEllipse(points[self._step], 6 if own else 5, 6 if own else 5)

    # Choosing a step

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event)

    def _choose(self, event: QMouseEvent) -> None:
        room = self._room()
        share = (event.position().x() - room.left()) / max(room.width(), 1.0)
        self.step_chosen.emit(min(max(round(share * self._steps), 0), self._steps))
