"""The actions of one room: made in one way, connected and enabled by the room itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence, QPalette

from glyphstudio.ui.parts.icons import icon

Keys = QKeySequence.StandardKey


class RoomActions(QObject):
    """A subclass makes its actions, and says in `refresh` which of them can be used now. Its room calls that."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._icons: dict[QAction, str] = {}
        self.usable = True  # false while no library is open and the page says so

    def make(
        self,
        text: str,
        *keys: QKeySequence.StandardKey | str,
        do: Callable[[], object] | None = None,
        icon_name: str = "",
    ) -> QAction:
        """do: called when the action is triggered; it must be a method of a QObject."""
        action = QAction(text, self)
        action.setObjectName(text)  # the text may change with what the action would do
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
        """Whether a library is open, so that drawing and searching make sense."""
        self.usable = usable
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that can be used now."""
