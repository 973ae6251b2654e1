"""What the pages of docks are made of: sentences in the small size, and areas that scroll up and down only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from glyphstudio.ui.parts.theme import QUIET, scaled_font


def small_text(text: str = "", *, quiet: bool = True) -> QLabel:
    """Return a label that wraps and shows plain text. quiet: in the quiet colour."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(scaled_font(label.font(), 0.88))
    if quiet:
        label.setForegroundRole(QUIET)
    return label


def scrolling(content: QWidget | None = None) -> QScrollArea:
    """Return a frameless scroll area that gives `content` its own width."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if content is not None:
        area.setWidget(content)
    return area


def fill(page: QWidget, area: QScrollArea, below: QLayout | None = None) -> None:
    """Let the area take the whole page. below: stays in sight under it."""
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(area, 1)
    if below is not None:
        layout.addLayout(below)
