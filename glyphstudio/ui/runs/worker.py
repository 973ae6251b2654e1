"""The runs' worker: lists, changes and deletes runs, and reads their logs, outside the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from PySide6.QtCore import QObject, Signal

from glyphstudio.engine.runs.lock import is_held
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState
from glyphstudio.ui.runs.words import Listed
from glyphstudio.ui.work.mailbox import Mailbox
from glyphstudio.ui.work.worker import Worker

P = ParamSpec("P")


class RunsWorker(Worker):
    listed = Signal(object)  # tuple of Listed, newest first
    read = Signal(str, object)  # Listed.key, Curves

    def __init__(self, runs: Runs, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("runs", log_file, parent)
        self._runs = runs
        self._wishes: Mailbox[bool] = Mailbox()
        self._wanted: set[str] = set()  # folders of the runs whose logs are requested
        self._last: tuple[Listed, ...] | None = None
        self._stamp: object = None

    def list(self) -> None:
        """List the runs. `listed` follows if anything has changed since the last time, or `refused`."""
        if not self.closing and self._wishes.put(True):
            self.do(self._list)

    def look_again(self) -> None:
        """Do the same as `list`, at hardly any cost if nothing has changed."""
        self.do(self._look_again)

    def rename(self, run: Run, name: str) -> None:
        """Rename a run. `listed` follows in any case, so that a refused name does not stay on the screen."""
        self.do(self._change, self._runs.rename, run, name)

    def annotate(self, run: Run, note: str) -> None:
        """Change a run's note. `listed` follows in any case."""
        self.do(self._change, self._runs.annotate, run, note)

    def delete(self, runs: tuple[Run, ...]) -> None:
        """Delete these runs, except those being trained. `listed` follows."""
        self.do(self._delete, runs)

    def read_log(self, run: Run) -> None:
        """Read a run's log. `read` follows with its curves, unless `forget_logs` comes first."""
        self._wanted.add(str(run.folder))
        self.do(self._read_log, run)

    def forget_logs(self) -> None:
        """Drop the requests for logs that are not read yet."""
        self._wanted.clear()

    # In the thread

    def _list(self) -> None:
        if self._wishes.take() is None:  # an earlier call answered it
            return
        self._stamp = self._runs.stamp()
        found = tuple(self._look(run) for run in self._runs.all())
        if found != self._last:
            self._last = found
            self.tell(self.listed, found)

    def _look_again(self) -> None:
        going = [one for one in self._last or () if one.run.state in (RunState.RUNNING, RunState.PAUSED)]
        same = all(is_held(one.run.folder) == one.held for one in going)
        if not same or self._runs.stamp() != self._stamp:
            self._wishes.put(True)
            self._list()

    def _delete(self, runs: tuple[Run, ...]) -> None:
        for run in runs:
            if self._runs.keeps(run) and is_held(run.folder):
                self.tell(self.refused, f'"{run.name}" is being trained. Stop it first, then delete it.')
            else:
                self._change(self._runs.delete, run)

    def _read_log(self, run: Run) -> None:
        if str(run.folder) in self._wanted:
            self.tell(self.read, str(run.folder), read_log(run.log))

    def _look(self, run: Run) -> Listed:
        return Listed(run, is_held(run.folder), run.resumable, run.weights.is_file(), self._runs.keeps(run))

    def _change(self, change: Callable[P, object], *given: P.args, **named: P.kwargs) -> None:
        """Make a change. Whether it works or not, the list then shows the runs as they are."""
        try:
            change(*given, **named)
        except Exception as error:
            self.caught(error)
        self._last = None
        self._wishes.put(True)
        self._list()
