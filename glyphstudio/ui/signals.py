"""Ctrl-C in the terminal and a polite `kill` close the window as its own button does."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QWidget


class _Guard(QObject):
    """Python runs signal handlers only between its own instructions, and Qt's loop has none: a socket wakes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._before = {name: signal.signal(name, _nothing) for name in (signal.SIGINT, signal.SIGTERM)}
        self._wakeup = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)

    @Slot()
    def _woken(self) -> None:
        self._read.recv(64)
        self._window.close()

    def close(self) -> None:
        """Put everything back as it was."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup)
        for name, handler in self._before.items():
            signal.signal(name, handler)
        self._read.close()
        self._write.close()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    pass


def close_on_signals(window: QWidget) -> _Guard:
    """Until the returned guard is closed. Call it in the main thread."""
    return _Guard(window)
