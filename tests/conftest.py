"""For all tests: use no real display by default, and never read or write the user's own files."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE

# Tests, and the processes that they start, compute with one thread each. Two threads that share an operation wait for
# each other, which takes minutes if the cores have other work. Tests about several threads set their own number.
os.environ["OMP_NUM_THREADS"] = os.environ.get("GLYPHSTUDIO_TEST_THREADS", "1")

import torch

# GLYPHSTUDIO_TEST_PLATFORM=xcb runs the window's tests on a real (or virtual) screen.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("GLYPHSTUDIO_TEST_PLATFORM", "offscreen")

# A shell makes background processes ignore Ctrl-C, and every process that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

THREADS = torch.get_num_threads()

# pytest-qt's own patience is five seconds. A test that gives no `timeout` waits as long as it takes.
for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    wait.__kwdefaults__ = {**(wait.__kwdefaults__ or {}), "timeout": 1000 * PATIENCE}

# How long an example takes says nothing on a busy machine.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(autouse=True, scope="session")
def _own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give fixtures with a wider scope their own data folder too, because a training on the command line is listed with
    the user's runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test its own folder for settings, drafts, logs and the default library."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture(autouse=True)
def _own_number_of_threads() -> Iterator[None]:
    """Restore torch's number of threads, because code that ranks sets it to one. A training in the next test must use
    as many as in a separate process: sums over a different number of threads round differently."""
    yield
    torch.set_num_threads(THREADS)


@pytest.fixture(autouse=True)
def _no_standing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training in the window lowers its thread's priority. If the cores have other work, it would then take no step
    for minutes, and a test that waits for steps would wait for the other work to end."""
    monkeypatch.setattr(os, "setpriority", lambda *_: None, raising=False)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread alive, because the program would fail on closing too."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + PATIENCE / 10
    while (left := _left(before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left, f"threads left alive: {[thread.name for thread in left]}"


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    # Threads that Qt made count too. Python lists one as a "Dummy" as soon as it has run Python code, but does not
    # notice when it ends, so we ask the system whether it still exists.
    new = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    if not Path("/proc/self/task").is_dir():
        return [thread for thread in new if not isinstance(thread, threading._DummyThread)]
    living = {int(task.name) for task in Path("/proc/self/task").iterdir()}
    return [thread for thread in new if thread.native_id in living]


def pytest_configure(config: pytest.Config) -> None:
    # Qt's offscreen platform logs these for every window with a smallest size, and for every dock that becomes a
    # window. They are harmless. Any other warning from Qt fails the test.
    config.addinivalue_line("qt_log_ignore", "does not support propagateSizeHints")
    config.addinivalue_line("qt_log_ignore", "does not support raise")
    config.addinivalue_line("qt_log_ignore", "does not support grabbing the keyboard")  # a list of completions
