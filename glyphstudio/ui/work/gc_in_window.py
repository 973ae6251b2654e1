"""Keeps Python's garbage collector in the window's thread.

The collector runs in whichever thread creates the object that fills its count. If that is another thread, such as the
studio's, and the garbage contains a widget (a closed dialog, say), Qt deletes the widget outside the window's thread,
and the process crashes. So while other threads run, the collector does not run by itself: a timer runs it here.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QTimer

_PERIOD = 500  # ms

_holders = 0
_timer: QTimer | None = None  # while there are holders


class GcInWindow:
    """Holds the collector until `release`. Make it in the window's thread."""

    def __init__(self) -> None:
        global _holders, _timer  # noqa: PLW0603  there is one collector in a process
        self._held = True
        _holders += 1
        if _timer is None:
            gc.disable()
            _timer = QTimer()
            _timer.setInterval(_PERIOD)
            _timer.timeout.connect(_collect)
            _timer.start()

    def spare_what_stays(self) -> None:
        """Exempt all loaded objects from collection (torch alone has some 200,000): they stay until the end."""
        gc.freeze()

    def release(self) -> None:
        """Let the collector run by itself again once no other holder is left. A second call does nothing."""
        global _holders, _timer  # noqa: PLW0603
        if self._held:
            self._held = False
            _holders -= 1
            if not _holders and _timer is not None:
                _timer.stop()
                _timer = None
                gc.unfreeze()
                gc.enable()


def _collect() -> None:
    """Collect the generations that Python itself would collect now."""
    counts, limits = gc.get_count(), gc.get_threshold()
    depth = max((depth for depth in range(3) if counts[depth] > limits[depth]), default=None)
    if depth is not None:
        gc.collect(depth)
