"""A worker's order and errors, its start with the first call, and its end after the last."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QObject, Signal, Slot
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.picture import PictureError
from glyphstudio.ui.work.worker import Worker


class Noter(Worker):
    noted = Signal(object)

    def __init__(self) -> None:
        super().__init__("noter", Path("the.log"))
        self.threads: set[threading.Thread] = set()
        self.kept: list[object] = []

    def note(self, value: object, *, wait: Event | None = None) -> None:
        self.do(self._note, value, wait=wait)

    def fail(self, error: Exception) -> None:
        self.do(self._fail, error)

    def _note(self, value: object, *, wait: Event | None) -> None:
        if wait is not None:
            wait.wait(60)
        self.threads.add(threading.current_thread())
        self.kept.append(value)
        self.tell(self.noted, value)

    def _fail(self, error: Exception) -> None:
        raise error


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.threads: set[threading.Thread] = set()

    @Slot(object)
    def hear(self, value: object) -> None:
        self.threads.add(threading.current_thread())
        self.got.append(value)


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Noter]:
    made = Noter()
    yield made
    made.close()


def test_calls_run_in_the_thread_in_order_and_signals_arrive_in_the_window(worker: Noter, qtbot: QtBot) -> None:
    slot, plain = Receiver(), Receiver()
    worker.noted.connect(slot.hear)
    worker.noted.connect(lambda value: plain.hear(value))  # noqa: PLW0108  not a QObject's method
    for value in range(20):
        worker.note(value)
    qtbot.waitUntil(lambda: len(slot.got) == len(plain.got) == 20)
    assert slot.got == plain.got == list(range(20))
    assert slot.threads == plain.threads == {threading.main_thread()}
    assert len(worker.threads) == 1 and threading.main_thread() not in worker.threads


def test_the_thread_starts_with_the_first_call_and_holds_the_garbage_collector_back(worker: Noter) -> None:
    assert not worker.started and not worker.running and gc.isenabled()
    worker.note(1)
    assert worker.started and worker.running and not gc.isenabled()
    worker.close()
    assert not worker.running and gc.isenabled()


def test_an_error_becomes_a_sentence_and_the_next_call_runs(
    worker: Noter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(worker.refused) as ours:
        worker.fail(PictureError("The drawing is empty. Draw something."))
    assert ours.args == ["The drawing is empty. Draw something."]
    with qtbot.waitSignal(worker.refused) as bug:
        worker.fail(RuntimeError("list index out of range"))
    assert bug.args is not None
    assert "the.log" in bug.args[0] and "index" not in bug.args[0]
    assert "list index out of range" in caplog.text
    with qtbot.waitSignal(worker.noted):
        worker.note("after")


def test_an_error_that_nothing_listens_for_is_reported_as_a_bug(worker: Noter, qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as caught:
        worker.fail(PictureError("The drawing is empty. Draw something."))
        qtbot.waitUntil(lambda: bool(caught))
    assert [str(error) for _, error, _ in caught] == ["The drawing is empty. Draw something."]


def test_closing_finishes_the_calls_sent_before_and_takes_no_more(worker: Noter) -> None:
    go = Event()
    worker.note("slow", wait=go)
    worker.note("next")
    go.set()
    worker.close()
    assert worker.kept == ["slow", "next"] and worker.closing
    worker.note("late")
    worker.close()
    assert worker.kept == ["slow", "next"] and not worker.running


def test_a_worker_that_was_never_used_closes_without_a_thread() -> None:
    worker = Noter()
    worker.close()
    worker.note("late")
    assert not worker.started and worker.kept == []


def test_a_worker_that_cannot_clean_up_ends_all_the_same(
    worker: Noter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def shut() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(worker, "shut", shut)
    worker.note("last")
    worker.close()
    assert not worker.running and worker.kept == ["last"]
    assert "the disk is gone" in caplog.text
