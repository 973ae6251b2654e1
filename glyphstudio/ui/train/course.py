"""The course of one training, from its source to its result: what the training thread does for a job.

Between any two steps, tasks of a measurement or drawings that are loaded it obeys the window's orders, and its
`run.json` says how it stands. Knows no widget; the learner and the trainer are imported when it begins.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glyphstudio.engine.errors import SavingError
from glyphstudio.engine.runs.lock import RunLock
from glyphstudio.engine.runs.log import RunLog, read_log, step_line
from glyphstudio.engine.runs.runs import STATE_FILE, Run, Runs, RunState, load_run, update_run
from glyphstudio.engine.runs.symptoms import symptoms
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.train.estimate import steps_within
from glyphstudio.ui.train.messages import (
    Began,
    Cost,
    Doing,
    Ending,
    Finished,
    Job,
    Paused,
    Plan,
    Prepared,
    Taken,
    Trouble,
)
from glyphstudio.ui.train.orders import Ended, Shared
from glyphstudio.ui.train.trial import try_out

if TYPE_CHECKING:
    from glyphstudio.engine.train.config import TrainConfig
    from glyphstudio.engine.train.finishing import Finished as Measured
    from glyphstudio.engine.train.training import Progress, Training
    from glyphstudio.learners.learner import Learner
    from glyphstudio.sources import Source

_SAYING = 0.1  # seconds between two messages on how far something is
_NICE = 10
_RUN_SAVED = 10.0  # seconds between two times that `run.json` is told the step
_NOTHING_LEARNED = "It was stopped before its first step, so there was nothing to keep."
Tell = Callable[[object], None]
CostOf = Callable[["TrainConfig", int], Cost]


class Course:
    """One job. `shared.taken` is filled with every step; `tell` hears the other messages of training_plan.py."""

    def __init__(self, runs: Runs, shared: Shared, tell: Tell, cost_of: CostOf) -> None:
        self._runs, self._shared, self._orders = runs, shared, shared.orders
        self._tell, self._cost_of = tell, cost_of
        self._said, self._last = 0.0, False
        self._spent, self._since = 0.0, time.perf_counter()
        self._log: RunLog | None = None
        self._troubles: dict[str, str] = {}  # by what cannot be saved
        self.run: Run | None = None  # as far as it is known

    def go(self, job: Job) -> Finished:
        """Raises whatever goes wrong; `self.run` is then the run that failed."""
        import torch

        torch.set_num_threads(cores())
        resumed = job.run is not None
        run, config = self._resumed(job.run) if job.run is not None else self._new(job.plan or Plan("", ()))
        self.run = run
        with RunLock(run.folder):
            self._note(state=RunState.RUNNING, problem="")
            self._tell(Began(self.run))
            try:
                return self._through(config, job, resumed)
            except Ended as ended:
                return self._ended(ended.ending)

    def _new(self, plan: Plan) -> tuple[Run, TrainConfig]:
        from glyphstudio.engine.train.recipes import config_of, load_recipe, shipped_recipe

        recipe = asdict(load_recipe(shipped_recipe(plan.learner)))
        given = {"learner": plan.learner, **plan.settings}
        inner = {**recipe["inner"], **given.get("inner", {})}
        config = config_of({**recipe, **given, "inner": inner})
        name = plan.name or f"{LEARNERS[plan.learner]}, {datetime.now():%d %b %H:%M}"
        run = self._runs.new(plan.learner, plan.sources, asdict(config), name=name, measure_tasks=plan.measure_tasks)
        return run, config

    def _resumed(self, run: Run) -> tuple[Run, TrainConfig]:
        from glyphstudio.engine.train.recipes import config_of

        return run, config_of(run.settings)

    def _through(self, config: TrainConfig, job: Job, resumed: bool) -> Finished:
        from glyphstudio.engine.device import describe_device
        from glyphstudio.engine.train.finishing import try_measuring

        source = self._load()
        if job.plan is not None and job.plan.seconds and not resumed:
            config = self._fitted_to(config, source, job.plan.seconds)
        training = self._training(config, source, job, resumed)
        self._note(
            described=source.described,
            device=describe_device(training.device),
            step=training.step,
            steps=config.steps,
            settings=asdict(config),
        )
        self._stage("Trying out how it will be measured")
        try_measuring(training, source.held_out)
        self._tell(Prepared(self._known))
        ending = None if job.only_finish else self._steps(training, source)
        if ending in (Ending.DISCARD, Ending.LEAVE):
            return self._ended(ending)
        if training.step == 0:
            return self._ended(Ending.KEEP)
        return self._measured(training, source, ending or (Ending.KEEP if job.only_finish else None))

    # Before the first step

    def _load(self) -> Source:
        from glyphstudio.sources import load_source

        self._stage("Loading the drawings")
        return load_source(self._known.sources, self._stage, self._shared.around.opened)

    def _fitted_to(self, config: TrainConfig, source: Source, seconds: float) -> TrainConfig:
        """With as many steps as take so many seconds, and their validation at the end."""
        self._stage("Finding out how fast this machine is")
        cost = self._cost_of(config, len(source.train.characters))
        steps = steps_within(seconds, cost, self._known.measure_tasks, config.validation_tasks)
        return replace(config, steps=steps, validate_every=steps, save_every=min(config.save_every, steps))

    def _training(self, config: TrainConfig, source: Source, job: Job, resumed: bool) -> Training:
        from glyphstudio.engine.train.config import training_stream
        from glyphstudio.engine.train.recipes import config_of
        from glyphstudio.engine.train.training import Training

        self._stage("Preparing the learner")
        folder = self._known.folder
        classes = training_stream(config, source.train).classes
        if resumed and (folder / STATE_FILE).is_file():
            return Training.load(folder, config, classes)
        if job.plan is not None and job.plan.onwards_from is not None:
            before = job.plan.onwards_from
            training = Training.load(before, config_of(load_run(before).settings), classes)
            training.config = config
            return training
        return Training(config, classes, _start(config.start))

    # Steps

    def _steps(self, training: Training, source: Source) -> Ending | None:
        """The steps that are left; how they ended, None where none was left out."""
        from glyphstudio.engine.train.training import meta_train

        self._tell(Doing(""))
        folder = self._known.folder
        self._spent, self._since = self._known.seconds, time.perf_counter()
        noted = self._since

        def saved(sentence: str | None) -> None:
            self._trouble("state", sentence or "")
            if sentence is None:
                if self._log is not None:
                    self._to_log(self._log, None)  # a crash must not leave a log that is behind the state
                self._note(step=training.step, seconds=self._seconds())

        def measured(done: int, total: int) -> None:
            self._stage("Measuring on held-out glyphs", done, total)

        left = meta_train(training, source.train, source.held_out, folder, on_save=saved, on_measure=measured)
        ending = None
        with RunLog(self._known.log) as log, closing(left):
            self._log = log  # for a pause
            before = time.perf_counter()
            try:
                for progress in left:
                    now = time.perf_counter()
                    self._take(progress, now - before, log)
                    if progress.validation is not None:
                        self._tell(Doing(""))
                    if now - noted > _RUN_SAVED:
                        noted = now
                        self._note(seconds=self._seconds())
                    self._orders.obey(self._paused)
                    before = time.perf_counter()
            except Ended as ended:
                ending = ended.ending
        self._log = None
        self._note(step=training.step, seconds=self._seconds())
        return ending

    def _take(self, progress: Progress, wall: float, log: RunLog) -> None:
        result, validation = progress.result, None
        if progress.validation is not None:
            loss = float("nan") if progress.validation_loss is None else progress.validation_loss
            validation = (progress.validation.accuracy, progress.validation.ci95, loss)
        numbers = (result.loss, result.accuracy_before, result.accuracy_after, progress.seconds)
        self._shared.taken.append(Taken(progress.step, *numbers, wall, validation))
        line = step_line(
            progress.step,
            loss=numbers[0],
            before=numbers[1],
            after=numbers[2],
            seconds=numbers[3],
            validation=validation,
            diagnosis=None if progress.diagnosis is None else progress.diagnosis.as_dict(),
        )
        self._to_log(log, line)

    def _to_log(self, log: RunLog, line: Mapping[str, Any] | None) -> None:
        """None: write out what waits. The log keeps what could not be written, and tries again with every line."""
        try:
            if line is not None:
                log.write(line)
            if line is None or "log" in self._troubles:
                log.flush()
        except SavingError as error:
            self._trouble("log", str(error))
        else:
            self._trouble("log", "")

    # The end

    def _measured(self, training: Training, source: Source, ending: Ending | None) -> Finished:
        from glyphstudio.engine.train.finishing import finish

        self._orders.obeyed(Ending.KEEP)
        self._last = True
        run = self._known
        about = {"data": run.described, "seconds": round(run.seconds)}
        state = RunState.DONE if ending is None else RunState.STOPPED
        if state is RunState.STOPPED:  # now: a crash while it is measured must not offer steps that nobody wants
            self._note(state=state)
        try:
            found = finish(training, source.train, source.held_out, run.weights, run.measure_tasks, about, self._stage)
        except Ended as ended:
            return self._ended(ended.ending)
        curves = replace(read_log(run.log), diagnosis=found.diagnosis.as_dict())
        loop = training.learner.gradient_based
        said = symptoms(curves, run.settings, gradient_based=loop, classes=training.classes)
        self._note(state=state, figures=_figures(found), sentences=said)
        try:
            result = try_out(self._known, source.held_out, self._shared.around, self._stage)
        except Ended as ended:
            if ended.ending is not Ending.KEEP:
                return self._ended(ended.ending, weights=True)
            result = None
        return Finished(self._known, ending, weights=True, result=result)

    def _ended(self, ending: Ending, weights: bool = False) -> Finished:
        """Before anything was measured, or, with weights, before they were tried out."""
        run = self._known
        if ending is Ending.DISCARD or not (run.folder / STATE_FILE).is_file():
            # Its folder goes once its lock is free.
            return Finished(run, Ending.DISCARD, problem=_NOTHING_LEARNED if ending is Ending.KEEP else "")
        if not weights:
            self._note(state=RunState.STOPPED if ending is Ending.KEEP else RunState.PAUSED)
        return Finished(self._known, ending, weights or run.weights.is_file())

    # What is said and written on the way

    @property
    def _known(self) -> Run:
        assert self.run is not None  # noqa: S101  for mypy: `go` begins with it
        return self.run

    def _seconds(self) -> float:
        return self._spent + time.perf_counter() - self._since

    def _paused(self, paused: bool) -> None:
        now = time.perf_counter()
        if paused:
            self._spent += now - self._since
        self._since = now
        if self._log is not None:
            self._to_log(self._log, None)
        self._note(state=RunState.PAUSED if paused else RunState.RUNNING)
        self._tell(Paused(paused))

    def _stage(self, what: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is, not too often; obey."""
        now = time.monotonic()
        if not done or now - self._said > _SAYING:
            self._said = now
            self._tell(Doing(what, done, total, self._last))
        self._orders.obey(self._paused)

    def _note(self, **changes: Any) -> None:
        """In `run.json`; a full disk is no reason to stop."""
        self.run = replace(self._known, **changes)
        try:
            self.run = update_run(self.run)
        except SavingError as error:
            self._trouble("run", str(error))
        else:
            self._trouble("run", "")

    def _trouble(self, what: str, sentence: str) -> None:
        before = next(iter(self._troubles.values()), "")
        if sentence:
            self._troubles[what] = sentence
        else:
            self._troubles.pop(what, None)
        now = next(iter(self._troubles.values()), "")
        if now != before:
            self._tell(Trouble(now))


def cores() -> int:
    """Threads to compute with: as many as a process of its own would take, whatever the window's other threads took."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stand_back() -> None:
    """Let the window's thread go first, where threads of a process can be told apart by that: of Linux's, a nice one
    leaves the processor to others at once, and so do the threads that it makes."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _start(name: str) -> Learner | None:
    """The learner whose weights a training begins with."""
    from glyphstudio.engine.weights.file import load_weights

    if not name:
        return None
    return load_weights(weights_of(name) if name in LEARNERS else Path(name)).learner


def _figures(found: Measured) -> dict[str, dict[str, float]]:
    return {
        name: {"accuracy": figure.accuracy, "ci95": figure.ci95, "tasks": float(figure.tasks)}
        for name, figure in found.figures.items()
    }
