"""A training on the command line as a run: in the window's list while it goes, and afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from glyphstudio.cli.output import say

if TYPE_CHECKING:
    from glyphstudio.engine.runs.runs import Run
    from glyphstudio.engine.train.finishing import Finished
    from glyphstudio.engine.train.training import Progress, Training

_EVERY = 5.0  # seconds between two writes of how far it is


class Recording:
    """The run and its log, kept true. A full disk costs it a line on the screen, and never the training."""

    def __init__(self, training: Training, run: Run) -> None:
        from glyphstudio.engine.device import describe_device
        from glyphstudio.engine.runs.log import RunLog
        from glyphstudio.engine.runs.runs import RunState

        self._training, self._before = training, run.seconds
        self._began = self._written = time.monotonic()
        self._log = RunLog(run.log)
        self._run = run
        self._said = False
        self._say(state=RunState.RUNNING, problem="", device=describe_device(training.device))

    @property
    def seconds(self) -> float:
        """Of computing, in all sessions together."""
        return self._before + time.monotonic() - self._began

    def step(self, progress: Progress) -> None:
        """A step was taken."""
        from glyphstudio.engine.runs.log import step_line

        result, figure, found = progress.result, progress.validation, progress.diagnosis
        line = step_line(
            progress.step,
            loss=result.loss,
            before=result.accuracy_before,
            after=result.accuracy_after,
            seconds=progress.seconds,
            validation=(figure.accuracy, figure.ci95, progress.validation_loss or 0.0) if figure else None,
            diagnosis=found.as_dict() if found else None,
        )
        self._try(lambda: self._log.write(line))
        if time.monotonic() - self._written > _EVERY:
            self._say()

    def finished(self, found: Finished) -> tuple[str, ...]:
        """It is done, and its weights are there. Returns what its measures say in words."""
        from glyphstudio.engine.runs.runs import RunState

        figures = {
            name: {"accuracy": figure.accuracy, "ci95": figure.ci95, "tasks": float(figure.tasks)}
            for name, figure in found.figures.items()
        }
        sentences = self._sentences(found.diagnosis.as_dict())
        self._say(state=RunState.DONE, figures=figures, sentences=sentences)
        return sentences

    def close(self, error: BaseException | None) -> None:
        """The command ends; error: what ended it."""
        from glyphstudio.engine.runs.runs import RunState

        if error is None:
            self._log.close()
        elif isinstance(error, KeyboardInterrupt | typer.Exit):
            self._say(state=RunState.STOPPED, sentences=self._sentences())
        else:
            sentence = str(error) if type(error).__module__.startswith("glyphstudio.") else ""
            problem = sentence or f"It ended with an error that nobody foresaw ({type(error).__name__})."
            self._say(state=RunState.FAILED, problem=problem, sentences=self._sentences())

    def _sentences(self, diagnosis: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """diagnosis: a newer one than the log's."""
        from dataclasses import replace

        from glyphstudio.engine.runs.log import read_log
        from glyphstudio.engine.runs.symptoms import symptoms

        self._log.close()
        curves, training = read_log(self._run.log), self._training
        if diagnosis is not None:
            curves = replace(curves, diagnosis=diagnosis)
        return symptoms(curves, self._run.settings, gradient_based=training.learner.gradient_based)

    def _say(self, **changes: object) -> None:
        from glyphstudio.engine.runs.runs import update_run

        self._written = time.monotonic()

        def write() -> None:
            self._run = update_run(self._run, step=self._training.step, seconds=self.seconds, **changes)

        self._try(write)

    def _try(self, write: Callable[[], object]) -> None:
        from glyphstudio.engine.errors import SavingError

        try:
            write()
        except SavingError as error:
            if not self._said:
                say(str(error))
            self._said = True


@contextmanager
def recording(
    training: Training, folder: Path, sources: tuple[str, ...], described: str, measure_tasks: int, resume: bool
) -> Iterator[Recording]:
    """The run in `folder`: the one that is there when it is resumed. Says how it ended, however it does. Raises
    SavingError, and EngineError where somebody else trains it."""
    from glyphstudio.engine.runs.lock import RunLock

    with RunLock(folder):
        record = Recording(training, _run_in(training, folder, sources, described, measure_tasks, resume))
        try:
            yield record
        except BaseException as error:
            record.close(error)
            raise
        record.close(None)


def _run_in(
    training: Training, folder: Path, sources: tuple[str, ...], described: str, measure_tasks: int, resume: bool
) -> Run:
    from dataclasses import asdict, replace

    from glyphstudio.engine.errors import EngineError, SavingError
    from glyphstudio.engine.runs.runs import Runs, load_run, save_run

    runs, config = Runs(), training.config
    known: dict[str, Any] = {"described": described, "settings": asdict(config), "measure_tasks": measure_tasks}
    if resume:
        with suppress(EngineError):  # of a version that kept no runs, or damaged: it gets a new one
            run = save_run(replace(load_run(folder), **known))
            with suppress(SavingError):
                runs.know(run)
            return run
    try:
        run = runs.new(config.learner, sources, asdict(config), measure_tasks=measure_tasks, folder=folder)
    except SavingError as error:
        run = load_run(folder)  # so it is the list that could not be written, and not the run
        say(f"{error} Until then the window does not list this run.")
    return save_run(replace(run, **known))
