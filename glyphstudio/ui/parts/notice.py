"""The notice: up to three lines that say what happened, with a button to undo it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font

_LINES = 3


class Notice(QWidget):
    """Always takes up three small lines, so that nothing moves when a message appears."""

    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._label.setContentsMargins(0, 3, 0, 0)
        self.undo = QPushButton("Undo")
        self.undo.setProperty("link", True)
        self.undo.setAccessibleName("Undo the last change to the library")
        self.undo.setCursor(Qt.CursorShape.PointingHandCursor)
        self.undo.clicked.connect(self.undo_wanted)
        self.undo.setFixedHeight(3 * UNIT)
        self.undo.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        self._text = ""
        self._sticky = False
        self._label.setFont(scaled_font(self.font(), 0.88))
        self.setFixedHeight(_LINES * self._label.fontMetrics().lineSpacing() + 4)
        self.clear()

    @property
    def text(self) -> str:
        """The whole message, even if it is shown shortened."""
        return self._text

    def say(self, text: str, *, undo: bool = False, sticky: bool = False) -> None:
        """Say that something happened. undo: show the Undo button. sticky: keep the message while the user draws on."""
        self._show(text, QUIET, undo, sticky)

    def warn(self, sentence: str, *, sticky: bool = False) -> None:
        """Say that something failed."""
        self._show(sentence, WARNING, undo=False, sticky=sticky)

    @Slot()
    def clear(self) -> None:
        self._show("", QUIET, undo=False, sticky=False)

    def fade(self) -> None:
        """Clear the message, unless it is sticky: the user has continued, and so has read it."""
        if not self._sticky:
            self.clear()

    def _show(self, text: str, role: object, undo: bool, sticky: bool) -> None:
        self._text, self._sticky = text, sticky
        self._label.setForegroundRole(role)  # type: ignore[arg-type]
        self.undo.setVisible(undo)
        self._label.setAccessibleName(text or "Messages")
        self._label.setToolTip(text)
        self._elide()

    def _elide(self) -> None:
        """Show as much of the message as fits. The tooltip has all of it."""
        room = self.width() - (self.undo.sizeHint().width() + UNIT if not self.undo.isHidden() else 0)
        text, metrics = self._text, self._label.fontMetrics()
        while len(text) > 8 and not _fits(text, metrics, room):
            text = text[: max(8, len(text) - 4)].rstrip()
        self._label.setText(text if text == self._text else text[:-1] + "…")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())


def _fits(text: str, metrics: QFontMetrics, width: int) -> bool:
    room = metrics.boundingRect(QRect(0, 0, max(40, width), 10_000), int(Qt.TextFlag.TextWordWrap), text)
    return room.height() <= _LINES * metrics.lineSpacing() + 2 and room.width() <= max(40, width)
