"""Menu and key actions for library files and for the glyph selected in the gallery."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction

from glyphstudio.ui.library.gallery import Gallery
from glyphstudio.ui.library.library_files import LibraryFiles
from glyphstudio.ui.parts.room_actions import Keys, RoomActions


class LibraryActions(RoomActions):
    def __init__(self, files: LibraryFiles, gallery: Gallery) -> None:
        super().__init__(files)
        self._gallery = gallery
        self.new_library = self.make("&New Library…", Keys.New, do=files.choose_new)
        self.open_library = self.make("&Open Library…", Keys.Open, do=files.choose)
        self.find = self.make("&Find Glyph", Keys.Find, do=self._find)
        self.show_shots = self.make("Show &Drawings", "Ctrl+D", do=gallery.open_selected)
        self.rename = self.make("&Rename", "F2", do=gallery.rename_selected)
        self.delete = self.make("&Delete", Keys.Delete, do=gallery.delete_selected)
        for action in self.of_glyph:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        gallery.menu.addActions(self.of_glyph)
        gallery.view.addActions(self.of_glyph)
        gallery.chosen.connect(self.refresh)
        self.refresh()

    @property
    def of_glyph(self) -> list[QAction]:
        """The actions on the glyph selected in the gallery. Their keys work only there."""
        return [self.show_shots, self.rename, self.delete]

    @Slot()
    def refresh(self) -> None:
        self.find.setEnabled(self.usable)
        for action in self.of_glyph:
            action.setEnabled(self._gallery.selected is not None)

    @Slot()
    def _find(self) -> None:
        self._gallery.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._gallery.search.selectAll()
