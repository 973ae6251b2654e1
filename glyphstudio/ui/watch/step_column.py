"""Shows one learner's answer after a step: its name, its loss, and the five likeliest glyphs, in fixed rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QVariantAnimation, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QStyle, QWidget

from glyphstudio.ui.answer.ranking import ROWS, RowContent, percent
from glyphstudio.ui.parts.theme import LINE, PAPER, QUIET, UNIT, scaled_font
from glyphstudio.ui.watch.loss_curve import line_pen

_HEAD, _ROW, THUMB = 6 * UNIT, 5 * UNIT, 4 * UNIT
_GLIDE = 140  # ms
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class StepColumn(QWidget):
    """A learner's column. own: of the learner in use, not of the one that it is compared with."""

    def __init__(self, own: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = own
        self.title = self.detail = ""
        self.contents: tuple[RowContent, ...] = ()
        self._shares = [0.0] * ROWS  # the bars' lengths while they glide, 0..1
        self._from = list(self._shares)
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._set_shares)
        self.setFixedHeight(_HEAD + ROWS * _ROW)
        self.setMinimumWidth(15 * UNIT)

    def show_title(self, title: str, detail: str) -> None:
        self.title, self.detail = title, detail
        self.setAccessibleName(f"{title}: {detail}")
        self.update()

    def show_rows(self, contents: Sequence[RowContent]) -> None:
        """Show the guesses, best first. Rows without a guess stay, empty."""
        self.contents = tuple(contents[:ROWS])
        said = ", ".join(f"{content.name} {percent(content.probability)}" for content in self.contents)
        self.setAccessibleDescription(said)
        self._from = list(self._shares)
        self._glide.stop()
        time = min(_GLIDE, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))
        if time and self.isVisible():
            self._glide.setDuration(time)
            self._glide.start()
        else:
            self._set_shares(1.0)
        self.update()

    @Slot(object)
    def _set_shares(self, part: float) -> None:
        """part: the share of the way from the old lengths of the bars to the new ones, 0..1."""
        goals = [content.probability for content in self.contents] + [0.0] * (ROWS - len(self.contents))
        self._shares = [old + (new - old) * part for old, new in zip(self._from, goals, strict=True)]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(24 * UNIT, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        painter.setPen(line_pen(colours, self._own))  # the same as the learner's curve
        painter.drawLine(QPointF(2, 14), QPointF(22, 14))
        bold = scaled_font(self.font(), 1.0, self.font().Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(colours.color(QPalette.ColorRole.WindowText))
        self._text(painter, QRectF(28, 0, self.width() - 28, 28), self.title)
        painter.setFont(scaled_font(self.font(), 0.88))
        painter.setPen(colours.color(QUIET))
        self._text(painter, QRectF(0, 24, self.width(), 20), self.detail)
        for index in range(ROWS):
            self._row(painter, index, _HEAD + index * _ROW)
        painter.end()

    def _row(self, painter: QPainter, index: int, top: int) -> None:
        content = self.contents[index] if index < len(self.contents) else None
        colours = self.palette()
        thumb = QRectF(0, top + (_ROW - THUMB) / 2, THUMB, THUMB)
        painter.setOpacity(1.0 if content else 0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(PAPER if content else LINE))
        painter.drawRoundedRect(thumb, 4, 4)
        left = THUMB + UNIT
        track = QRectF(left, top + _ROW - 11, self.width() - left, 4)
        painter.setBrush(colours.color(LINE))
        painter.drawRoundedRect(track, 2, 2)
        painter.setOpacity(1.0)
        if self._shares[index] > 0.002:
            bar = QRectF(track)
            bar.setWidth(max(4.0, track.width() * self._shares[index]))
            painter.setBrush(line_pen(colours, self._own).color())
            painter.drawRoundedRect(bar, 2, 2)
        if content is None:
            return
        if content.thumbnail is not None:
            painter.drawPixmap(thumb.topLeft(), content.thumbnail)
        small = scaled_font(self.font(), 0.88)
        number = percent(content.probability)
        room = QRectF(left, top + 4, self.width() - left, 22)
        wide = QFontMetrics(small).horizontalAdvance(number)
        painter.setFont(self.font())
        painter.setPen(colours.color(QPalette.ColorRole.WindowText))
        self._text(painter, room.adjusted(0, 0, -wide - 6, 0), content.name)
        painter.setFont(small)
        painter.setPen(colours.color(QUIET))
        painter.drawText(room, _RIGHT, number)

    def _text(self, painter: QPainter, room: QRectF, text: str) -> None:
        metrics = painter.fontMetrics()
        painter.drawText(room, _LEFT, metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width())))


def loss_text(loss: float) -> str:
    """Return a loss, given in nats, in words."""
    if not math.isfinite(loss):
        return "the loss diverged"
    return f"loss {loss:.2f}" if loss >= 0.005 or loss == 0 else "loss below 0.01"
