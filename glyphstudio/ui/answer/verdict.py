"""The verdict: a name in large letters, its probability, and a line below. Its place and size never change."""

from __future__ import annotations

import logging

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font

log = logging.getLogger("glyphstudio")


class VerdictView(QWidget):
    """headline, percent and detail are plain text. `tentative` shows the headline as not yet final."""

    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headline = self._percent = self._detail = ""
        self._tentative = False
        self.undo = QPushButton("Undo", self)
        self.undo.setProperty("link", True)
        self.undo.setAccessibleName("Undo the last change to the library")
        self.undo.setCursor(Qt.CursorShape.PointingHandCursor)
        self.undo.clicked.connect(self.undo_wanted)
        self.undo.hide()

    @property
    def text(self) -> str:
        """The whole verdict in one line, as a screen reader says it."""
        parts = [f"{self._headline} {self._percent}".strip(), self._detail]
        return ": ".join(part for part in parts if part)

    @property
    def headline(self) -> str:
        return self._headline

    @property
    def detail(self) -> str:
        return self._detail

    @property
    def tentative(self) -> bool:
        return self._tentative

    def say(
        self, headline: str, detail: str = "", percent: str = "", *, tentative: bool = False, undo: bool = False
    ) -> None:
        """Show another verdict. undo: offer to undo the last change to the library."""
        self._headline, self._detail, self._percent, self._tentative = headline, detail, percent, tentative
        self.undo.setVisible(undo)
        self._place_undo()
        self.setAccessibleName(self.text)
        if not tentative:
            log.debug("Verdict: %s", self.text)
        self.setToolTip(headline if self._elided() != headline else "")
        self.update()

    def withdraw_undo(self) -> None:
        """Hide the Undo button: it would no longer undo what the verdict says."""
        self.undo.hide()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self._head_height() + self._line_height() + UNIT)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _head_font(self) -> QFont:
        return scaled_font(self.font(), 2.0, QFont.Weight.DemiBold)

    def _head_height(self) -> int:
        return QFontMetrics(self._head_font()).height()

    def _line_height(self) -> int:
        return max(24, self.fontMetrics().height())

    def _percent_width(self) -> int:
        return QFontMetrics(self._head_font()).horizontalAdvance("100 %") + UNIT if self._percent else 0

    def _elided(self) -> str:
        room = max(0, self.width() - self._percent_width())
        return QFontMetrics(self._head_font()).elidedText(self._headline, Qt.TextElideMode.ElideRight, room)

    def _place_undo(self) -> None:
        size = self.undo.sizeHint()
        # Just after the detail, as part of the sentence.
        x = min(self.fontMetrics().horizontalAdvance(self._detail) + UNIT // 2, self.width() - size.width())
        self.undo.setGeometry(max(0, x), self._head_height() + (self._line_height() - 24) // 2, size.width(), 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_undo()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self.palette()
        head = QRect(0, 0, self.width(), self._head_height())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._head_font())
        painter.setPen(colours.color(QUIET if self._tentative else colours.ColorRole.WindowText))
        painter.drawText(
            head, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | middle), self._elided()
        )
        painter.setPen(colours.color(QUIET))
        painter.drawText(
            head, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | middle), self._percent
        )
        line = QRect(0, head.bottom() + 1, self.width(), self._line_height())
        room = line.width() - (self.undo.width() + UNIT if not self.undo.isHidden() else 0)
        painter.setFont(self.font())
        detail = self.fontMetrics().elidedText(self._detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | middle), detail)
        painter.end()
