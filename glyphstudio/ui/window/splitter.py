"""Puts canvas and answer columns side by side. The height sets the canvas' size, unless the user moves the border."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter

from glyphstudio.ui.answer.answer_column import AnswerColumn
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.parts.settings import Settings

_WIDEST_PANEL = 760  # pixels, unless the user chose a width


class Splitter(QSplitter):
    """Saves the answer column's width in the settings once the user has chosen one."""

    def __init__(self, canvas_column: CanvasColumn, panel: AnswerColumn, settings: Settings) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._canvas_column, self._panel, self._settings = canvas_column, panel, settings
        self.setHandleWidth(8)
        self.setChildrenCollapsible(False)
        self.addWidget(canvas_column)
        self.addWidget(panel)
        self.splitterMoved.connect(self._moved)

    @Slot()
    def reset(self) -> None:
        """Return to the width that the window chooses."""
        self._settings.panel_width = None
        self._lay_out()

    @Slot(int, int)
    def _moved(self, _at: int, _index: int) -> None:
        self._settings.panel_width = self._panel.width()

    @Slot()
    def _lay_out(self) -> None:
        total = self.width() - self.handleWidth()
        wanted = self._settings.panel_width
        if wanted is None:
            wanted = min(_WIDEST_PANEL, total - self._canvas_column.width_for(self.height()))
        wanted = max(self._panel.minimumWidth(), wanted)
        self.setSizes([total - wanted, wanted])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self._lay_out)  # after Qt has divided the new width in its own way

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()
