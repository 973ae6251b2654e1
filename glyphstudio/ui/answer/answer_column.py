"""The window's right column: the verdict, the ranking or first steps, and the gallery."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from glyphstudio.ui.answer.ranking import ROW_HEIGHT, ROWS, RankingList
from glyphstudio.ui.answer.verdict import VerdictView
from glyphstudio.ui.library.gallery import Gallery
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.theme import ACCENT, LINE, QUIET, UNIT, scaled_font


class Steps(QWidget):
    """The first steps, in place of the ranking while the library is empty. The current step stands out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = 0
        words = " ".join(f"{i + 1}. {head}. {text}" for i, (head, text) in enumerate(wording.EMPTY_STEPS))
        self.setAccessibleName(f"How to start: {words}")

    @property
    def now(self) -> int:
        return self._now

    def at(self, step: int) -> None:
        """Highlight a step: 0 draw, 1 name, 2 draw again."""
        self._now = step
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        bold = scaled_font(self.font(), 1.0, QFont.Weight.DemiBold)
        height = 9 * UNIT
        for index, (head, text) in enumerate(wording.EMPTY_STEPS):
            top, active = index * height, index == self._now
            disc = QRectF(0, top + 4, 28, 28)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.color(ACCENT if active else LINE))
            painter.drawEllipse(disc)
            painter.setFont(bold)
            painter.setPen(colours.color(colours.ColorRole.HighlightedText if active else QUIET))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(index + 1))
            painter.setPen(colours.color(colours.ColorRole.WindowText if active else QUIET))
            line = painter.fontMetrics().height()
            painter.drawText(QRect(28 + 2 * UNIT, top + 6, self.width(), line), 0, head)
            painter.setFont(self.font())
            painter.setPen(colours.color(QUIET))
            room = QRect(28 + 2 * UNIT, top + 8 + line, self.width() - 28 - 2 * UNIT, height - line - 8)
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), text)
        painter.end()


class AnswerColumn(QWidget):
    """The verdict at the top, the ranking or first steps below it, the gallery in the rest."""

    def __init__(self, model: GalleryModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = VerdictView()
        self.ranking = RankingList()
        self.steps = Steps()
        self.hint = QLabel()
        self.hint.setForegroundRole(QUIET)
        self.hint.setFixedHeight(3 * UNIT)
        self.more = QPushButton("More")
        self.more.setProperty("link", True)
        self.more.setAccessibleName("More candidates")
        self.more.setToolTip("Show the next candidates")
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        self.more.setFixedHeight(3 * UNIT)
        self.more.hide()
        below = QHBoxLayout()
        below.setSpacing(UNIT)
        below.addWidget(self.hint, 1)
        below.addWidget(self.more)
        self.gallery = Gallery(model, thumbnails)
        place = QWidget()
        place.setFixedHeight(ROWS * ROW_HEIGHT)
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.ranking)
        self._stack.addWidget(self.steps)
        above = QVBoxLayout()
        above.setContentsMargins(UNIT, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.verdict)
        above.addSpacing(UNIT)
        above.addWidget(place)
        above.addLayout(below)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * UNIT - 4, 2 * UNIT, UNIT)
        layout.setSpacing(0)
        layout.addLayout(above)
        layout.addSpacing(UNIT)
        layout.addWidget(self.gallery, 1)
        self.setMinimumWidth(38 * UNIT)

    def show_steps(self, step: int | None) -> None:
        """Show the first steps with `step` highlighted, or the ranking for None."""
        if step is None:
            self._stack.setCurrentWidget(self.ranking)
        else:
            self.steps.at(step)
            self._stack.setCurrentWidget(self.steps)

    def sizeHint(self) -> QSize:
        return QSize(50 * UNIT, 600)
