"""What is done in the training thread: trainings one after the other, and, in between, what one would cost."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.runs.lock import is_held
from glyphstudio.engine.runs.runs import STATE_FILE, Run, Runs, RunState, update_run
from glyphstudio.resources import FACTS
from glyphstudio.ui.parts import wording
from glyphstudio.ui.train.course import Course, cores, stand_back
from glyphstudio.ui.train.messages import (
    Cost,
    CostWish,
    CutOff,
    Ending,
    Estimated,
    Finished,
    Job,
    Plan,
)
from glyphstudio.ui.train.orders import Shared

if TYPE_CHECKING:
    from glyphstudio.engine.train.config import TrainConfig

log = logging.getLogger(__name__)
_COSTS_KEPT = 64


class _NotNow(Exception):  # noqa: N818  no error
    """Somebody wants something more urgent than an estimate."""


class Worker(QObject):
    told = Signal(object)  # the messages of training_plan.py

    def __init__(self, runs: Runs, shared: Shared, log_file: Path | None) -> None:
        super().__init__()
        self._runs, self._shared, self._log_file = runs, shared, log_file
        self._jobs, self._wishes, self._orders = shared.jobs, shared.wishes, shared.orders
        self._costs: dict[object, Cost] = {}
        self._begun = False

    @Slot()
    def work(self) -> None:
        if not self._begun:
            self._begun = True
            stand_back()
        while not self._orders.leaving:
            if (job := self._jobs.take()) is not None:
                self._train(job)
            elif (wish := self._wishes.take()) is not None:
                self._estimate(wish)
            else:
                return

    @Slot()
    def shut(self) -> None:
        self.thread().quit()

    @Slot()
    def find_cut_off(self) -> None:
        found = [
            run
            for run in self._runs.all()
            if run.state in (RunState.RUNNING, RunState.PAUSED) and run.resumable and not is_held(run.folder)
        ]
        if found:
            self.told.emit(CutOff(tuple(found)))

    @Slot(object)
    def set_aside(self, run: Run) -> None:
        """Not to be offered again; it can still be resumed."""
        self._change(run, RunState.STOPPED)

    @Slot(object)
    def throw_away(self, run: Run) -> None:
        try:
            if not is_held(run.folder):
                self._runs.delete(run)
        except EngineError:
            log.exception("The run %s could not be deleted", run.folder)

    # A training

    def _train(self, job: Job) -> None:
        self._orders.forget()
        course = Course(self._runs, self._shared, self.told.emit, self._cost)
        try:
            finished = course.go(job)
        except Exception as error:
            finished = self._failed(error, course.run, job)
        run = finished.run
        if run is not None and finished.ending is Ending.DISCARD:
            try:
                self._runs.delete(run)
            except EngineError as error:
                finished = Finished(run, Ending.DISCARD, problem=str(error))
        self.told.emit(finished)

    def _failed(self, error: Exception, run: Run | None, job: Job) -> Finished:
        if run is not None and is_held(run.folder):  # somebody else's
            return Finished(None, problem=str(error))
        sentence, remedy, label = self._sentence(error), None, ""
        if _is_memory(error) and run is not None:
            sentence, remedy, label = _smaller(run)
        if run is None:
            return Finished(None, problem=sentence)
        if not (run.folder / STATE_FILE).is_file() and job.run is None:
            self.throw_away(run)  # nothing was learned yet
            return Finished(None, problem=sentence, remedy=remedy, remedy_label=label)
        run = self._change(run, RunState.FAILED, sentence)
        return Finished(run, None, run.weights.is_file(), None, sentence, remedy, label)

    def _change(self, run: Run, state: RunState, problem: str = "") -> Run:
        try:
            return update_run(run, state=state, problem=problem)
        except SavingError:
            return replace(run, state=state, problem=problem)

    # An estimate

    def _estimate(self, wish: CostWish) -> None:
        from glyphstudio.engine.train.recipes import config_of, load_recipe, shipped_recipe

        try:
            recipe = asdict(load_recipe(shipped_recipe(wish.learner)))
            settings = dict(wish.settings)
            tables = {key: {**recipe[key], **dict(settings.pop(key, ()))} for key in ("inner", "encoder")}
            config = config_of({**recipe, **settings, **tables, "learner": wish.learner})
            self.told.emit(Estimated(wish, self._cost(config, wish.characters)))
        except _NotNow:
            if not self._orders.leaving and not self._wishes.waiting:
                self._wishes.put(wish)  # after the training that came between
        except Exception as error:
            sentence = _smaller_sentence() if _is_memory(error) else self._sentence(error)
            self.told.emit(Estimated(wish, None, sentence))

    def _cost(self, config: TrainConfig, characters: int) -> Cost:
        """Measured once for settings that cost the same."""
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
        if self._orders.leaving or self._jobs.names or self._wishes.waiting:
            raise _NotNow

    def _sentence(self, error: Exception) -> str:
        """Of errors that carry one; the others are bugs."""
        if type(error).__module__.startswith("glyphstudio.") and str(error):
            return str(error)
        log.error("Unexpected error in the training thread", exc_info=error)
        return wording.unexpected(self._log_file)


def _is_memory(error: Exception) -> bool:
    """The graphics card's, or the system's own."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def _smaller_sentence() -> str:
    return "This machine has not enough memory for such a step. Ask for fewer ways, queries or tasks in a step."


def _smaller(run: Run) -> tuple[str, Plan | None, str]:
    """What to say of a run that wanted more memory than there is, and a plan that wants less."""
    settings: dict[str, Any] = dict(run.settings)
    tasks = int(settings.get("meta_batch", 1))
    kept = run.step > 0 and (run.folder / STATE_FILE).is_file()
    what = f"There was not enough memory for {tasks} task{'' if tasks == 1 else 's'} in a step."
    where = f" What was learned until step {run.step:,} is kept." if kept else ""
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
    go_on = "Go on" if kept else "Start again"
    return f"{what}{where} Half as many take about half the memory.", plan, f"{go_on} with {half} in a step"
