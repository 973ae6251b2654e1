"""The training thread: trains what it is given, one after the other, while the window and the engine go on.

It never sends a signal for a step: steps go into a deque that the window empties ten times a second. Of everything else
(a stage begins, the disk is full, the result is there) it tells by one signal, as plain values. It begins when
something is first asked of it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from glyphstudio.engine.runs.runs import Run, Runs
from glyphstudio.ui.train.messages import Began, CostWish, CutOff, Ending, Finished, Job, Plan, Prepared, Surroundings
from glyphstudio.ui.train.orders import Shared
from glyphstudio.ui.train.worker import Worker
from glyphstudio.ui.work.gc_in_window import RubbishCollector

PERIOD = 100  # ms between two looks at the steps taken


class TrainingThread(QObject):
    """The window's side. All signals arrive in the thread that made it."""

    told = Signal(object)  # the messages of training_plan.py
    took = Signal(object)  # tuple of Taken, since the last time; at most ten times a second
    cut_off = Signal(object)  # tuple of Run: to be offered for resuming
    busy_changed = Signal(bool)

    _asked = Signal()
    _shut = Signal()
    _look = Signal()
    _set_aside = Signal(object)
    _throw_away = Signal(object)

    def __init__(self, runs: Runs | None = None, log_file: Path | None = None, parent: QObject | None = None) -> None:
        """log_file: named where something goes wrong that nobody foresaw."""
        super().__init__(parent)
        self.runs = runs or Runs()
        self._shared = Shared()
        self._expected = 0  # trainings begun or waiting
        self._run: Run | None = None
        self._rubbish: RubbishCollector | None = None  # while the thread runs
        self._spared = False  # whether the collector was told what stays
        self._worker = Worker(self.runs, self._shared, log_file)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._worker.moveToThread(self._thread)
        self._worker.told.connect(self._hear)
        self._asked.connect(self._worker.work)
        self._shut.connect(self._worker.shut)
        self._look.connect(self._worker.find_cut_off)
        self._set_aside.connect(self._worker.set_aside)
        self._throw_away.connect(self._worker.throw_away)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self._drain)

    # What the window knows

    def surround(self, around: Surroundings) -> None:
        """The open library and the weights in use, as they are now: a result is tried out on them."""
        self._shared.around = around

    # What it is asked

    @property
    def busy(self) -> bool:
        """Whether a training is in hand, or waits."""
        return self._expected > 0

    @property
    def run(self) -> Run | None:
        """The training in hand, as it was when it began."""
        return self._run

    @property
    def waiting(self) -> tuple[str, ...]:
        """Names of the trainings that wait for the one in hand."""
        return self._shared.jobs.names

    def start(self, plan: Plan) -> None:
        """Train; after those that were asked for before."""
        self._give(Job(plan=plan))

    def resume(self, run: Run, only_finish: bool = False) -> None:
        """Go on with a run. only_finish: take no more steps, measure what it has learned."""
        self._give(Job(run=run, only_finish=only_finish))

    def pause(self) -> None:
        self._shared.orders.pause(True)

    def go_on(self) -> None:
        self._shared.orders.pause(False)

    def stop_and_keep(self) -> None:
        """After the step in hand, measure what was learned, and write its weights. While it is measured already: leave
        that, and keep the run as it is."""
        self._shared.orders.end(Ending.KEEP)

    def discard(self) -> None:
        """After the step in hand, and with all that it left on the disk."""
        self._shared.orders.end(Ending.DISCARD)

    def forget_waiting(self) -> None:
        """Those that wait are not wanted any more."""
        self._expect(-self._shared.jobs.drop())

    def estimate(self, wish: CostWish) -> None:
        """What would this cost? `told` brings an Estimated, unless a newer wish comes first; after the training in
        hand, if there is one."""
        if not self._shared.orders.leaving:
            self._begin()
            if self._shared.wishes.put(wish):
                self._asked.emit()

    def look_for_cut_off(self) -> None:
        """`cut_off` follows where a training was interrupted."""
        if not self._shared.orders.leaving:
            self._begin()
            self._look.emit()

    def set_aside(self, run: Run) -> None:
        """An interrupted run is not to be offered again; it can still be resumed."""
        self._begin()
        self._set_aside.emit(run)

    def throw_away(self, run: Run) -> None:
        """Delete an interrupted run."""
        self._begin()
        self._throw_away.emit(run)

    def close(self) -> None:
        """End the thread, after the step in hand; what it trains is offered at the next start. Nothing is accepted
        afterwards."""
        self._shared.jobs.drop()
        self._shared.orders.end(Ending.LEAVE)
        self._timer.stop()
        if self._rubbish is not None:
            self._shut.emit()
            self._thread.wait()
            self._rubbish.release()

    # How it goes

    def _give(self, job: Job) -> None:
        if self._shared.orders.leaving:
            return
        self._begin()
        self._expect(1)
        self._shared.jobs.put(job)
        self._timer.start()
        self._asked.emit()

    def _begin(self) -> None:
        if self._rubbish is None:
            self._rubbish = RubbishCollector(self)
            self._thread.start(QThread.Priority.LowPriority)

    def _expect(self, more: int) -> None:
        before = self.busy
        self._expected += more
        if self.busy != before:
            self.busy_changed.emit(self.busy)

    @Slot()
    def _drain(self) -> None:
        taken = []
        while self._shared.taken:
            taken.append(self._shared.taken.popleft())
        if taken:
            self.took.emit(tuple(taken))

    @Slot(object)
    def _hear(self, message: object) -> None:
        if isinstance(message, CutOff):
            self.cut_off.emit(message.runs)
            return
        if isinstance(message, Began):
            self._run = message.run
        elif isinstance(message, Prepared) and self._rubbish is not None and not self._spared:
            # What a training loads stays: looking through it all again would keep the window for 60 ms.
            self._spared = True
            self._rubbish.spare_what_stays()
        elif isinstance(message, Finished):
            self._drain()
            self._run = None
            self._timer.stop()
        self.told.emit(message)
        if isinstance(message, Finished):
            self._expect(-1)
            if self.busy:
                self._timer.start()
