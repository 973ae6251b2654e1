"""What is done in the evaluating thread: sources read, settings checked against them, tasks answered, results saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.engine.evaluate.confusions import Confusion, confusions
from glyphstudio.engine.evaluate.reliability import reliability
from glyphstudio.ui.evaluate.export import save
from glyphstudio.ui.evaluate.messages import Checked, Evaluated, Evaluation, Pair, shown_name
from glyphstudio.ui.work.error_report import sentence_of
from glyphstudio.ui.work.mailbox import Mailbox

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.data.tasks import TaskStream
    from glyphstudio.engine.weights.file import Weights

PICTURED = 12  # pairs that come with drawings
DRAWN = 3  # drawings of each of the two
_BEAT = 0.1  # seconds between two signals of progress
_SHOTS = (
    " In a library, what is judged and what it is judged by are shots of the same glyph, so a glyph needs two at "
    "least: draw it once more and enrol it under the same name."
)
TASKS = "tasks"  # what progress is of, besides what a source says that it is doing


class _Stopped(Exception):  # noqa: N818  no error
    """Nobody waits for this any more."""


class Wanted:
    """The number of the evaluation that is waited for; 0 for none. One thread writes it, another reads it."""

    def __init__(self) -> None:
        self.number = 0


class Worker(QObject):
    checked = Signal(object)  # Checked
    progress = Signal(str, int, int, float)  # of what, done, in all, seconds left or -1 where it is not known yet
    evaluated = Signal(object)  # Evaluated
    failed = Signal(object, str)  # Evaluation, sentence
    cancelled = Signal(object)  # Evaluation
    exported = Signal(object)  # Path
    not_exported = Signal(str)

    def __init__(self, checks: Mailbox[Evaluation], wanted: Wanted, stop: Event, log_file: Path | None) -> None:
        super().__init__()
        self._checks, self._wanted, self._stop, self._log_file = checks, wanted, stop, log_file
        self._weights: tuple[object, Weights] | None = None
        self._drawings: tuple[object, Drawings] | None = None
        self._said = 0.0  # when progress was told last

    @Slot()
    def check(self) -> None:
        """Whether the newest settings can be served; what the source holds is read, and kept for the evaluation."""
        while not self._stop.is_set() and (evaluation := self._checks.take()) is not None:
            more = ""
            try:
                loaded = self._load(evaluation.weights)
                steps = loaded.learner.inner.steps if loaded.learner.gradient_based else None
                more = _SHOTS if evaluation.of_library else ""
                self._read(evaluation, self._newer_check)
                self._stream(evaluation)
            except _Stopped:
                continue
            except Exception as error:
                self.checked.emit(Checked(evaluation, sentence_of(error, self._log_file) + more))
            else:
                self.checked.emit(Checked(evaluation, "", steps))

    @Slot(int, object)
    def evaluate(self, number: int, evaluation: Evaluation) -> None:
        def go_on() -> None:
            if self._stop.is_set() or self._wanted.number != number:
                raise _Stopped

        try:
            go_on()
            self.evaluated.emit(self._evaluate(evaluation, go_on))
        except _Stopped:
            self.cancelled.emit(evaluation)
        except Exception as error:
            self.failed.emit(evaluation, sentence_of(error, self._log_file))

    @Slot(object, object, object)
    def export(self, folder: Path, result: Evaluated, diagram: bytes) -> None:
        try:
            self.exported.emit(save(folder, result, diagram))
        except Exception as error:
            self.not_exported.emit(sentence_of(error, self._log_file))

    @Slot()
    def shut(self) -> None:
        self.thread().quit()

    # Parts

    def _evaluate(self, evaluation: Evaluation, go_on: Callable[[], None]) -> Evaluated:
        import torch

        from glyphstudio.engine.evaluate.answers import ask

        torch.set_num_threads(1)  # one task is too little to share out, and the window wants to go on
        loaded = self._load(evaluation.weights)
        learner = loaded.learner
        drawings = self._read(evaluation, go_on)
        stream = self._stream(evaluation)
        start = time.perf_counter()

        def tell(done: int, total: int) -> None:
            go_on()
            gone = time.perf_counter() - start
            self._tell(TASKS, done, total, gone / done * (total - done) if gone > 1 else -1.0)

        steps = evaluation.steps if learner.gradient_based else None
        temperature = loaded.calibration.temperature
        answers = ask(learner, stream, evaluation.tasks, temperature=temperature, on_progress=tell, steps=steps)
        figure = answers.figure
        pairs = confusions(answers.classes, answers.given)
        return Evaluated(
            evaluation,
            learner.name,
            learner.title,
            loaded.sha256,
            (learner.inner.steps if steps is None else steps) if learner.gradient_based else None,
            figure.accuracy,
            None if evaluation.tasks == 1 else figure.ci95,
            tuple(_pair(drawings, pair, place < PICTURED) for place, pair in enumerate(pairs)),
            reliability(answers.confidence, answers.right),
            time.perf_counter() - start,
        )

    def _stream(self, evaluation: Evaluation) -> TaskStream:
        """As `glyphstudio evaluate` makes it. Raises DataError where the source cannot serve it."""
        from glyphstudio.data.tasks import TaskShape, TaskStream

        stream = TaskStream(
            self._read(evaluation, lambda: None),
            TaskShape(evaluation.ways, evaluation.shots, evaluation.queries),
            seed=evaluation.seed,
            within=1.0 if evaluation.within else 0.0,
            one_drawer=evaluation.within,
        )
        stream.batch(0)  # too few drawers are found out here
        return stream

    def _read(self, evaluation: Evaluation, go_on: Callable[[], None]) -> Drawings:
        """What the source holds; it is read anew where it has changed. Raises DataError and LibraryError."""
        from glyphstudio.data.splits import Split
        from glyphstudio.sources import load_part

        glyphs = evaluation.opened.get(evaluation.source)
        key = (evaluation.source, evaluation.part, _age(Path(evaluation.source)) if glyphs is None else glyphs)
        if self._drawings is None or self._drawings[0] != key:

            def tell(what: str, done: int, total: int) -> None:
                go_on()
                self._tell(what, done, total, -1.0)

            self._drawings = None  # two of them would take twice the memory
            part = Split(evaluation.part)
            self._drawings = (key, load_part([evaluation.source], part, tell, evaluation.opened))
        return self._drawings[1]

    def _load(self, path: Path) -> Weights:
        """Raises EngineError."""
        from glyphstudio.engine.weights.file import load_weights

        key = (path, _age(path))
        if self._weights is None or self._weights[0] != key:
            self._weights = (key, load_weights(path))
        return self._weights[1]

    def _newer_check(self) -> None:
        if self._stop.is_set() or self._checks.waiting:
            raise _Stopped

    def _tell(self, what: str, done: int, total: int, left: float) -> None:
        now = time.perf_counter()
        if done == total or now - self._said >= _BEAT:
            self._said = now
            self.progress.emit(what, done, total, left)


def _age(path: Path) -> int:
    """When the file or folder changed last; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):  # ValueError: a null byte, which no path has
        return 0


def _pair(drawings: Drawings, pair: Confusion, pictured: bool) -> Pair:
    first, second = (shown_name(drawings.characters[one]) for one in (pair.first, pair.second))
    if not pictured:
        return Pair(pair, first, second)
    some = [np.flatnonzero(drawings.character == one)[:DRAWN] for one in (pair.first, pair.second)]
    pictures = [tuple(drawings.bitmaps[index].numpy().copy() for index in which.tolist()) for which in some]
    return Pair(pair, first, second, *pictures)
