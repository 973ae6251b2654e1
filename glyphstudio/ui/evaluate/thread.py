"""The evaluating thread: measures a learner on many tasks, with weights of its own, while the window goes on.

It begins when a panel first asks. Of checks only the newest counts; an evaluation goes on until it is done, cancelled,
or another one is begun.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from glyphstudio.ui.evaluate.messages import Evaluated, Evaluation
from glyphstudio.ui.evaluate.worker import Wanted, Worker
from glyphstudio.ui.work.gc_in_window import RubbishCollector
from glyphstudio.ui.work.mailbox import Mailbox


class EvaluatingThread(QObject):
    """The panel's side of the thread. Signals arrive in the thread that made it."""

    checked = Signal(object)  # Checked
    progress = Signal(str, int, int, float)  # of what, done, in all, seconds left or -1
    evaluated = Signal(object)  # Evaluated
    failed = Signal(object, str)  # Evaluation, sentence
    cancelled = Signal(object)  # Evaluation
    exported = Signal(object)  # Path of the folder
    not_exported = Signal(str)

    _check = Signal()
    _evaluate = Signal(int, object)
    _export = Signal(object, object, object)
    _shut = Signal()

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """log_file: named where something goes wrong that nobody foresaw."""
        super().__init__(parent)
        self._checks: Mailbox[Evaluation] = Mailbox()
        self._wanted, self._stop, self._number = Wanted(), Event(), 0
        self._rubbish: RubbishCollector | None = None  # while the thread runs
        self._worker = Worker(self._checks, self._wanted, self._stop, log_file)
        self._thread = QThread(self)
        self._thread.setObjectName("evaluating")
        self._worker.moveToThread(self._thread)
        for name in ("checked", "progress", "evaluated", "failed", "cancelled", "exported", "not_exported"):
            getattr(self._worker, name).connect(getattr(self, name))
        self._check.connect(self._worker.check)
        self._evaluate.connect(self._worker.evaluate)
        self._export.connect(self._worker.export)
        self._shut.connect(self._worker.shut)

    @property
    def started(self) -> bool:
        """Whether anything was asked yet."""
        return self._rubbish is not None

    def check(self, evaluation: Evaluation) -> None:
        """Whether it can be done; `checked` follows, unless newer settings come first."""
        if self._runs() and self._checks.put(evaluation):
            self._check.emit()

    def evaluate(self, evaluation: Evaluation) -> None:
        """`evaluated`, `failed` or `cancelled` follows. One that is under way is cancelled."""
        if self._runs():
            self._number += 1
            self._wanted.number = self._number
            self._evaluate.emit(self._number, evaluation)

    def cancel(self) -> None:
        """End the evaluation under way, within one task; `cancelled` follows where there was one."""
        self._wanted.number = 0

    def export(self, folder: Path, result: Evaluated, diagram: bytes) -> None:
        """Save a result in a new folder inside `folder`; `exported` or `not_exported` follows. diagram: a PNG."""
        if self._runs():
            self._export.emit(folder, result, diagram)

    def close(self) -> None:
        """End the thread, in the middle of its work if need be. Nothing is accepted afterwards."""
        self._stop.set()
        if self._rubbish is not None:
            self._shut.emit()
            self._thread.wait()
            self._rubbish.release()

    def _runs(self) -> bool:
        """False where it was closed; it is started where it was not yet."""
        if self._stop.is_set():
            return False
        if self._rubbish is None:
            self._rubbish = RubbishCollector(self)
            self._thread.start(QThread.Priority.LowPriority)
        return True
