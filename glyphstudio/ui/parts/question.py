"""A question in place of the buttons: it covers nothing, and Escape always gives the careful answer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import UNIT


class Question(QWidget):
    """Answered by `agreed` or `declined`."""

    agreed = Signal()
    declined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.yes, self.no = QPushButton(), QPushButton()
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self.decline)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self.text)
        layout.addLayout(row)
        self.hide()

    def ask(self, text: str, yes: str, no: str) -> None:
        """Show the question, with the focus on the careful answer, `no`."""
        self.text.setText(text)
        self.text.setAccessibleName(text)
        self.yes.setText(yes)
        self.no.setText(no)
        self.yes.setAccessibleDescription(text)
        self.no.setAccessibleDescription(text)
        self.show()
        self.no.setFocus()

    @Slot()
    def decline(self) -> None:
        if self.isVisible():
            self.hide()
            self.declined.emit()

    @Slot()
    def _agree(self) -> None:
        self.hide()
        self.agreed.emit()

    def event(self, event: QEvent) -> bool:
        return claim(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.decline()
        else:
            super().keyPressEvent(event)
