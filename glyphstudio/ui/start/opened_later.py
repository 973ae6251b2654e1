"""Opens libraries that arrive while the window is open, from a second start or, on macOS, a double click."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Slot
from PySide6.QtGui import QFileOpenEvent

from glyphstudio.ui.start.single_instance import SingleInstance
from glyphstudio.ui.window.window import MainWindow


class OpenedLater(QObject):
    """Opens them in `window`, and brings it to the front. Call `release` before the window is closed."""

    def __init__(self, window: MainWindow, door: SingleInstance | None) -> None:
        super().__init__()
        self._window, self._door = window, door
        if door is not None:
            door.knocked.connect(self._knocked)
        self._application = QCoreApplication.instance() if sys.platform == "darwin" else None
        if self._application is not None:  # other systems send no such event, and a filter costs time at every event
            self._application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self._knocked(event.file())
            return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _knocked(self, library: str) -> None:
        window = self._window
        if window.isMinimized() or window.isHidden():  # hidden while a training continues
            window.showNormal()
        window.raise_()
        window.activateWindow()
        if library:
            window.open_library(Path(library))

    def release(self) -> None:
        """Pass nothing on to the window any more."""
        if self._application is not None:
            self._application.removeEventFilter(self)
        if self._door is not None:
            self._door.close()
