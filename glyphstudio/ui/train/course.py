"""Runs one training, from its source to its result, in the training thread.

It drives a `Session` of the trainer, passes on what the session reports, and obeys the window's orders. It looks for
orders between two steps, two tasks of a measurement, or two drawings that it loads. It uses no widget, and imports
the learner and the trainer only when it starts.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from glyphstudio.engine.runs.runs import STATE_FILE, Run, Runs, RunState, load_run
from glyphstudio.resources import LEARNERS
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
    from glyphstudio.data.tasks import TaskStream
    from glyphstudio.engine.train.config import TrainConfig
    from glyphstudio.engine.train.session import Session
    from glyphstudio.engine.train.training import Training
    from glyphstudio.sources import Source

_SAYING = 0.1  # seconds between two progress messages
_NICE = 10
_NOTHING_LEARNED = "It was stopped before its first step, so there was nothing to keep."
Tell = Callable[[object], None]
CostOf = Callable[["TrainConfig", int], Cost]


class Course:
    """One job: a session of the trainer that reports to the window.

    Each step goes into `shared.taken`. `tell` gets the other messages of messages.py.
    """

    def __init__(self, runs: Runs, shared: Shared, tell: Tell, cost_of: CostOf) -> None:
        self._runs, self._shared, self._orders = runs, shared, shared.orders
        self._tell, self._cost_of = tell, cost_of
        self._said, self._last = 0.0, False
        self._troubles: dict[str, str] = {}  # what cannot be saved -> sentence
        self._made: Run | None = None
        self._session: Session | None = None  # once it has started

    @property
    def run(self) -> Run | None:
        """The run in its latest known state."""
        return self._made if self._session is None else self._session.run

    def go(self, job: Job) -> Finished:
        """Do the job. Every error is raised; `self.run` is then the run that failed."""
        import torch

        from glyphstudio.engine.train.session import Session

        torch.set_num_threads(cores())
        run, config = self._resumed(job.run) if job.run is not None else self._new(job.plan or Plan("", ()))
        self._made = run
        with Session(run.folder, self) as session:
            session.begin(run)
            self._session = session
            self._tell(Began(session.run))
            try:
                return self._through(session, config, job)
            except Ended as ended:
                return self._ended(session, ended.ending)

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

    def _through(self, session: Session, config: TrainConfig, job: Job) -> Finished:
        from glyphstudio.engine.train.config import fitted, training_stream
        from glyphstudio.engine.train.finishing import try_measuring
        from glyphstudio.sources import load_source

        self.stage("Loading the drawings")
        source = load_source(session.run.sources, self.stage, self._shared.around.opened)
        config, less = fitted(config, source.train)
        described = ". ".join(line.removesuffix(".") for line in (source.described, *source.notes, less) if line)
        if job.plan is not None and job.plan.seconds and job.run is None:
            config = self._fitted_to(config, source, job.plan.seconds, session.run.measure_tasks)
        self.stage("Preparing the learner")
        stream = training_stream(config, source.train, source.extra)
        training = _training(config, stream, session.run, job)
        session.take(training, stream, source.held_out, described)
        self.stage("Testing how it will be measured")
        try_measuring(training, source.held_out)
        self._tell(Prepared(session.run))
        ending = None if job.only_finish else self._steps(session)
        if ending in (Ending.DISCARD, Ending.LEAVE):
            return self._ended(session, ending)
        if training.step == 0:
            return self._ended(session, Ending.KEEP)
        return self._measured(session, source, ending or (Ending.KEEP if job.only_finish else None))

    def _fitted_to(self, config: TrainConfig, source: Source, seconds: float, measure_tasks: int) -> TrainConfig:
        """Return the config with as many steps as fit into `seconds`, and one validation at the end."""
        self.stage("Measuring this machine's speed")
        cost = self._cost_of(config, len(source.train.characters))
        steps = steps_within(seconds, cost, measure_tasks, config.validation_tasks)
        return replace(config, steps=steps, validate_every=steps, save_every=min(config.save_every, steps))

    def _steps(self, session: Session) -> Ending | None:
        """Take the remaining steps. Return how they ended, or None if all of them were taken."""
        from glyphstudio.engine.train.session import validation_of

        self._tell(Doing(""))
        with closing(session.steps()) as left:
            before = time.perf_counter()
            try:
                for progress in left:
                    result, validation = progress.result, validation_of(progress)
                    numbers = (result.loss, result.accuracy_before, result.accuracy_after, progress.seconds)
                    wall = time.perf_counter() - before
                    self._shared.taken.append(Taken(progress.step, *numbers, wall, validation))
                    if validation is not None:
                        self._tell(Doing(""))
                    self._orders.obey(self._paused)
                    before = time.perf_counter()
            except Ended as ended:
                return ended.ending
        return None

    # The end of the training

    def _measured(self, session: Session, source: Source, ending: Ending | None) -> Finished:
        self._orders.obeyed(Ending.KEEP)
        self._last = True
        try:
            session.finish(stopped=ending is not None)
        except Ended as ended:
            return self._ended(session, ended.ending)
        try:
            result = try_out(session.run, source.held_out, self._shared.around, self.stage)
        except Ended as ended:
            if ended.ending is not Ending.KEEP:
                return self._ended(session, ended.ending, weights=True)
            result = None
        return Finished(session.run, ending, weights=True, result=result)

    def _ended(self, session: Session, ending: Ending, weights: bool = False) -> Finished:
        """Return the end of a run that was not measured or, with `weights`, was measured but not tried out."""
        run = session.run
        if ending is Ending.DISCARD or not (run.folder / STATE_FILE).is_file():
            # The worker deletes its folder once the lock is free.
            return Finished(run, Ending.DISCARD, problem=_NOTHING_LEARNED if ending is Ending.KEEP else "")
        if not weights:
            session.set_aside(RunState.STOPPED if ending is Ending.KEEP else RunState.PAUSED)
        return Finished(session.run, ending, weights or run.weights.is_file())

    # Reports of the session and of other long work

    def stage(self, what: str, done: int = 0, total: int = 0) -> None:
        """Report progress, at most every 0.1 s within a stage, and obey the window's orders."""
        now = time.monotonic()
        if not done or now - self._said > _SAYING:
            self._said = now
            self._tell(Doing(what, done, total, self._last))
        self._orders.obey(self._paused)

    def trouble(self, what: str, sentence: str) -> None:
        """Report what cannot be saved; an empty sentence means that it was saved after all.

        The training continues, even if the disk is full. The window shows the oldest trouble that is left.
        """
        before = next(iter(self._troubles.values()), "")
        self._troubles[what] = sentence
        if not sentence:
            del self._troubles[what]
        now = next(iter(self._troubles.values()), "")
        if now != before:
            self._tell(Trouble(now))

    def _paused(self, paused: bool) -> None:
        assert self._session is not None  # noqa: S101  for mypy: orders are obeyed only in a session
        self._session.pause(paused)
        self._tell(Paused(paused))


def _training(config: TrainConfig, stream: TaskStream, run: Run, job: Job) -> Training:
    """Return the training at the job's start: the run's own state, another run's state, or a new one."""
    from glyphstudio.engine.train.recipes import config_of
    from glyphstudio.engine.train.session import resume_training, start_training

    if job.run is not None and (run.folder / STATE_FILE).is_file():
        return resume_training(config, stream, run.folder)
    if job.plan is not None and job.plan.onwards_from is not None:
        before = job.plan.onwards_from
        return resume_training(config, stream, before, config_of(load_run(before).settings))
    return start_training(config, stream)


def cores() -> int:
    """Return the number of threads to compute with: as many as a separate process would use.

    The numbers that the window's other threads use do not matter."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stand_back() -> None:
    """Give the window's thread precedence over this one, on systems where a single thread can have a nice value.

    On Linux, a nice thread gives the processor to others at once, and so do the threads that it starts."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
