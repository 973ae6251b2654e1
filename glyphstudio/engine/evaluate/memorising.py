"""Signs of memorising: does a learner learn from its support set, or has it memorised the answers?

Yin, Tucker, Zhou, Levine, Finn (2020), "Meta-Learning without Memorization": if a class has the same label in every
task, a learner can solve all training tasks without any support set. It is then useless on new classes. Two questions,
asked on a few tasks, show this:

- How does it answer before adaptation? Only asked if it begins with class vectors: meta-learned ones, or, like
  Proto-MAML's, made from the support set. All others can only guess then, by construction.
- How does it answer after adapting to a support set with exchanged labels, in which no way keeps its own label? A
  learner that uses its support set is then nearly always wrong by the true labels, more often than by chance. A learner
  that ignores its support set is as good as before.

A third question is about the opposite: does a learner that adapts by gradient need to? See `gain`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress, as_used, each_task, share_right
from glyphstudio.engine.evaluate.gain import Gain, gain
from glyphstudio.learners.learner import GradientLearner, Learner

_ANSWERS = 480  # judged, about: enough for intervals of a few points, at a fraction of a validation's cost
_MARGIN = 0.05  # above chance, beyond the interval
_FEW_LABELS, _MUCH_IN_COMMON, _DRAWN = 0.5, 0.5, 200
Share = NDArray[np.float64]


@dataclass(frozen=True)
class Signs:
    """Shares of right answers on some tasks, by the true labels. chance: 1 / ways.

    before: with no step of the inner loop; None for a learner that can only guess then. after: adapted as usual.
    permuted: adapted to exchanged labels. start: before adaptation, with a start made from exchanged labels; None if
    `before` is no better than chance, because then there is nothing to explain.
    """

    chance: float
    before: Figure | None
    after: Figure
    permuted: Figure
    start: Figure | None

    @property
    def ignores_support(self) -> bool:
        """Whether it is still right if the support set contradicts the true labels."""
        return _above(self.permuted, self.chance)

    @property
    def knows_before(self) -> bool:
        """Whether it is right before it has seen any label of the support set."""
        return self.start is not None and _above(self.start, self.chance)


@dataclass(frozen=True)
class Diversity:
    """How much variety a source's tasks have.

    classes: the number to draw from. common: the expected share of a task's classes that another task has too.
    label_entropy: how freely a class's label varies, from 0 (the same in every task) to 1 (drawn independently); NaN if
    no class was drawn twice. It is the entropy of order 2, -log P(two tasks give a class the same label), divided by
    that of N equally likely labels. Unlike Shannon's entropy, it can be estimated without bias from a few tasks.
    """

    classes: int
    common: float
    label_entropy: float


@dataclass(frozen=True)
class Diagnosis:
    """training: on classes from the training. held_out: on other classes. adapting: what the inner loop does there;
    None for a learner without one."""

    training: Signs
    held_out: Signs
    diversity: Diversity
    adapting: Gain | None = None

    @property
    def gap(self) -> float:
        """How much higher accuracy is on training classes than on held-out classes."""
        return self.training.after.accuracy - self.held_out.after.accuracy

    @property
    def gap_ci95(self) -> float:
        """Half the width of the gap's 95 % interval."""
        return math.hypot(self.training.after.ci95, self.held_out.after.ci95)

    def sentences(self) -> list[str]:
        """Say what is wrong, and what to do. Empty if nothing is wrong."""
        said = []
        for classes, signs in (("training", self.training), ("held-out", self.held_out)):
            by_chance = f"({signs.chance:.1%} by chance). Draw new labels for every task, and from more classes."
            if signs.ignores_support:
                said.append(
                    "This learner ignores its support set: when the labels there are exchanged, "
                    f"{_percent(signs.permuted)} of its answers on {classes} classes are still right {by_chance}"
                )
            elif signs.start is not None and signs.knows_before:
                said.append(
                    f"This learner has memorised answers: {_percent(signs.start)} of its answers on {classes} classes "
                    f"are right before it has learned from its support set {by_chance}"
                )
        if self.adapting is not None and not self.adapting.adapts:
            said.append(self.adapting.sentence("this learner"))
        diversity = self.diversity
        if diversity.label_entropy < _FEW_LABELS:
            said.append(
                f"The tasks can be memorised: a class nearly always has the same label (label entropy "
                f"{diversity.label_entropy:.2f} of 1). Draw new labels for every task."
            )
        if diversity.common > _MUCH_IN_COMMON:
            said.append(
                f"The tasks are very similar: two of them have {diversity.common:.0%} of their classes in common, "
                f"because there are {diversity.classes} in total. Train on more classes, or with fewer ways."
            )
        return said

    def line(self) -> str:
        """Return all figures in one line."""
        shown = ", ".join(
            f"{what} {_percent(one)} / {_percent(other)}"
            for what, one, other in (
                ("before", self.training.before, self.held_out.before),
                ("after", self.training.after, self.held_out.after),
                ("labels exchanged", self.training.permuted, self.held_out.permuted),
            )
            if one is not None and other is not None
        )
        return (
            f"right on training / held-out classes: {shown}; "
            f"gap {100 * self.gap:.1f} ± {100 * self.gap_ci95:.1f} points; "
            f"{self._adapting()}{self.diversity.classes:,} classes, {self.diversity.common:.1%} in common, "
            f"label entropy {self.diversity.label_entropy:.2f}"
        )

    def _adapting(self) -> str:
        if self.adapting is None:
            return ""
        return (
            f"adapting {self.adapting.over_nearest_prototype.words} over nearest prototype and "
            f"{self.adapting.over_head_only.words} over the head alone; "
        )

    def as_dict(self) -> dict[str, Any]:
        """Return a table for a result file: figures rounded, unknown numbers as None, and the sentences."""
        found: dict[str, Any] = _plain(
            {**asdict(self), "gap": {"accuracy": self.gap, "ci95": self.gap_ci95}, "sentences": self.sentences()}
        )
        return found


