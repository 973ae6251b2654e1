"""Widgets in reference cycles are deleted in the window's thread, whichever thread fills the collector's count."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.work.gc_in_window import GcInWindow

_died_in: list[threading.Thread] = []
_kept: list[list[object]] = []


class Cyclic(QObject):
    """Only the garbage collector can delete it."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self

    def __del__(self) -> None:
        _died_in.append(threading.current_thread())


def make_garbage() -> None:
    for _ in range(50):
        Cyclic()


def churn() -> None:
    """Fill the collector's count."""
    _kept.extend([] for _ in range(200_000))


def test_garbage_is_collected_in_the_windows_thread(qapp: QApplication, qtbot: QtBot) -> None:
    gc.collect()
    _died_in.clear()
    collector = GcInWindow()
    try:
        make_garbage()
        thread = threading.Thread(target=churn)
        thread.start()
        thread.join()
        assert _died_in == []
        qtbot.waitUntil(lambda: len(_died_in) == 50)
        assert set(_died_in) == {threading.main_thread()}
        assert not gc.isenabled()
    finally:
        collector.release()
        _kept.clear()
    assert gc.isenabled()
    collector.release()


def test_garbage_is_collected_until_the_last_holder_releases(qapp: QApplication, qtbot: QtBot) -> None:
    gc.collect()
    _died_in.clear()
    first, second = GcInWindow(), GcInWindow()
    try:
        first.release()
        make_garbage()
        churn()
        assert _died_in == []
        qtbot.waitUntil(lambda: len(_died_in) == 50)
    finally:
        second.release()
        _kept.clear()
    assert gc.isenabled()


def test_python_collects_again_only_after_the_last_worker(qapp: QApplication) -> None:
    first, second = StudioWorker(preload="json"), StudioWorker(preload="json")
    second.close()
    second.close()
    assert not gc.isenabled()
    first.close()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
