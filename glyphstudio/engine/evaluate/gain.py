"""Does adapting do anything? The inner loop against the same encoder without it, on the same tasks.

A learner with an inner loop can answer well without adapting: its encoder alone may do it (Raghu et al. 2020, "Rapid
Learning or Feature Reuse?"). Two controls on the same encoder show what the loop adds: nearest prototype before the
first step, and the loop with the head alone. Each difference is paired by task, so its interval is narrower than those
of the two accuracies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.evaluation import Figure, Task, as_used, scores_by
from glyphstudio.learners.learner import GradientLearner

_FEW = 0.01  # share of answers: below it, the loop hardly changes any
_POINTS = 100


@dataclass(frozen=True)
class Difference:
    """mean: of the tasks' differences in accuracy, -1..1. ci95: half the width of its 95 % interval."""

    mean: float
    ci95: float

    @staticmethod
    def of(differences: NDArray[np.float64]) -> Difference:
        """(T,) -> the difference. The interval of a single task is NaN."""
        figure = Figure.of(differences)
        return Difference(figure.accuracy, figure.ci95)

    @property
    def words(self) -> str:
        """Return it in points, such as "+0.4 ± 0.2 points"."""
        return f"{_POINTS * self.mean:+.1f} ± {_POINTS * self.ci95:.1f} points".replace("-", "−")

    def as_dict(self) -> dict[str, float | None]:
        """Return a table for a result file."""
        return {"mean": rounded(self.mean), "ci95": rounded(self.ci95)}


def rounded(number: float) -> float | None:
    """Return a number for a result file, or None if it is not finite: JSON has no NaN and no infinity."""
    return round(number, 6) if math.isfinite(number) else None


@dataclass(frozen=True)
class Gain:
    """figure: the accuracy after adapting. over_nearest_prototype: minus that of nearest prototype before the first
    inner step. over_head_only: minus that of the inner loop with the head alone. changed: how many of `answers` are
    other ways than nearest prototype's."""

    figure: Figure
    over_nearest_prototype: Difference
    over_head_only: Difference
    changed: int
    answers: int

    @property
    def adapts(self) -> bool:
        """Whether the inner loop changes more than a few answers."""
        return self.changed > _FEW * self.answers

    def as_dict(self) -> dict[str, Any]:
        """Return a table for a result file."""
        return {
            "tasks_compared": self.figure.tasks,
            "over_nearest_prototype": self.over_nearest_prototype.as_dict(),
            "over_head_only": self.over_head_only.as_dict(),
            "answers_changed": self.changed,
        }

    def sentence(self, title: str) -> str:
        """Say what adapting does for the learner with this title."""
        changes = f"Adapting changes {self.changed:,} of {self.answers:,} answers"
        if not self.adapts:
            nearly = "nearly " if self.changed else ""
            return f"{changes}: {title} answers {nearly}as nearest prototype does on its own encoder."
        return (
            f"{changes} of {title}: "
            f"{self.over_nearest_prototype.words} over nearest prototype on its own encoder, and "
            f"{self.over_head_only.words} over adapting the head alone."
        )


def gain(learner: GradientLearner, asked: Iterable[Task], steps: int | None = None) -> Gain:
    """Measure a learner on tasks, from `each_task` or `each_run`. Leave it in its previous mode.

    steps: of the inner loop; None for the number that it was trained with.
    """
    adapted: list[float] = []
    nearest: list[float] = []
    head: list[float] = []
    changed = answers = 0
    with as_used(learner):
        for task in asked:
            after, before, alone = (
                scores_by(classifier, task.queries).argmax(1)
                for classifier in (
                    learner.learn(task.shots, task.labels, steps),
                    learner.nearest_before(task.shots, task.labels),
                    learner.learn_head(task.shots, task.labels, steps),
                )
            )
            for shares, given in ((adapted, after), (nearest, before), (head, alone)):
                shares.append(float((given == task.answers).double().mean()))
            changed += int((after != before).sum())
            answers += len(after)
    right = np.array(adapted)
    return Gain(
        Figure.of(right),
        Difference.of(right - np.array(nearest)),
        Difference.of(right - np.array(head)),
        changed,
        answers,
    )