def diversity(stream: TaskStream) -> Diversity:
    """Measure the diversity of the tasks of `stream`. Draw some of them to see how freely the labels vary."""
    ways = stream.shape.ways
    bare = replace(stream, shape=TaskShape(ways, 1, 1), jitter=None)
    tables = [bare.batch(number).classes for number in range(_DRAWN)]
    classes = np.concatenate([table.numpy() for table in tables if table is not None]).ravel()
    labels = np.tile(np.arange(ways), _DRAWN)
    times = np.bincount(classes)
    same = np.bincount(classes * ways + labels)
    pairs = float((times * (times - 1)).sum())
    alike = float((same * (same - 1)).sum())
    entropy = math.nan
    if pairs and ways > 1:
        entropy = min(1.0, -math.log(alike / pairs) / math.log(ways)) if alike else 1.0
    return Diversity(stream.classes, ways / stream.classes, entropy + 0.0)  # + 0.0 turns -0 into 0


def diagnose(
    learner: Learner,
    training: TaskStream,
    held_out: Drawings,
    found: Diversity,
    seed: int,
    *,
    on_progress: OnProgress | None = None,
) -> Diagnosis:
    """Ask `learner` both questions, on classes of `training` and on `held_out` ones.

    training: the stream that the learner is trained on. The tasks here are like its tasks, but without jitter and
    across alphabets. found: that stream's `diversity`. Leaves the learner in its previous mode.
    """
    shape = training.shape
    queries = max(1, min(shape.queries, 60 // shape.ways))
    tasks = min(30, max(8, -(-_ANSWERS // (shape.ways * queries))))
    both: list[Signs] = []

    def progress(done: int) -> None:
        if on_progress is not None:
            on_progress(len(both) * tasks + done, 2 * tasks)

    for drawings in (training.drawings, held_out):
        stream = _fitting(training, drawings, queries, seed)
        both.append(_signs(learner, stream, tasks, progress))
    adapting = gain(learner, each_task(learner, stream, tasks)) if isinstance(learner, GradientLearner) else None
    return Diagnosis(both[0], both[1], found, adapting)


def _fitting(like: TaskStream, drawings: Drawings, queries: int, seed: int) -> TaskStream:
    """Draw tasks like those of `like` from other drawings, with fewer queries, ways and shots if these have too few.
    Raises DataError if they do not have two drawings of two classes."""
    counts = np.bincount(drawings.character)
    most = int(np.sort(counts)[-min(like.shape.ways, len(counts))])  # enough classes have this many drawings
    shots = max(1, min(like.shape.shots, most - 1))
    queries = max(1, min(queries, most - shots))
    ways = max(2, min(like.shape.ways, int((counts >= shots + queries).sum())))
    return TaskStream(
        drawings,
        TaskShape(ways, shots, queries),
        seed=seed,
        variants=like.variants,
        fixed_labels=like.fixed_labels,
    )


def _signs(learner: Learner, stream: TaskStream, tasks: int, on_task: Callable[[int], None]) -> Signs:
    ways = stream.shape.ways
    found: dict[str, Share] = {name: np.empty(tasks) for name in ("before", "after", "permuted", "start")}
    with as_used(learner):
        for number, task in enumerate(each_task(learner, stream, tasks, lambda done, _tasks: on_task(done))):
            support, query, labels, answers = task.shots, task.queries, task.labels, task.answers
            # Shift each label by one to N - 1 ways, so that no way keeps its label.
            exchanged = (labels + 1 + number % (ways - 1)) % ways
            found["after"][number] = share_right(learner.learn(support, labels), query, answers)
            found["permuted"][number] = share_right(learner.learn(support, exchanged), query, answers)
            if not learner.begins_alike:
                found["before"][number] = share_right(learner.learn(support, labels, 0), query, answers)
                found["start"][number] = share_right(learner.learn(support, exchanged, 0), query, answers)
    after, permuted = Figure.of(found["after"]), Figure.of(found["permuted"])
    if learner.begins_alike:
        return Signs(1 / ways, None, after, permuted, None)
    before = Figure.of(found["before"])
    start = Figure.of(found["start"]) if _above(before, 1 / ways) else None
    return Signs(1 / ways, before, after, permuted, start)


def _above(figure: Figure, chance: float) -> bool:
    return figure.accuracy - figure.ci95 > chance + _MARGIN


def _percent(figure: Figure) -> str:
    return f"{100 * figure.accuracy:.1f} %"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
