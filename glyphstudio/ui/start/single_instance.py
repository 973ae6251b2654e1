"""One window for each user: a second start hands its library to the window that is open, and ends.

The first one listens on a local socket (a named pipe on Windows) whose name holds a hash of the user's state folder, so
that users, and homes, keep apart; only the same user may connect, and a socket that is somebody else's is not asked.
One that a crash has left behind is removed.
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
    """Where later starts knock. Keep it as long as the window."""

    knocked = Signal(str)  # the library to open, as an absolute path; "" where none was named

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._open)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # of one that crashed: nobody answered there
            self._server.listen(name)
        self.listening = self._server.isListening()

    def close(self) -> None:
        """From now on nobody is at home."""
        self._server.close()

    @Slot()
    def _open(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(self._read)
            caller.disconnected.connect(caller.deleteLater)
            if caller.canReadLine():  # it spoke before we listened
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
    """The socket's name for this user and home; where there are files for sockets, in the folder that is the user's
    alone, if the session has one."""
    state = user_state_path("GlyphStudio", appauthor=False)
    name = "glyphstudio-" + hashlib.sha256(str(state).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    return str(own / name) if hasattr(os, "getuid") and own.is_absolute() and own.is_dir() else name


def _somebody_elses(name: str) -> bool:
    """Whether the socket of this name was made by another user, who would hear what is opened here."""
    try:
        return hasattr(os, "getuid") and Path(QDir.tempPath(), name).lstat().st_uid != os.getuid()
    except OSError:
        return False


def knock(name: str, library: Path | None) -> bool:
    """Ask the window that is open to come to the front, and to open `library`; False where there is none."""
    message = "" if library is None else str(library.absolute())
    if "\n" in message or _somebody_elses(name):
        return False  # no path that a double click could name
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_TIMEOUT):
        return False
    socket.write(message.encode("utf-8", "surrogateescape") + b"\n")
    heard = socket.waitForBytesWritten(_TIMEOUT) and (socket.canReadLine() or socket.waitForReadyRead(_TIMEOUT))
    answer = bytes(socket.readLine().data()) if heard else b""
    socket.abort()
    return answer == _SHOWN
