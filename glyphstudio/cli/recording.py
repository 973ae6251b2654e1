"""Records a training on the command line as a run, which the window lists during the training and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glyphstudio.cli.output import bar_of_many, say

if TYPE_CHECKING:
    from glyphstudio.data.tasks import TaskStream
    from glyphstudio.engine.runs.runs import Run
    from glyphstudio.engine.train.finishing import Finished
    from glyphstudio.engine.train.session import Session
    from glyphstudio.engine.train.training import Training
    from glyphstudio.sources import Source


class Screen:
    """The listener of a session on the command line. If a log or a `run.json` cannot be written, it prints one line. If
    a state cannot be written, it ends the training."""

    def __init__(self) -> None:
        self._bar: Callable[[str, int, int], None] | None = None
        self._said = False

    def stage(self, what: str, done: int = 0, total: int = 0) -> None:
        if self._bar is not None:
            self._bar(what, done, total)

    def trouble(self, what: str, sentence: str) -> None:
        from glyphstudio.engine.errors import SavingError

        if sentence and what == "state":
            raise SavingError(sentence)
        if sentence and not self._said:
            say(sentence)
        self._said |= bool(sentence)

    def measured(self, session: Session) -> Finished:
        """Call `session.finish`, with a bar."""
        with bar_of_many() as self._bar:
            return session.finish()


@contextmanager
def recording(
    training: Training,
    stream: TaskStream,
    source: Source,
    folder: Path,
    sources: tuple[str, ...],
    measure_tasks: int,
    resume: bool,
) -> Iterator[tuple[Session, Screen]]:
    """Open a session of the run in `folder`, which is the existing run if it is resumed. Raises SavingError, and
    EngineError if another process trains it."""
    from glyphstudio.engine.train.session import Session

    screen = Screen()
    with Session(folder, screen) as session:
        session.begin(_run_in(training, folder, sources, measure_tasks, resume))
        session.take(training, stream, source.held_out, source.described)
        yield session, screen


def _run_in(training: Training, folder: Path, sources: tuple[str, ...], measure_tasks: int, resume: bool) -> Run:
    from dataclasses import asdict, replace

    from glyphstudio.engine.errors import EngineError, SavingError
    from glyphstudio.engine.runs.runs import Runs, load_run, save_run

    runs, settings = Runs(), asdict(training.config)
    known: dict[str, Any] = {"settings": settings, "measure_tasks": measure_tasks}
    if resume:
        with suppress(EngineError):  # from a version without runs, or damaged: make a new run
            run = save_run(replace(load_run(folder), **known))
            with suppress(SavingError):
                runs.know(run)
            return run
    try:
        return runs.new(training.config.learner, sources, settings, measure_tasks=measure_tasks, folder=folder)
    except SavingError as error:
        run = load_run(folder)  # only the list could not be written, not the run
        say(f"{error} Until then the window does not list this run.")
        return run
