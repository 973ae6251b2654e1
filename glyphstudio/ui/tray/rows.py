"""The row above the page (its name, the pages beside it, the progress of reading), and the row below it (messages, how
far the naming is, the button that enrols)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from glyphstudio.names import shown
from glyphstudio.plural import counted
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.question import Question
from glyphstudio.ui.parts.theme import QUIET, UNIT
from glyphstudio.ui.tray.sheet import Sheet, State

_LONGEST = 48  # characters of a file's name


class Header(QWidget):
    turned = Signal(int)  # -1 or 1
    cancelled = Signal()
    as_drawing = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = QLabel()
        self.name.setObjectName("heading")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.place = QLabel()
        self.place.setForegroundRole(QUIET)
        self.back, self.on = QPushButton("‹"), QPushButton("›")
        for button, text, keys in ((self.back, "Page before", "Page Up"), (self.on, "Next page", "Page Down")):
            button.setProperty("link", True)
            button.setAccessibleName(text)
            button.setToolTip(f"{text} ({keys})")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(15 * UNIT)
        self.bar.setAccessibleName("Progress of reading")
        self.cancel = QPushButton("Cancel")
        self.cancel.setProperty("link", True)
        self.cancel.setToolTip("Stop reading. The pages read so far stay.")
        self.whole = QPushButton("Use as One Drawing")
        self.whole.setProperty("link", True)
        self.whole.setToolTip("The picture has only one glyph: put it on the canvas.")
        self.close_ = QPushButton("Close")
        self.close_.setProperty("link", True)
        self.close_.setToolTip("Return to the canvas (Escape)")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        for widget in (self.name, self.back, self.place, self.on, self.bar, self.cancel):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self.whole)
        layout.addWidget(self.close_)
        self.back.clicked.connect(self._back)
        self.on.clicked.connect(self._on)
        self.cancel.clicked.connect(self.cancelled)
        self.whole.clicked.connect(self.as_drawing)
        self.close_.clicked.connect(self.closed)
        self.setFixedHeight(4 * UNIT)
        self.show_progress(None)

    @staticmethod
    def name_of(sheet: Sheet) -> str:
        """Return a page's file name, safe and short."""
        return shown(Path(sheet.page.source).name or "the page", _LONGEST)

    def show_pages(self, sheets: Sequence[Sheet], page: int) -> None:
        """Show which page is seen, and how many there are."""
        if page >= len(sheets):
            self.name.setText(wording.READING if self._reading else "No page")
        else:
            self.name.setText(self.name_of(sheets[page]))
            self.name.setToolTip(shown(sheets[page].page.source))
        several = len(sheets) > 1
        self.place.setText(f"page {page + 1} of {len(sheets)}" if several else "")
        for button in (self.back, self.on):
            button.setVisible(several)
        self.back.setEnabled(page > 0)
        self.on.setEnabled(page < len(sheets) - 1)
        named = any(sheet.count(State.NAMED) for sheet in sheets)  # they would be lost
        self.whole.setVisible(len(sheets) == 1 and not self._reading and not named)

    def show_progress(self, done: int | None, total: int = 0) -> None:
        """Show how many files are read; None hides the bar."""
        self._reading = done is not None
        self.bar.setVisible(self._reading)
        self.cancel.setVisible(self._reading)
        if done is not None:
            self.bar.setRange(0, total if total > 1 else 0)
            self.bar.setValue(done)
            self.bar.setToolTip(f"{done} of {counted(total, 'file')}")

    @Slot()
    def _back(self) -> None:
        self.turned.emit(-1)

    @Slot()
    def _on(self) -> None:
        self.turned.emit(1)


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
