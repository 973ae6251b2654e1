"""One training of a run, from its lock to its weights. The window and the command line drive a `Session` and show it.

The order is the same for both: make the run, enter the session, `begin`, `take` a training, iterate `steps`, `finish`.
Meanwhile the session has the run's lock, writes its log, and keeps `run.json` up to date.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskStream
from glyphstudio.engine.device import describe_device
from glyphstudio.engine.errors import SavingError
from glyphstudio.engine.runs.lock import RunLock
from glyphstudio.engine.runs.log import RunLog, read_log, step_line
from glyphstudio.engine.runs.runs import LOG_FILE, Run, RunState, update_run
from glyphstudio.engine.runs.symptoms import symptoms
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.crew import ALONE, Crew
from glyphstudio.engine.train.finishing import Finished, finish
from glyphstudio.engine.train.training import Progress, Training, meta_train
from glyphstudio.engine.weights.file import load_weights, shipped_weights
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import Learner

_EVERY = 5.0  # seconds between two updates of the run's computing time in `run.json`


class Listener(Protocol):
    """The code that shows a session."""

    def stage(self, what: str, done: int = 0, total: int = 0) -> None:
        """The session measures task `done` of `total`. May raise to end that."""

    def trouble(self, what: str, sentence: str) -> None:
        """The run's "state", "log" or "run" could not be saved, as `sentence` says, and the session tries again. With
        an empty sentence, saving succeeded again. May raise to end the training."""


def start_training(config: TrainConfig, stream: TaskStream) -> Training:
    """Prepare a training before its first step. Raises EngineError if the weights to start from cannot be used."""
    return Training(config, stream.classes, _start(config.start))


def resume_training(
    config: TrainConfig, stream: TaskStream, folder: Path, before: TrainConfig | None = None
) -> Training:
    """Resume the training whose state is in `folder`. before: its settings so far, if it continues with others. Raises
    EngineError."""
    training = Training.load(folder, before or config, stream.classes)
    training.config = config
    return training


def _start(name: str) -> Learner | None:
    """Return the learner of this name or file, whose weights a training starts from."""
    if not name:
        return None
    return load_weights(shipped_weights(name) if name in LEARNERS else Path(name)).learner


def validation_of(progress: Progress) -> tuple[float, float, float] | None:
    """Return accuracy, ci95 and loss on held-out classes, if this step measured them. A missing loss is NaN."""
    figure, loss = progress.validation, progress.validation_loss
    return None if figure is None else (figure.accuracy, figure.ci95, math.nan if loss is None else loss)


class Session:
    """A context. It locks the run in `folder`, and unlocks it at the end. It notes an error that leaves the context in
    `run.json`, unless the run has already ended."""

    def __init__(self, folder: Path, listener: Listener) -> None:
        self._lock, self._listener = RunLock(folder), listener
        self._run: Run | None = None
        self._training: Training | None = None
        self._log = RunLog(folder / LOG_FILE)
        self._clock = _Clock(0.0)
        self._stepping = self._over = False
        self._noted = time.monotonic()
        self._troubles: dict[str, str] = {}  # sentences, by what cannot be saved

    def __enter__(self) -> Session:
        """Raises EngineError if another process trains this run, SavingError if its folder cannot be written."""
        self._lock.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._run is not None and not self._over:
                if isinstance(error, Exception):
                    self._end(RunState.FAILED, problem=problem_of(error))
                elif error is not None:  # Ctrl-C
                    self._end(RunState.STOPPED)
            self._log.close()
        finally:
            self._lock.release()

    @property
    def run(self) -> Run:
        """The run in its current state."""
        assert self._run is not None  # noqa: S101  for mypy: `begin` sets it
        return self._run

    @property
    def training(self) -> Training:
        assert self._training is not None  # noqa: S101  `take` sets it
        return self._training

    def begin(self, run: Run) -> None:
        """Mark this folder's run as running."""
        self._run, self._clock = run, _Clock(run.seconds)
        self._note(state=RunState.RUNNING, problem="")

    def take(self, training: Training, stream: TaskStream, held_out: Drawings, described: str) -> None:
        """Train `training` on the tasks of `stream`, and measure it on `held_out`. described: both, in one line."""
        self._training, self._stream, self._held_out = training, stream, held_out
        self._saved_step = training.step
        self._note(
            described=described,
            device=describe_device(training.device),
            step=training.step,
            steps=training.config.steps,
            settings=asdict(training.config),
        )

    def steps(self, crew: Crew = ALONE) -> Generator[Progress]:
        """Take the remaining steps. Each is in the log before it is yielded. Closing the generator saves the state.
        Raises as `meta_train` does, and what the listener raises."""
        training = self.training
        left = meta_train(
            training,
            self._stream,
            self._held_out,
            self.run.folder,
            crew,
            on_save=self._saved,
            on_measure=lambda done, total: self._listener.stage("Measuring on held-out glyphs", done, total),
        )
        self._stepping = True
        self._clock.start()
        try:
            with closing(left):
                for progress in left:
                    self._write(progress)
                    if time.monotonic() - self._noted > _EVERY:
                        self._note(step=progress.step, seconds=self._clock.seconds)
                    yield progress
        finally:
            self._stepping = False
            self._clock.stop()
            self._log.close()
            self._note(step=self._saved_step, seconds=self._clock.seconds)  # from here on it can be resumed there

    def pause(self, paused: bool) -> None:
        """Pause the steps, or continue. The whole log of a paused run is on the disk."""
        if paused:
            self._clock.stop()
        elif self._stepping:
            self._clock.start()
        self._flush()
        self._note(state=RunState.PAUSED if paused else RunState.RUNNING)

    def set_aside(self, state: RunState) -> None:
        """End the run before it is measured. state: STOPPED, or PAUSED if it continues at the next start."""
        self._end(state)

    def finish(self, stopped: bool = False) -> Finished:
        """Measure the training and write its weights. stopped: before its last step. Raises as `finishing.finish` does,
        and what the listener raises."""
        run, state = self.run, RunState.STOPPED if stopped else RunState.DONE
        if stopped:  # now, so that after a crash while it is measured, no further steps are offered
            self._note(state=state)
        about = {"data": run.described, "seconds": round(run.seconds)}
        data = (self._stream, self._held_out)
        found = finish(self.training, *data, run.weights, run.measure_tasks, about, self._listener.stage)
        figures = {
            name: {"accuracy": figure.accuracy, "ci95": figure.ci95, "tasks": float(figure.tasks)}
            for name, figure in found.figures.items()
        }
        self._end(state, figures=figures, diagnosis=found.diagnosis.as_dict())
        return found

    def _end(self, state: RunState, diagnosis: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """diagnosis: a newer one than that in the log."""
        self._over = True
        if state is not RunState.PAUSED and self._training is not None:
            changes["sentences"] = self._sentences(diagnosis)
        self._note(state=state, **changes)

    def _sentences(self, diagnosis: Mapping[str, Any] | None) -> tuple[str, ...]:
        """Return the sentences about the run's measures."""
        self._log.close()
        curves, training = read_log(self.run.log), self.training
        if diagnosis is not None:
            curves = replace(curves, diagnosis=diagnosis)
        loop = training.learner.gradient_based
        return symptoms(curves, self.run.settings, gradient_based=loop, classes=training.classes)

    # Writing

    def _write(self, progress: Progress) -> None:
        result, found = progress.result, progress.diagnosis
        line = step_line(
            progress.step,
            loss=result.loss,
            before=result.accuracy_before,
            after=result.accuracy_after,
            seconds=progress.seconds,
            validation=validation_of(progress),
            diagnosis=None if found is None else found.as_dict(),
        )
        self._try("log", lambda: self._log.write(line))
        if "log" in self._troubles:
            self._flush()

    def _flush(self) -> None:
        """Write the log. It keeps lines that could not be written, and writes them with the next line."""
        self._try("log", self._log.flush)

    def _saved(self, sentence: str | None) -> None:
        """The trainer has saved its state, or could not save it."""
        self._say("state", sentence or "")
        if sentence is None:
            self._flush()  # so that after a crash the log is not behind the state
            self._saved_step = self.training.step
            self._note(step=self._saved_step, seconds=self._clock.seconds)

    def _note(self, **changes: Any) -> None:
        """Write the changes into `run.json`. If that fails, the run continues."""
        self._noted = time.monotonic()
        run = self._run = replace(self.run, **changes)

        def write() -> None:
            self._run = update_run(run)

        self._try("run", write)

    def _try(self, what: str, write: Callable[[], object]) -> None:
        try:
            write()
        except SavingError as error:
            self._say(what, str(error))
        else:
            self._say(what, "")

    def _say(self, what: str, sentence: str) -> None:
        if sentence != self._troubles.get(what, ""):
            self._troubles = {**self._troubles, what: sentence}
            if not sentence:
                del self._troubles[what]
            self._listener.trouble(what, sentence)


def problem_of(error: Exception) -> str:
    """Return why a run failed, as a sentence. GlyphStudio's errors have their own."""
    sentence = str(error) if type(error).__module__.startswith("glyphstudio.") else ""
    return sentence or f"It ended with an unexpected error ({type(error).__name__})."


class _Clock:
    """Counts the seconds of computing."""

    def __init__(self, seconds: float) -> None:
        self._before = seconds
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._since is None else time.perf_counter() - self._since)

    def start(self) -> None:
        self.stop()
        self._since = time.perf_counter()

    def stop(self) -> None:
        self._before, self._since = self.seconds, None
