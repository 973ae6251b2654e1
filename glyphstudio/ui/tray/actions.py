"""Menu and key actions for the page in the tray."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction

from glyphstudio.ui.parts.room_actions import RoomActions
from glyphstudio.ui.tray.sheet import State
from glyphstudio.ui.tray.tray import Tray


class TrayActions(RoomActions):
    def __init__(self, tray: Tray) -> None:
        super().__init__(tray)
        self._tray = tray
        self.alike = self.make("&All Like This One", "Ctrl+Shift+L", do=tray.naming.name_alike)
        self.skip = self.make("&Skip", "Ctrl+K", do=tray.naming.skip)
        self.merge = self.make("&Merge", "Ctrl+M", do=tray.editing.merge)
        self.split = self.make("S&plit", "Ctrl+Shift+M", do=tray.editing.split)
        self.enrol = self.make("&Enrol Page", "Ctrl+Shift+Return", "Ctrl+Shift+Enter", do=tray.enrol)
        self.close = self.make("&Close Page", "Ctrl+W", do=tray.close_tray)
        tips = {
            self.alike: "Give this name to every glyph here that looks like this one. You check them first.",
            self.skip: "Leave this out: it is no glyph, or not wanted.",
            self.merge: "Make one glyph of the selected ones. Hold Shift to select several.",
            self.split: "Make two glyphs of this one.",
        }
        for action, tip in tips.items():
            action.setToolTip(f"{tip} ({action.shortcut().toString()})")
        tray.refreshed.connect(self.refresh)
        tray.opened.connect(self.refresh)
        tray.closed.connect(self.refresh)
        tray.panel.set_actions(self.buttons)
        self.refresh()

    @property
    def buttons(self) -> list[QAction]:
        """Those that are buttons beside the page too."""
        return [self.alike, self.skip, self.merge, self.split]

    @Slot()
    def refresh(self) -> None:
        tray = self._tray
        item = tray.desk.item
        usable = tray.is_open and item is not None and item.state is not State.ENROLLED
        for action in (self.alike, self.skip, self.split):
            action.setEnabled(usable)
        self.merge.setEnabled(usable and tray.editing.can_merge)
        self.enrol.setEnabled(tray.is_open and tray.footer.enrol.isEnabled())
        self.close.setEnabled(tray.is_open)
