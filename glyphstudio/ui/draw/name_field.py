"""The name field, and the button that enrols under the typed name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import UNIT

_PASSED_ON = tuple("12345[]")
_PASTE_LIMIT = 20_000  # characters; high, so that the library can say how long a name may be


class NameField(QLineEdit):
    """Passes keys without a meaning here to the canvas: Ctrl+Z if nothing was typed, Ctrl+C if nothing is selected,
    Ctrl+V if the clipboard has a picture, Escape if the field is empty.

    The window gives it the focus when a glyph is unknown (`invite`). Until something is typed or the field is clicked,
    it then passes on the keys of candidates and pen as well, because the user did not ask to write here.
    """

    left = Signal()  # Escape emptied it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Name")
        self.setAccessibleName("Name of the glyph")
        self.setMaxLength(_PASTE_LIMIT)
        self.setFixedHeight(5 * UNIT)
        self._invited = False
        self.textEdited.connect(self._accept)

    def invite(self) -> None:
        """Take the focus without taking the keys in `_PASSED_ON`."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._invited = not self.text()

    def open(self) -> None:
        """Take the focus to write in, with all text selected."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._accept()
        self.selectAll()

    @Slot()
    def _accept(self) -> None:
        self._invited = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._accept()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._accept()
        super().focusInEvent(event)

    def event(self, event: QEvent) -> bool:
        if self.text() and claim(event, Qt.Key.Key_Escape):
            return True
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and self._for_the_canvas(event)
        ):
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
        if self._invited and event.text() in _PASSED_ON:
            # A key whose action is disabled (the fifth of three candidates, say) comes back as a press, and is text.
            return event.type() is QEvent.Type.ShortcutOverride
        if event.matches(keys.Undo):
            return not self.isUndoAvailable()
        if event.matches(keys.Redo):
            return not self.isRedoAvailable()
        if event.matches(keys.Copy):
            return not self.hasSelectedText()
        copied = QGuiApplication.clipboard().mimeData()  # None if nothing was ever copied
        return event.matches(keys.Paste) and copied is not None and copied.hasImage()


class EnrolButton(QPushButton):
    """Shows what Enter will do: enrol a new glyph, or add a shot to an existing one. Its width is fixed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Enrol", parent)
        self.setProperty("primary", True)
        self.setFixedSize(19 * UNIT, 5 * UNIT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.offer(None)

    def offer(self, existing: str | None) -> None:
        """existing: the glyph that has the typed name, or None."""
        whole = "Enrol" if existing is None else f"Add to {existing}"
        room = self.width() - 4 * UNIT
        self.setText(self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        self.setAccessibleName(whole)
        more = "" if existing is None else f" {existing} keeps its drawings and gets this one too."
        self.setToolTip(f"Put this drawing into the library (Enter).{more}")
