"""The Evaluate dock's worker: reads sources, checks settings against them, answers tasks and saves results.

It loads its own weights, so the window keeps answering meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from glyphstudio.engine.calibration import spread_of
from glyphstudio.engine.evaluate.confusions import Confusion, confusions
from glyphstudio.engine.evaluate.reliability import reliability
from glyphstudio.ui.evaluate.export import save
from glyphstudio.ui.evaluate.messages import Checked, Evaluated, Evaluation, Pair, shown_name
from glyphstudio.ui.work.mailbox import Mailbox
from glyphstudio.ui.work.worker import Worker

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.data.tasks import TaskStream
    from glyphstudio.engine.weights.file import Weights

PICTURED = 12  # pairs that come with drawings
DRAWN = 3  # drawings of each of the two
_BEAT = 0.1  # seconds between two progress signals
_SHOTS = (
    " In a library, the shots and queries of a task are all shots of the same glyph, so a glyph needs at least two: "
    "draw it again and enrol it under the same name."
)
GAIN_TASKS = 100  # of an evaluation; each takes two more inner loops
COMPARING = "Comparing with the same encoder, not adapted"
TASKS = "tasks"  # the stage of a `progress` signal while tasks are answered; a source names its own stages


class _Stopped(Exception):  # noqa: N818  no error
    """The result is no longer wanted."""


class EvaluateWorker(Worker):
    """The worker. Only the newest check is answered. An evaluation runs until it finishes, is cancelled, or another one
    starts."""

    checked = Signal(object)  # Checked
    progress = Signal(str, int, int, float)  # stage, done, total, seconds left or -1 while that is not known
    evaluated = Signal(object)  # Evaluated
    failed = Signal(object, str)  # Evaluation, sentence
    cancelled = Signal(object)  # Evaluation
    exported = Signal(object)  # Path of the folder

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("evaluating", log_file, parent)
        self._checks: Mailbox[Evaluation] = Mailbox()
        self._number = 0  # of the evaluation requested last
        self._wanted = 0  # the number of the evaluation under way; 0 for none
        self._weights: tuple[object, Weights] | None = None
        self._drawings: tuple[object, Drawings] | None = None
        self._said = 0.0  # when progress was reported last

    def check(self, evaluation: Evaluation) -> None:
        """Check whether the evaluation is possible. `checked` follows, unless newer settings come first."""
        if not self.closing and self._checks.put(evaluation):
            self.do(self._check)

    def evaluate(self, evaluation: Evaluation) -> None:
        """Evaluate; this cancels an evaluation under way. `evaluated`, `failed` or `cancelled` follows."""
        if not self.closing:
            self._number += 1
            self._wanted = self._number
            self.do(self._evaluate, self._number, evaluation)

    def cancel(self) -> None:
        """End the evaluation under way, within one task. `cancelled` follows if there was one."""
        self._wanted = 0

    def export(self, folder: Path, result: Evaluated, diagram: bytes) -> None:
        """Save a result in a new folder inside `folder`. `exported` or `refused` follows. diagram: a PNG."""
        self.do(self._export, folder, result, diagram)

    # In the thread

    def _check(self) -> None:
        """Check the newest settings. This reads the source and keeps its drawings for the evaluation."""
        while not self.closing and (evaluation := self._checks.take()) is not None:
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
                self.tell(self.checked, Checked(evaluation, self.sentence_of(error) + more))
            else:
                self.tell(self.checked, Checked(evaluation, "", steps))

    def _evaluate(self, number: int, evaluation: Evaluation) -> None:
        def go_on() -> None:
            if self.closing or self._wanted != number:
                raise _Stopped

        try:
            go_on()
            self.tell(self.evaluated, self._result(evaluation, go_on))
        except _Stopped:
            self.tell(self.cancelled, evaluation)
        except Exception as error:
            self.tell(self.failed, evaluation, self.sentence_of(error))

    def _export(self, folder: Path, result: Evaluated, diagram: bytes) -> None:
        self.tell(self.exported, save(folder, result, diagram))

    def _result(self, evaluation: Evaluation, go_on: Callable[[], None]) -> Evaluated:
        import torch

        from glyphstudio.engine.evaluate.answers import ask
        from glyphstudio.engine.evaluate.evaluation import each_task
        from glyphstudio.engine.evaluate.gain import gain
        from glyphstudio.learners.learner import GradientLearner

        torch.set_num_threads(1)  # one task is too small to share, and the window needs the processor
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
        if learner.nearest_prototype:
            temperature *= float(spread_of(np.array([evaluation.shots]))[0])
        answers = ask(learner, stream, evaluation.tasks, temperature=temperature, on_progress=tell, steps=steps)
        found = None
        if isinstance(learner, GradientLearner):
            count = min(evaluation.tasks, GAIN_TASKS)

            def compared(done: int, total: int) -> None:
                go_on()
                self._tell(COMPARING, done, total, -1.0)

            found = gain(learner, each_task(learner, stream, count, compared), steps)
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
            found,
        )

    def _stream(self, evaluation: Evaluation) -> TaskStream:
        """Return the tasks as `glyphstudio evaluate` makes them. Raises DataError if the source cannot serve them."""
        from glyphstudio.data.tasks import TaskShape, TaskStream

        stream = TaskStream(
            self._read(evaluation, lambda: None),
            TaskShape(evaluation.ways, evaluation.shots, evaluation.queries),
            seed=evaluation.seed,
            within=1.0 if evaluation.within else 0.0,
            one_drawer=evaluation.within,
        )
        stream.batch(0)  # raises if there are too few drawers
        return stream

    def _read(self, evaluation: Evaluation, go_on: Callable[[], None]) -> Drawings:
        """Return the source's drawings, and read them again if they have changed. Raises DataError and LibraryError."""
        from glyphstudio.data.splits import Split
        from glyphstudio.sources import load_part

        glyphs = evaluation.opened.get(evaluation.source)
        key = (evaluation.source, evaluation.part, _age(Path(evaluation.source)) if glyphs is None else glyphs)
        if self._drawings is None or self._drawings[0] != key:

            def tell(what: str, done: int, total: int) -> None:
                go_on()
                self._tell(what, done, total, -1.0)

            self._drawings = None  # two sets of drawings would take twice the memory
            part = Split(evaluation.part)
            self._drawings = (key, load_part([evaluation.source], part, tell, evaluation.opened))
        return self._drawings[1]

    def _load(self, path: Path) -> Weights:
        """Return the weights, loaded again if the file has changed. Raises EngineError."""
        from glyphstudio.engine.weights.file import load_weights

        key = (path, _age(path))
        if self._weights is None or self._weights[0] != key:
            self._weights = (key, load_weights(path))
        return self._weights[1]

    def _newer_check(self) -> None:
        if self.closing or self._checks.waiting:
            raise _Stopped

    def _tell(self, what: str, done: int, total: int, left: float) -> None:
        now = time.perf_counter()
        if done == total or now - self._said >= _BEAT:
            self._said = now
            self.tell(self.progress, what, done, total, left)


def _age(path: Path) -> int:
    """Return when the file or folder last changed, or 0 if it does not exist."""
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
