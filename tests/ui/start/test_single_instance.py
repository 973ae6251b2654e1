"""A second start passes its library to the open window. The other side is a separate process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from glyphstudio.ui.start import single_instance
from glyphstudio.ui.start.opened_later import OpenedLater
from glyphstudio.ui.start.single_instance import SingleInstance, door_name, knock
from glyphstudio.ui.window.window import MainWindow

KNOCK = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from glyphstudio.ui.start.single_instance import door_name, knock
application = QCoreApplication([])
sys.exit(0 if knock(door_name(), Path(sys.argv[1]) if sys.argv[1:] else None) else 7)
"""
STAY = """
import sys
from PySide6.QtCore import QCoreApplication
from glyphstudio.ui.start.single_instance import SingleInstance, door_name
application = QCoreApplication([])
door = SingleInstance(door_name())
print(door.listening, flush=True)
application.exec()
"""


def start(code: str, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, cwd=cwd, stdout=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str], qtbot: QtBot) -> int:
    qtbot.waitUntil(lambda: process.poll() is not None)
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode


@pytest.mark.usefixtures("qapp")
def test_another_process_is_heard_with_any_characters_in_its_path(qtbot: QtBot, tmp_path: Path) -> None:
    door = SingleInstance(door_name())
    assert door.listening
    heard: list[str] = []
    door.knocked.connect(heard.append)
    assert ended(start(KNOCK, "Łódź 字 (1).glyphs", cwd=tmp_path), qtbot) == 0
    assert ended(start(KNOCK), qtbot) == 0
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [str(tmp_path / "Łódź 字 (1).glyphs"), ""]
    door.close()
    assert ended(start(KNOCK), qtbot) == 7, "nothing listens any more"


@pytest.mark.usefixtures("qapp")
def test_the_socket_of_a_killed_process_is_taken_over(qtbot: QtBot) -> None:
    first = start(STAY)
    assert first.stdout is not None and first.stdout.readline().strip() == "True"
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert not knock(door_name(), None)
    door = SingleInstance(door_name())
    assert door.listening
    assert ended(start(KNOCK), qtbot) == 0
    door.close()


@pytest.mark.usefixtures("qapp")
def test_another_home_has_another_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    door = SingleInstance(door_name())
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other" / "state"))
    assert not knock(door_name(), None)
    door.close()


@pytest.mark.usefixtures("qapp")
def test_the_socket_is_in_the_sessions_own_folder(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    own = Path(mkdtemp(prefix="own-"))  # a socket's path may have at most 107 bytes, and tmp_path comes close
    request.addfinalizer(lambda: rmtree(own))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own))
    assert Path(door_name()).parent == own
    door = SingleInstance(door_name())
    assert Path(door_name()).is_socket()
    assert ended(start(KNOCK), qtbot) == 0
    door.close()


@pytest.mark.usefixtures("qapp")
def test_another_users_socket_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a shared /tmp another user could listen under our name, and answer "shown"."""
    door = SingleInstance(door_name())
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    assert not knock(door_name(), None)
    door.close()


@pytest.mark.usefixtures("qapp")
def test_an_endless_message_is_cut_off(qtbot: QtBot) -> None:
    door = SingleInstance(door_name())
    heard: list[str] = []
    door.knocked.connect(heard.append)
    caller = QLocalSocket()
    caller.connectToServer(door_name())
    assert caller.waitForConnected(2000)
    caller.write(b"x" * (single_instance._MOST * 4))
    qtbot.waitUntil(lambda: caller.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert heard == []
    door.close()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_an_arriving_library_is_opened_and_the_window_comes_to_the_front(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    door = SingleInstance(door_name())
    arrivals = OpenedLater(window, door)
    window.showMinimized()
    second = tmp_path / "second 字.glyphs"
    assert ended(start(KNOCK, str(second)), qtbot) == 0
    qtbot.waitUntil(second.exists)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("second 字"))
    assert not window.isMinimized()
    arrivals.release()
    assert not knock(door_name(), None)
