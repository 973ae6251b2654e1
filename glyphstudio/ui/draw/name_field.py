"""The name field, and the notice: a few lines that say what happened, with a way back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font

_LINES = 3
_PASTE_LIMIT = 20_000  # characters that the field takes; the library then says how long a name may be


class NameField(QLineEdit):
    """Leaves keys to the canvas that mean nothing here: Ctrl+Z while nothing was typed, Ctrl+C while nothing is
    selected, Ctrl+V while the clipboard holds a picture, Escape while it is empty."""

    left = Signal()  # Escape emptied it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Name")
        self.setAccessibleName("Name of the glyph")
        self.setMaxLength(_PASTE_LIMIT)
        self.setFixedHeight(5 * UNIT)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.text():
                event.accept()
                return True
            if self._for_the_canvas(event):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.left.emit()
        elif self._for_the_canvas(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _for_the_canvas(self, event: QKeyEvent) -> bool:
        keys = QKeySequence.StandardKey
        if event.matches(keys.Undo):
            return not self.isUndoAvailable()
        if event.matches(keys.Redo):
            return not self.isRedoAvailable()
        if event.matches(keys.Copy):
            return not self.hasSelectedText()
        copied = QGuiApplication.clipboard().mimeData()  # None where nothing was ever copied
        return event.matches(keys.Paste) and copied is not None and copied.hasImage()


class EnrolButton(QPushButton):
    """Says what Enter will do: enrol a new glyph, or add a shot to one that exists. It keeps its width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Enrol", parent)
        self.setProperty("primary", True)
        self.setFixedSize(19 * UNIT, 5 * UNIT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.offer(None)

    def offer(self, existing: str | None) -> None:
        """existing: the name of the glyph that the typed name belongs to."""
        whole = "Enrol" if existing is None else f"Add to {existing}"
        room = self.width() - 4 * UNIT
        self.setText(self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        self.setAccessibleName(whole)
        more = "" if existing is None else f" Its drawings are kept; this one is added to {existing}."
        self.setToolTip(f"Put this drawing into the library (Enter).{more}")


class Notice(QWidget):
    """Three small lines of room, always, so that nothing moves when something is said."""

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
        self.undo.setAccessibleName("Undo the last change of the library")
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
        """What it says, in full."""
        return self._text

    def say(self, text: str, *, undo: bool = False, sticky: bool = False) -> None:
        """Something happened. undo: offer to take it back. sticky: it stays while the user draws on."""
        self._show(text, QUIET, undo, sticky)

    def warn(self, sentence: str, *, sticky: bool = False) -> None:
        """Something did not happen."""
        self._show(sentence, WARNING, undo=False, sticky=sticky)

    @Slot()
    def clear(self) -> None:
        self._show("", QUIET, undo=False, sticky=False)

    def fade(self) -> None:
        """The user goes on: what was said has been read, unless it must stay."""
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
        """As much as there is room for; the whole is in the tooltip."""
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
