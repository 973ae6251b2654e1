"""The training worker: runs trainings one after the other, and measures in between what a training would cost.

A step sends no signal: it goes into a deque that the window empties ten times a second. One signal carries everything
else as plain values: a stage starts, the disk is full, the result is ready.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.runs.lock import is_held
from glyphstudio.engine.runs.runs import STATE_FILE, Run, Runs, RunState, update_run
from glyphstudio.plural import counted
from glyphstudio.resources import FACTS
from glyphstudio.ui.train.course import Course, cores, stand_back
from glyphstudio.ui.train.messages import (
    Began,
    Cost,
    CostRequest,
    CutOff,
    Ending,
    Estimated,
    Finished,
    Job,
    Plan,
    Prepared,
    Surroundings,
)
from glyphstudio.ui.train.orders import Shared
from glyphstudio.ui.work.worker import Worker

if TYPE_CHECKING:
    from glyphstudio.engine.train.config import TrainConfig

log = logging.getLogger(__name__)
_COSTS_KEPT = 64
PERIOD = 100  # ms between two deliveries of the steps taken


class _NotNow(Exception):  # noqa: N818  no error
    """Something more urgent than this estimate is waiting."""


class TrainingWorker(Worker):
    told = Signal(object)  # a message of messages.py
    took = Signal(object)  # tuple of Taken since the last signal; at most ten times a second
    cut_off = Signal(object)  # tuple of Run: offer to resume them
    busy_changed = Signal(bool)

    _arrived = Signal(object)  # a message from the thread

    def __init__(self, runs: Runs | None = None, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("training", log_file, parent)
        self.runs = runs or Runs()
        self._shared = Shared()
        self._expected = 0  # trainings that run or wait
        self._run: Run | None = None
        self._spared = False  # whether `spare_what_stays` was called
        self._arrived.connect(self._hear)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self._drain)
        # In the thread:
        self._costs: dict[object, Cost] = {}
        self._stands_back = False

    def surround(self, around: Surroundings) -> None:
        """Take the current library and the weights in use, on which a result is tried."""
        self._shared.around = around

    # Requests

    @property
    def busy(self) -> bool:
        """Whether a training runs or waits."""
        return self._expected > 0

    @property
    def run(self) -> Run | None:
        """The current training, as it was when it started."""
        return self._run

    @property
    def waiting(self) -> tuple[str, ...]:
        """The names of the trainings that wait for the current one."""
        return self._shared.jobs.names

    def start(self, plan: Plan) -> None:
        """Train, after the trainings requested before."""
        self._give(Job(plan=plan))

    def resume(self, run: Run, only_finish: bool = False) -> None:
        """Resume a run, after the trainings requested before. only_finish: take no more steps, only measure."""
        self._give(Job(run=run, only_finish=only_finish))

    def pause(self) -> None:
        self._shared.orders.pause(True)

    def go_on(self) -> None:
        self._shared.orders.pause(False)

    def stop_and_keep(self) -> None:
        """Stop after this step, measure what was learned, and write the weights. If it is already being measured: stop
        measuring and keep the run unmeasured."""
        self._shared.orders.end(Ending.KEEP)

    def discard(self) -> None:
        """Stop after this step and delete the run's files."""
        self._shared.orders.end(Ending.DISCARD)

    def forget_waiting(self) -> None:
        """Drop the waiting trainings."""
        self._expect(-self._shared.jobs.drop())

    def estimate(self, wish: CostRequest) -> None:
        """Measure what this training would cost, after the current training if there is one. `told` carries an
        Estimated, unless a newer request comes first."""
        if not self.closing and self._shared.wishes.put(wish):
            self.do(self._work)

    def look_for_cut_off(self) -> None:
        """Look for interrupted trainings. `cut_off` follows if there are any."""
        self.do(self._find_cut_off)

    def set_aside(self, run: Run) -> None:
        """Do not offer this interrupted run again. It can still be resumed."""
        self.do(self._change, run, RunState.STOPPED)

    def throw_away(self, run: Run) -> None:
        """Delete an interrupted run."""
        self.do(self._throw_away, run)

    def close(self) -> None:
        """End the thread after this step. The program's next start offers the interrupted training."""
        self._shared.jobs.drop()
        self._shared.orders.end(Ending.LEAVE)
        self._timer.stop()
        super().close()

    # Progress

    def _give(self, job: Job) -> None:
        if not self.closing:
            self._expect(1)
            self._shared.jobs.put(job)
            self._timer.start()
            self.do(self._work)

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
        elif isinstance(message, Prepared) and not self._spared:
            # What a training loads stays: another collection through all of it would block the window for 60 ms.
            self._spared = True
            self.spare_what_stays()
        elif isinstance(message, Finished):
            self._drain()
            self._run = None
            self._timer.stop()
        self.told.emit(message)
        if isinstance(message, Finished):
            self._expect(-1)
            if self.busy:
                self._timer.start()

    # In the thread

    def _work(self) -> None:
        if not self._stands_back:
            self._stands_back = True
            stand_back()
        while not self._shared.orders.leaving:
            if (job := self._shared.jobs.take()) is not None:
                self._train(job)
            elif (wish := self._shared.wishes.take()) is not None:
                self._estimate(wish)
            else:
                return

    def _find_cut_off(self) -> None:
        found = [
            run
            for run in self.runs.all()
            if run.state in (RunState.RUNNING, RunState.PAUSED) and run.resumable and not is_held(run.folder)
        ]
        if found:
            self._tell(CutOff(tuple(found)))

    def _throw_away(self, run: Run) -> None:
        try:
            if not is_held(run.folder):
                self.runs.delete(run)
        except EngineError:
            log.exception("The run %s could not be deleted", run.folder)

    def _tell(self, message: object) -> None:
        self.tell(self._arrived, message)

    # A training

    def _train(self, job: Job) -> None:
        self._shared.orders.forget()
        course = Course(self.runs, self._shared, self._tell, self._cost)
        try:
            finished = course.go(job)
        except Exception as error:
            finished = self._failed(error, course.run, job)
        run = finished.run
        if run is not None and finished.ending is Ending.DISCARD:
            try:
                self.runs.delete(run)
            except Exception as error:
                finished = Finished(run, Ending.DISCARD, problem=self.sentence_of(error))
        self._tell(finished)

    def _failed(self, error: Exception, run: Run | None, job: Job) -> Finished:
        if run is not None and is_held(run.folder):  # another process trains it
            return Finished(None, problem=str(error))
        sentence, remedy, label = self.sentence_of(error), None, ""
        if _is_memory(error) and run is not None:
            sentence, remedy, label = _smaller(run)
        if run is None:
            return Finished(None, problem=sentence)
        if not (run.folder / STATE_FILE).is_file() and job.run is None:
            self._throw_away(run)  # nothing was learned yet
            return Finished(None, problem=sentence, remedy=remedy, remedy_label=label)
        run = self._change(run, RunState.FAILED, sentence)
        return Finished(run, None, run.weights.is_file(), None, sentence, remedy, label)

    def _change(self, run: Run, state: RunState, problem: str = "") -> Run:
        try:
            return update_run(run, state=state, problem=problem)
        except SavingError:
            return replace(run, state=state, problem=problem)

    # An estimate

    def _estimate(self, wish: CostRequest) -> None:
        from glyphstudio.engine.train.recipes import config_of, load_recipe, shipped_recipe

        try:
            recipe = asdict(load_recipe(shipped_recipe(wish.learner)))
            settings = dict(wish.settings)
            tables = {key: {**recipe[key], **dict(settings.pop(key, ()))} for key in ("inner", "encoder")}
            config = config_of({**recipe, **settings, **tables, "learner": wish.learner})
            self._tell(Estimated(wish, self._cost(config, wish.characters)))
        except _NotNow:
            if not self._shared.orders.leaving and not self._shared.wishes.waiting:
                self._shared.wishes.put(wish)  # measure it after the training that interrupted it
        except Exception as error:
            sentence = _smaller_sentence() if _is_memory(error) else self.sentence_of(error)
            self._tell(Estimated(wish, None, sentence))

    def _cost(self, config: TrainConfig, characters: int) -> Cost:
        """Return the cost, measured once for all settings that cost the same."""
        import torch

        from glyphstudio.engine.train.cost import cost_of

        if not FACTS[config.learner].trains_on_all_classes:
            characters = 0
        task = (config.ways, config.shots, config.queries)
        key = (config.learner, config.inner, config.encoder, task, config.meta_batch, config.device, characters)
        if key not in self._costs:
            torch.set_num_threads(cores())
            found = cost_of(config, characters, self._go_on)
            while len(self._costs) >= _COSTS_KEPT:
                self._costs.pop(next(iter(self._costs)))
            self._costs[key] = Cost(found.step, found.task, found.megabytes, found.device)
        return self._costs[key]

    def _go_on(self) -> None:
        if self._shared.orders.leaving or self._shared.jobs.names or self._shared.wishes.waiting:
            raise _NotNow


def _is_memory(error: Exception) -> bool:
    """Return whether the graphics card or the system ran out of memory."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def _smaller_sentence() -> str:
    return "This machine does not have enough memory for such a step. Ask for fewer ways, queries or tasks in a step."


def _smaller(run: Run) -> tuple[str, Plan | None, str]:
    """Return a sentence for a run that ran out of memory, a plan that needs less, and its button's label."""
    settings: dict[str, Any] = dict(run.settings)
    tasks = int(settings.get("meta_batch", 1))
    kept = run.step > 0 and (run.folder / STATE_FILE).is_file()
    what = f"There was not enough memory for {counted(tasks, 'task')} in a step."
    where = f" What was learned up to step {run.step:,} is kept." if kept else ""
    if tasks < 2:
        return f"{what}{where} Ask for fewer ways or queries.", None, ""
    half = tasks // 2
    plan = Plan(
        run.learner,
        run.sources,
        {**settings, "meta_batch": half},
        run.measure_tasks,
        run.name,
        onwards_from=run.folder if kept else None,
    )
    go_on = "Continue" if kept else "Start again"
    return f"{what}{where} Half as many take about half the memory.", plan, f"{go_on} with {half} in a step"
