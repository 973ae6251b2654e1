"""The tray's name field: completes from the library, and moves between cells while nothing else is typed."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from glyphstudio.names import natural_key
from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.tray.page_view import STEPS

_PASTE_LIMIT = 20_000  # characters; high, so that the library can say how long a name may be


class CellNameField(QLineEdit):
    """Up and down go to another cell, left and right too if the text is empty or all selected."""

    moved = Signal(int, int, bool)  # as PageView.moved
    page_turned = Signal(int)
    left = Signal()  # Escape

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Name")
        self.setAccessibleName("Name of the selected glyph")
        self.setMaxLength(_PASTE_LIMIT)
        self.setFixedHeight(5 * UNIT)
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = self._completer.popup()
        if popup is not None:
            popup.setProperty("popup", True)  # for the theme: a list in a window has a ground
        self.setCompleter(self._completer)

    def complete_from(self, names: Iterable[str]) -> None:
        """Offer these names."""
        self._names.setStringList(sorted(set(names), key=natural_key))

    def offer(self, name: str) -> None:
        """Fill the field with a name that Enter accepts and typing replaces."""
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()
        self.setText(name)
        self.selectAll()

    @property
    def _completing(self) -> bool:
        popup = self._completer.popup()
        return popup is not None and popup.isVisible()

    @property
    def _free(self) -> bool:
        """Whether left and right have nothing to do in the text."""
        return not self.text() or self.selectedText() == self.text()

    def event(self, event: QEvent) -> bool:
        return claim(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        across = key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        if key in STEPS and not self._completing and (self._free if across else True):
            self.moved.emit(*STEPS[key], shift)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.page_turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_Escape and not self._completing:
            self.left.emit()
        else:
            super().keyPressEvent(event)
