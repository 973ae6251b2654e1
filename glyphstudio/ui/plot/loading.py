"""When what draws plots is loaded: in the window's thread, once, while nobody draws.

Importing pyqtgraph makes classes of Qt's. In another thread than the window's, PySide came to a standstill over that
now and then, so no thread of ours imports `ui.plot`. In the window's, it takes a quarter of a second in which the
window stands still: too long for opening a panel, and for somebody who is drawing. So it waits until the panel that
will need it has been painted and no pen is down; at the latest it comes with the panel's Start: who presses a button
does not draw, and no step has been taken yet.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

_REST = 250  # ms without a pen on the canvas, as far as can be seen; far longer than a panel takes to be painted


def nobody_draws() -> bool:
    """For a panel without a canvas beside it."""
    return False


class PlotLoading(QObject):
    """load: makes what draws, in the window's thread. drawing: whether a pen is down."""

    def __init__(self, load: Callable[[], object], drawing: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._load, self._drawing = load, drawing
        self._done = False
        self._timer = QTimer(self)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._look)

    def soon(self) -> None:
        """The panel is shown: as soon as nobody draws."""
        if not self._done:
            self._timer.start()

    def now(self) -> None:
        """It is about to be needed."""
        self._timer.stop()
        if not self._done:
            self._done = True
            self._load()

    @Slot()
    def _look(self) -> None:
        if not self._drawing():
            self.now()
