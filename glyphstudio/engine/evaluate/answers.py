"""A learner's answers to every query of many tasks, with their probabilities: for figures, confusions, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.tasks import TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress, as_used, each_task, scores_of
from glyphstudio.learners.learner import Learner


@dataclass(frozen=True)
class Answers:
    """The answers to T tasks of N ways with Q queries each. Queries are in the order of their ways, so query i of a
    task is of way i // Q.

    classes: (T, N), the stream's class of each way. given: (T, N * Q), the way with the highest score. confidence:
    (T, N * Q), its probability 0..1 among the ways; NaN if the scores are not numbers.
    """

    classes: NDArray[np.int64]
    given: NDArray[np.int32]
    confidence: NDArray[np.float32]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(T, N * Q), whether the answer is the query's own way."""
        ways, queries = self.classes.shape[1], self.given.shape[1]
        right: NDArray[np.bool_] = self.given == np.arange(queries) // (queries // ways)
        return right

    @property
    def figure(self) -> Figure:
        """The figure that `measure` gives for the same tasks, equal to the bit."""
        return Figure.of(self.right.mean(1))


def ask(
    learner: Learner,
    stream: TaskStream,
    tasks: int,
    *,
    temperature: float,
    on_progress: OnProgress | None = None,
    steps: int | None = None,
) -> Answers:
    """Return the answers to the first `tasks` tasks of `stream`. Each query is judged separately.

    temperature: divides scores before the softmax, see `Calibration`. steps: of the inner loop, if there is one; None
    for the number that the learner was trained with.
    """
    shape = stream.shape
    classes = np.empty((tasks, shape.ways), np.int64)
    given = np.empty((tasks, shape.ways * shape.queries), np.int32)
    confidence = np.empty(given.shape, np.float32)
    with as_used(learner):
        for number, task in enumerate(each_task(learner, stream, tasks, on_progress)):
            scores = scores_of(learner, task, steps)
            best = scores.argmax(1)
            sure = (scores.double() / temperature).softmax(1).gather(1, best[:, None])[:, 0]
            if task.classes is not None:  # a stream always sets them
                classes[number] = task.classes.numpy()
            given[number], confidence[number] = best.cpu().numpy(), sure.cpu().numpy()
    return Answers(classes, given, confidence)
