"""Shows pairs that are mixed up: drawings of one glyph beside drawings of the other, and how often it happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.evaluate.messages import Pair
from glyphstudio.ui.evaluate.words import mixed_up
from glyphstudio.ui.parts.painting import image_of
from glyphstudio.ui.parts.theme import PAPER, QUIET, UNIT, scaled_font

FIRST = 5  # pairs shown at first
_SIDE = 6 * UNIT
_GAP = UNIT // 2
_IN_ROW = 3


class Strip(QWidget):
    """A few drawings of one glyph, side by side on paper."""

    def __init__(self, name: str, bitmaps: Sequence[NDArray[np.uint8]], parent: QWidget | None = None) -> None:
        """bitmaps: (S, S) each, 0 paper, 255 ink."""
        super().__init__(parent)
        self._images: list[QImage] = [image_of(Picture(255 - bitmap)) for bitmap in bitmaps[:_IN_ROW]]
        self.setFixedSize(_IN_ROW * _SIDE + (_IN_ROW - 1) * _GAP, _SIDE)
        self.setAccessibleName(f"Drawings of {name}")
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, image in enumerate(self._images):
            paper = QRectF(place * (_SIDE + _GAP), 0, _SIDE, _SIDE)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setBrush(self.palette().color(PAPER))
            painter.drawRoundedRect(paper, 4, 4)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
            painter.drawImage(paper.adjusted(3, 3, -3, -3), image)
        painter.end()


class PairRow(QWidget):
    """One pair: drawings, names below them, and how often they were mixed up."""

    def __init__(self, pair: Pair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair = pair
        self.counts = QLabel(mixed_up(pair))
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        self.counts.setWordWrap(True)
        self.counts.setFont(scaled_font(self.font(), 0.88))
        self.counts.setForegroundRole(QUIET)
        self.counts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(2 * UNIT)
        layout.setVerticalSpacing(2)
        for column, (name, bitmaps) in enumerate(((pair.first, pair.of_first), (pair.second, pair.of_second))):
            strip = Strip(name, bitmaps)
            layout.addWidget(strip, 0, column)
            layout.addWidget(_name(name, strip.width()), 1, column)
        layout.addWidget(self.counts, 2, 0, 1, 3)
        layout.setColumnStretch(2, 1)
        self.setAccessibleName(f"{pair.first} and {pair.second}: {self.counts.text()}")


class PairList(QWidget):
    """The first pairs, and a button that shows the others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PairRow] = []
        self._others: list[Pair] = []  # not shown yet
        self.more = QPushButton()
        self.more.setProperty("link", True)
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        self.more.clicked.connect(self._show_all)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2 * UNIT)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """Show those of `pairs` that have drawings, in their order."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        pictured = [pair for pair in pairs if pair.of_first]
        self._add(pictured[:FIRST])
        self._others = pictured[FIRST:]
        self.more.setText(f"Show {len(self._others)} more")
        self.more.setVisible(bool(self._others))

    @Slot()
    def _show_all(self) -> None:
        self._add(self._others)
        self._others = []
        self.more.hide()

    def _add(self, pairs: Sequence[Pair]) -> None:
        for pair in pairs:
            self.rows.append(PairRow(pair))
            self._column.insertWidget(len(self.rows) - 1, self.rows[-1])


def _name(name: str, width: int) -> QLabel:
    label = QLabel()
    font = scaled_font(label.font(), 1.0, QFont.Weight.DemiBold)
    label.setFont(font)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFixedWidth(width)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    plain = " ".join(name.split())
    label.setText(label.fontMetrics().elidedText(plain, Qt.TextElideMode.ElideMiddle, width))
    label.setToolTip(name)
    return label
