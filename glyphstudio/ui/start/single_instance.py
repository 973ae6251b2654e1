"""Gives each user one window: a second start passes its library to the open window, and ends.

The first start listens on a local socket, a named pipe on Windows. Its name contains a hash of the user's state folder,
which separates users and homes. Only the same user may connect, and a start does not ask another user's socket. A
socket left behind by a crash is removed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from platformdirs import user_state_path
from PySide6.QtCore import QDir, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TIMEOUT = 2000  # ms; the other side is on this machine
_MOST = 1 << 16  # bytes of one message
_SHOWN = b"shown\n"


class SingleInstance(QObject):
    """Listens for later starts. Keep it as long as the window."""

    knocked = Signal(str)  # the library to open, as an absolute path; "" if none was named

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._open)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # left by a crash: nothing answers there
            self._server.listen(name)
        self.listening = self._server.isListening()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    @Slot()
    def _open(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(self._read)
            caller.disconnected.connect(caller.deleteLater)
            if caller.canReadLine():  # it wrote before we connected to the signal
                self._hear(caller)

    @Slot()
    def _read(self) -> None:
        caller = self.sender()
        if isinstance(caller, QLocalSocket):
            self._hear(caller)

    def _hear(self, caller: QLocalSocket) -> None:
        if not caller.canReadLine():
            if caller.bytesAvailable() > _MOST:
                caller.abort()
            return
        library = bytes(caller.readLine(_MOST).data()).decode("utf-8", "surrogateescape").rstrip("\n")
        caller.write(_SHOWN)
        caller.flush()
        caller.disconnectFromServer()
        self.knocked.emit(library)


def door_name() -> str:
    """Return the socket's name for this user and home. On systems whose sockets are files, it is in the user's private
    runtime folder if the session has one."""
    state = user_state_path("GlyphStudio", appauthor=False)
    name = "glyphstudio-" + hashlib.sha256(str(state).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    return str(own / name) if hasattr(os, "getuid") and own.is_absolute() and own.is_dir() else name


def _somebody_elses(name: str) -> bool:
    """Return whether another user made the socket of this name, and so would learn what is opened here."""
    try:
        return hasattr(os, "getuid") and Path(QDir.tempPath(), name).lstat().st_uid != os.getuid()
    except OSError:
        return False


def knock(name: str, library: Path | None) -> bool:
    """Ask the open window to come to the front and to open `library`. Return False if there is none."""
    message = "" if library is None else str(library.absolute())
    if "\n" in message or _somebody_elses(name):
        return False  # no double click could name such a path
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_TIMEOUT):
        return False
    socket.write(message.encode("utf-8", "surrogateescape") + b"\n")
    heard = socket.waitForBytesWritten(_TIMEOUT) and (socket.canReadLine() or socket.waitForReadyRead(_TIMEOUT))
    answer = bytes(socket.readLine().data()) if heard else b""
    socket.abort()
    return answer == _SHOWN
