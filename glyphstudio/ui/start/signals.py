"""Closes the window on Ctrl-C in the terminal, on SIGTERM, and on X11 when another program destroys the window:
otherwise the process would live on unseen and keep the library locked."""

from __future__ import annotations

import ctypes
import signal
import socket
from types import FrameType

from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QCoreApplication,
    QObject,
    QSocketNotifier,
    QTimer,
    Slot,
)

from glyphstudio.ui.window.window import MainWindow

_DESTROY_NOTIFY = 17  # of the X11 protocol


class _DestroyNotify(ctypes.Structure):
    """xcb_destroy_notify_event_t"""

    _fields_ = (
        ("response_type", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("event", ctypes.c_uint32),
        ("window", ctypes.c_uint32),
    )


class _Watch(QAbstractNativeEventFilter):
    """Sees X11's events before Qt does."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        if kind == b"xcb_generic_event_t":
            address = int(message)
            if ctypes.c_uint8.from_address(address).value & 0x7F == _DESTROY_NOTIFY:
                gone = _DestroyNotify.from_address(address).window
                if self._window.isVisible() and gone == self._window.effectiveWinId():
                    QTimer.singleShot(0, self._window.closing_question.at_once)
        return False, 0


class EndingSignals(QObject):
    """Closes `window` on each of them until `release`, without asking, because no one may be there to answer. Make it
    in the main thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._watch = _Watch(window)
        QCoreApplication.instance().installNativeEventFilter(self._watch)  # type: ignore[union-attr]
        # Python runs signal handlers only between its own instructions, and Qt's loop has none, so a socket wakes it.
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
        self._window.closing_question.at_once()

    def release(self) -> None:
        """Restore the old handlers."""
        QCoreApplication.instance().removeNativeEventFilter(self._watch)  # type: ignore[union-attr]
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup)
        for name, handler in self._before.items():
            signal.signal(name, handler)
        self._read.close()
        self._write.close()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    pass
