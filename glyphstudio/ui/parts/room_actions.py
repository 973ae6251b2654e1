"""The base class for the actions of one room: the room itself connects and enables them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence, QPalette

from glyphstudio.ui.parts.icons import icon

Keys = QKeySequence.StandardKey


class RoomActions(QObject):
    """A subclass makes its actions, and enables the usable ones in `refresh`. Its room calls `refresh`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._icons: dict[QAction, str] = {}
        self.usable = True  # False while no library is open and the problem page is shown

    def make(
        self,
        text: str,
        *keys: QKeySequence.StandardKey | str,
        do: Callable[[], object] | None = None,
        icon_name: str = "",
    ) -> QAction:
        """Return a new action. do: a method of a QObject, called when the action is triggered."""
        action = QAction(text, self)
        action.setObjectName(text)  # stays the same when the text changes with what the action would do
        action.setShortcuts([QKeySequence(key) for key in keys])
        if do is not None:
            action.triggered.connect(do)
        if icon_name:
            self._icons[action] = icon_name
        return action

    def colour(self, palette: QPalette) -> None:
        """Draw the icons in the palette's colours."""
        for action, name in self._icons.items():
            action.setIcon(icon(name, palette))
            action.setIconVisibleInMenu(False)

    @Slot(bool)
    def set_usable(self, usable: bool) -> None:
        """Enable or disable the actions that need an open library, such as drawing and searching."""
        self.usable = usable
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that can be used now, and disable the others."""
