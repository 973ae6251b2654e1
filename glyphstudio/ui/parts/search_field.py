"""The search field above a grid or a list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import UNIT


class SearchField(QLineEdit):
    """Escape empties it, or returns to the grid if it is empty."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Search")
        self.setAccessibleName("Search the library by name")
        self.setClearButtonEnabled(True)
        self.setFixedHeight(4 * UNIT)
        self.setMaximumWidth(24 * UNIT)

    def event(self, event: QEvent) -> bool:
        return claim(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
            return
        super().keyPressEvent(event)
