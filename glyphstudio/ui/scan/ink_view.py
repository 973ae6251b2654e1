"""What was taken for ink: dark on paper, as it goes to the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.parts.painting import paint_picture
from glyphstudio.ui.parts.theme import LIGHT, PAPER, RADIUS, UNIT


class InkView(QWidget):
    """Shows a picture of ink, or a sentence in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.sentence = ""
        self.setMinimumSize(30 * UNIT, 30 * UNIT)
        self.setAccessibleName("Taken for ink")
        self.setToolTip("What goes to the canvas, and is recognised.")

    def show_ink(self, picture: Picture | None, sentence: str = "") -> None:
        """sentence: shown if there is no picture."""
        self.picture, self.sentence = picture, sentence
        self.setAccessibleDescription(sentence if picture is None else "There is ink.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(54 * UNIT, 48 * UNIT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(PAPER))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        room = QRectF(self.rect()).adjusted(2 * UNIT, 2 * UNIT, -2 * UNIT, -2 * UNIT)
        if self.picture is not None:
            paint_picture(painter, self.picture, room)
        elif self.sentence:
            painter.setPen(QColor(LIGHT.quiet))  # paper is light in both themes
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.sentence)
        painter.end()
