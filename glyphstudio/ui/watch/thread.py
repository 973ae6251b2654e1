"""The watching thread: goes down inner loops and makes maps of embeddings for the views that show them.

It has weights of its own, so that looking never keeps the engine's thread from answering. It begins when a view first
asks. Of each view only the newest wish counts: another library or other weights end the work on those before, while a
newer drawing waits until the library's part is done.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from glyphstudio.ui.watch.messages import Wish
from glyphstudio.ui.watch.worker import Wishes, Worker
from glyphstudio.ui.work.gc_in_window import RubbishCollector


class WatchingThread(QObject):
    """The views' side of the thread; one serves them all. Signals arrive in the thread that made it."""

    adapted = Signal(object)  # AdaptationSeen or Said
    mapped = Signal(object)  # MapSeen or Said

    _asked = Signal()
    _shut = Signal()

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """log_file: named where something goes wrong that nobody foresaw."""
        super().__init__(parent)
        self._wishes, self._stop = Wishes(), Event()
        self._rubbish: RubbishCollector | None = None  # while the thread runs
        self._worker = Worker(self._wishes, self._stop, log_file)
        self._thread = QThread(self)
        self._thread.setObjectName("watching")
        self._worker.moveToThread(self._thread)
        self._worker.adapted.connect(self.adapted)
        self._worker.mapped.connect(self.mapped)
        self._asked.connect(self._worker.work)
        self._shut.connect(self._worker.shut)

    @property
    def started(self) -> bool:
        """Whether anything was asked yet."""
        return self._rubbish is not None

    def ask(self, wish: Wish) -> None:
        """Answers follow by the signal of the wish's kind, unless a newer wish of that kind comes first."""
        if self._stop.is_set():
            return
        if self._rubbish is None:
            self._rubbish = RubbishCollector(self)
            self._thread.start(QThread.Priority.LowPriority)
        if self._wishes.put(wish):
            self._asked.emit()

    def drop(self, kind: type[Wish]) -> None:
        """Nobody looks any more: stop what is done for wishes of this kind."""
        self._wishes.drop(kind)

    def close(self) -> None:
        """End the thread, in the middle of its work if need be. Nothing is accepted afterwards."""
        self._stop.set()
        if self._rubbish is not None:
            self._shut.emit()
            self._thread.wait()
            self._rubbish.release()
