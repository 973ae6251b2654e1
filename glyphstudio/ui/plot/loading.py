"""Loads the plots in the window's thread, once, while the user does not draw.

Importing pyqtgraph makes Qt classes. In any other thread PySide sometimes hung while doing that, so no other thread
imports `ui.plot`. In the window's thread the import blocks the window for a quarter of a second. That is too long while
a panel opens or the user draws. So the import waits until the panel that needs it is painted and no pen is down. It
happens at the latest when the user presses the panel's Start: then nobody draws, and no step has been taken yet.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

_REST = 250  # ms between two checks for a pen on the canvas; far longer than painting a panel takes


def nobody_draws() -> bool:
    """Return False, for a panel without a canvas beside it."""
    return False


class PlotLoading(QObject):
    """One panel's loading. load: makes the plot, in the window's thread. drawing: returns whether a pen is down."""

    def __init__(self, load: Callable[[], object], drawing: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._load, self._drawing = load, drawing
        self._done = False
        self._timer = QTimer(self)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._look)

    def soon(self) -> None:
        """Load as soon as no pen is down, because the panel is shown."""
        if not self._done:
            self._timer.start()

    def now(self) -> None:
        """Load at once, because the plot is about to be needed."""
        self._timer.stop()
        if not self._done:
            self._done = True
            self._load()

    @Slot()
    def _look(self) -> None:
        if not self._drawing():
            self.now()
