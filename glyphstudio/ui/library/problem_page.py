"""The page shown instead of the window's columns if the library cannot be opened: what is wrong, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font


class ProblemPage(QWidget):
    """A headline, the library's sentence, and three buttons."""

    again_wanted = Signal()
    open_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = QLabel("The library cannot be opened")
        self.headline.setFont(scaled_font(self.font(), 2.0, QFont.Weight.DemiBold))
        self.headline.setWordWrap(True)
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.sentence.setForegroundRole(QUIET)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = QPushButton("Try Again")
        self.again.setProperty("primary", True)
        self.again.clicked.connect(self.again_wanted)
        self.other = QPushButton("Choose Another Library…")
        self.other.clicked.connect(self.open_wanted)
        self.new = QPushButton("New Library…")
        self.new.clicked.connect(self.new_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        for button in (self.again, self.other, self.new):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QWidget()
        column.setMaximumWidth(76 * UNIT)
        inner = QVBoxLayout(column)
        inner.setSpacing(2 * UNIT)
        inner.addWidget(self.headline)
        inner.addWidget(self.sentence)
        inner.addSpacing(UNIT)
        inner.addLayout(buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4 * UNIT, 4 * UNIT, 4 * UNIT, 8 * UNIT)
        outer.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 4)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def show_problem(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setAccessibleName(sentence)
        self.again.setFocus()
