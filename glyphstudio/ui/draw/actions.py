"""Menu and key actions for the drawing on the canvas."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction

from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.draw.drawing_files import DrawingFiles
from glyphstudio.ui.parts.room_actions import Keys, RoomActions


class DrawActions(RoomActions):
    def __init__(self, column: CanvasColumn, files: DrawingFiles) -> None:
        super().__init__(column)
        self._column, self._canvas, self._adjusting = column, column.canvas, files.adjusting
        self.open_drawing = self.make("Open &Picture or Ink…", "Ctrl+I", do=files.choose_drawing)
        self.open_pages = self.make("Open &Pages…", "Ctrl+Shift+I", do=files.choose_pages)
        self.open_folder = self.make("Open &Folder of Pages…", do=files.choose_folder)
        self.export_drawing = self.make("&Export Drawing…", "Ctrl+E", do=files.choose_export)
        self.undo = self.make("&Undo Stroke", Keys.Undo, do=self._canvas.undo, icon_name="undo")
        self.redo = self.make("&Redo Stroke", "Ctrl+Shift+Z", "Ctrl+Y", do=self._canvas.redo, icon_name="redo")
        self.clear = self.make("C&lear Canvas", "Esc", do=self._clear, icon_name="clear")
        self.copy = self.make("&Copy Drawing", Keys.Copy, do=files.copy)
        self.paste = self.make("&Paste Picture", Keys.Paste, do=files.paste)
        self.adjust = self.make("&Adjust Picture…", do=files.adjusting.adjust)
        self.name = self.make("&Name", "Ctrl+L", do=self._name)
        self.thinner = self.make("&Thinner Pen", "[", do=self._thinner)
        self.thicker = self.make("Thi&cker Pen", "]", do=self._thicker)
        for signal in (
            self._canvas.changed,
            self._canvas.pen_down,
            self._canvas.given_changed,
            self._adjusting.changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def tools(self) -> list[QAction]:
        """The buttons below the canvas."""
        return [self.undo, self.redo, self.clear]

    @Slot()
    def refresh(self) -> None:
        canvas = self._canvas
        self.undo.setEnabled(canvas.can_undo and self.usable)
        self.redo.setEnabled(canvas.can_redo and self.usable)
        drawn = canvas.has_drawing and self.usable
        self.clear.setEnabled(drawn or canvas.drawing_now)
        for action in (self.copy, self.export_drawing):
            action.setEnabled(drawn)
        self.adjust.setEnabled(drawn and self._adjusting.possible)
        opening = (self.paste, self.open_drawing, self.open_pages, self.open_folder)
        for action in (*opening, self.name, self.thinner, self.thicker):
            action.setEnabled(self.usable)

    @Slot()
    def _clear(self) -> None:
        self._column.notice.fade()
        self._canvas.clear()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _name(self) -> None:
        self._column.name.open()

    @Slot()
    def _thinner(self) -> None:
        self._column.pen.setValue(self._column.pen.value() - 1)

    @Slot()
    def _thicker(self) -> None:
        self._column.pen.setValue(self._column.pen.value() + 1)
