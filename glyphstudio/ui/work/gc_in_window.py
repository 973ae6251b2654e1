"""Python's cycle collector, kept to the window's thread.

The collector runs in whatever thread happens to make the object that fills its count. When that is the engine's thread
and the rubbish holds a widget (a closed dialog, say), Qt deletes a widget outside the window's thread, and the process
ends. So while there are other threads it does not run by itself: a timer runs it here.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_PERIOD = 500  # ms

_holders = 0


class GcInWindow(QObject):
    """From its making until `release`. Lives in the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        global _holders  # noqa: PLW0603  the collector belongs to the process
        _holders += 1
        gc.disable()
        self._held = True
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect as deep as Python itself would by now."""
        counts, limits = gc.get_count(), gc.get_threshold()
        depth = max((depth for depth in range(3) if counts[depth] > limits[depth]), default=None)
        if depth is not None:
            gc.collect(depth)

    @Slot()
    def spare_what_stays(self) -> None:
        """Everything loaded so far (torch alone is some 200,000 objects) stays: do not look at it again each time."""
        gc.freeze()

    def release(self) -> None:
        """No other thread is left: the collector may run by itself again. A second call does nothing."""
        global _holders  # noqa: PLW0603
        if self._held:
            self._held = False
            self._timer.stop()
            _holders -= 1
            if not _holders:
                gc.unfreeze()
                gc.enable()
