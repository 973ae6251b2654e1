"""The runs' thread: lists runs, changes and deletes them, and reads their logs, so that the window never waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, SignalInstance, Slot

from glyphstudio.engine.runs.lock import is_held
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState
from glyphstudio.ui.runs.words import Listed
from glyphstudio.ui.work.error_report import sentence_of
from glyphstudio.ui.work.gc_in_window import RubbishCollector
from glyphstudio.ui.work.mailbox import Mailbox


class _Worker(QObject):
    listed = Signal(object)  # tuple of Listed, newest first
    failed = Signal(str)  # a sentence
    read = Signal(str, object)  # Listed.key, Curves

    def __init__(self, runs: Runs, wishes: Mailbox[bool], wanted: set[str], log_file: Path | None) -> None:
        super().__init__()
        self._wanted = wanted
        self._runs, self._wishes, self._log_file = runs, wishes, log_file
        self._last: tuple[Listed, ...] | None = None
        self._stamp: object = None

    @Slot()
    def list(self) -> None:
        if self._wishes.take() is None:  # it was done with the one before
            return
        found: tuple[Listed, ...] | None = None
        try:
            self._stamp = self._runs.stamp()
            found = tuple(self._look(run) for run in self._runs.all())
        except Exception as error:
            self.failed.emit(sentence_of(error, self._log_file))
        if found is not None and found != self._last:
            self._last = found
            self.listed.emit(found)

    @Slot()
    def look_again(self) -> None:
        going = [one for one in self._last or () if one.run.state in (RunState.RUNNING, RunState.PAUSED)]
        same = all(is_held(one.run.folder) == one.held for one in going)
        if not same or self._runs.stamp() != self._stamp:
            self._wishes.put(True)
            self.list()

    @Slot(object, str)
    def rename(self, run: Run, name: str) -> None:
        self._change(lambda: self._runs.rename(run, name))

    @Slot(object, str)
    def annotate(self, run: Run, note: str) -> None:
        self._change(lambda: self._runs.annotate(run, note))

    @Slot(object)
    def delete(self, runs: tuple[Run, ...]) -> None:
        for run in runs:
            if self._runs.keeps(run) and is_held(run.folder):
                self.failed.emit(f'"{run.name}" is being trained. Stop it first, then delete it.')
            else:
                self._change(lambda run=run: self._runs.delete(run))  # type: ignore[misc]

    @Slot(object)
    def read_log(self, run: Run) -> None:
        if str(run.folder) not in self._wanted:  # nobody looks any more
            return
        try:
            self.read.emit(str(run.folder), read_log(run.log))
        except Exception as error:
            self.failed.emit(sentence_of(error, self._log_file))

    @Slot()
    def shut(self) -> None:
        self.thread().quit()

    def _look(self, run: Run) -> Listed:
        return Listed(run, is_held(run.folder), run.resumable, run.weights.is_file(), self._runs.keeps(run))

    def _change(self, change: Callable[[], object]) -> None:
        """Whether it worked or not, the list then shows what is there."""
        try:
            change()
        except Exception as error:
            self.failed.emit(sentence_of(error, self._log_file))
        self._last = None
        self._wishes.put(True)
        self.list()


class RunsThread(QObject):
    """The view's side of the thread. Signals arrive in the thread that made it."""

    listed = Signal(object)
    failed = Signal(str)
    read = Signal(str, object)

    _list = Signal()
    _look_again = Signal()
    _rename = Signal(object, str)
    _annotate = Signal(object, str)
    _delete = Signal(object)
    _read = Signal(object)
    _shut = Signal()

    def __init__(self, runs: Runs, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """log_file: named where something goes wrong that nobody foresaw."""
        super().__init__(parent)
        self._closing = False
        self._rubbish: RubbishCollector | None = None  # while the thread runs
        self._wishes: Mailbox[bool] = Mailbox()
        self._wanted: set[str] = set()  # the folders of runs whose logs somebody waits for
        self._worker = _Worker(runs, self._wishes, self._wanted, log_file)
        self._thread = QThread(self)
        self._thread.setObjectName("runs")
        self._worker.moveToThread(self._thread)
        for name in ("listed", "failed", "read"):
            getattr(self._worker, name).connect(getattr(self, name))
        self._list.connect(self._worker.list)
        self._look_again.connect(self._worker.look_again)
        self._rename.connect(self._worker.rename)
        self._annotate.connect(self._worker.annotate)
        self._delete.connect(self._worker.delete)
        self._read.connect(self._worker.read_log)
        self._shut.connect(self._worker.shut)

    def list(self) -> None:
        """`listed` follows if anything is different from the last time, or `failed`."""
        if not self._closing and self._wishes.put(True):
            self._ask(self._list)

    def look_again(self) -> None:
        """The same, at hardly any cost while nothing has changed."""
        self._ask(self._look_again)

    def rename(self, run: Run, name: str) -> None:
        """`listed` follows in any case, so that what was typed does not stay where it was refused."""
        self._ask(self._rename, run, name)

    def annotate(self, run: Run, note: str) -> None:
        """`listed` follows in any case."""
        self._ask(self._annotate, run, note)

    def delete(self, runs: tuple[Run, ...]) -> None:
        """All but those that are being trained. `listed` follows."""
        self._ask(self._delete, runs)

    def read_log(self, run: Run) -> None:
        """`read` follows with its curves, unless they are forgotten before it comes to that."""
        self._wanted.add(str(run.folder))
        self._ask(self._read, run)

    def forget_logs(self) -> None:
        """Those that were not read yet are not wanted any more."""
        self._wanted.clear()

    def close(self) -> None:
        """Finish what was asked, then end the thread. Nothing is accepted afterwards."""
        self._closing = True
        if self._rubbish is not None:
            self._shut.emit()
            self._thread.wait()
            self._rubbish.release()
            self._rubbish = None

    def _ask(self, signal: SignalInstance, *given: object) -> None:
        if self._closing:
            return
        if self._rubbish is None:
            self._rubbish = RubbishCollector(self)
            self._thread.start(QThread.Priority.LowPriority)
        signal.emit(*given)
