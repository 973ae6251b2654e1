"""The row below the page: messages, how far the naming is, and the button that enrols."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from glyphstudio.plural import counted
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.question import Question
from glyphstudio.ui.parts.theme import QUIET, UNIT


class Footer(QWidget):
    enrol_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = Notice()
        self.question = Question()
        self.question.yes.setText("Close Anyway")
        self.question.no.setText("Go Back to Them")
        self.counts = QLabel()
        self.counts.setForegroundRole(QUIET)
        self.enrol = QPushButton("Enrol")
        self.enrol.setProperty("primary", True)
        self.enrol.setFixedHeight(5 * UNIT)
        self.enrol.setMinimumWidth(19 * UNIT)
        self.enrol.setCursor(Qt.CursorShape.PointingHandCursor)
        self.enrol.setToolTip("Put all named glyphs into the library (Ctrl+Shift+Enter). One undo takes them back.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(self.notice, 1)
        layout.addWidget(self.question, 1)
        layout.addWidget(self.counts)
        layout.addWidget(self.enrol)
        self.enrol.clicked.connect(self.enrol_wanted)
        for button in (self.enrol, self.question.yes, self.question.no):
            button.setAutoDefault(True)  # Enter presses it, not only the space bar
        self.notice.undo_wanted.connect(self.undo_wanted)
        self.question.agreed.connect(self.notice.show)
        self.question.declined.connect(self.notice.show)

    def ask(self, text: str) -> None:
        """Ask whether to close the tray, in the message's place."""
        self.notice.hide()
        self.question.ask(text, "Close Anyway", "Go Back to Them")

    def show_counts(self, named: int, open_: int, enrolled: int, busy: bool) -> None:
        """Show how many cells are named, and how many wait for a name."""
        parts = [f"{enrolled} enrolled"] if enrolled else []
        parts += [f"{named} named"] if named or not enrolled else []
        self.counts.setText(", ".join([*parts, f"{open_} to go"]))
        self.enrol.setEnabled(named > 0 and not busy)
        self.enrol.setText("Enrolling…" if busy else f"Enrol {counted(named, 'Drawing')}" if named else "Enrol")
