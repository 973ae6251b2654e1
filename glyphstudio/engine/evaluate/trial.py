"""A trial of new weights against those in use: the same questions to both.

On tasks of held-out glyphs, and on the user's own library, where each shot in turn is asked of all the others. Both
answer the same questions, so the difference is paired: its interval is narrower than those of the two figures suggest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress, as_used, remembered, task_accuracy
from glyphstudio.engine.train.config import validation_stream
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import Learner

_MOST_ASKED = 300  # drawings of a library, and, where each answer is an inner loop through all of it, _FEWER
_FEWER = 60
_Z = 1.959964
Rights = NDArray[np.bool_]


@dataclass(frozen=True)
class Difference:
    """Of accuracy, new minus old, with the 95 % interval low..high; NaN of a single task."""

    mean: float
    low: float
    high: float

    @staticmethod
    def of(new: NDArray[np.float64], old: NDArray[np.float64]) -> Difference:
        """From the shares of right answers to the same tasks."""
        gap = Figure.of(new - old)
        return Difference(gap.accuracy, gap.accuracy - gap.ci95, gap.accuracy + gap.ci95)


def wilson(right: int, asked: int) -> tuple[float, float]:
    """The 95 % interval of a share of right answers (Wilson 1927), which is honest for few questions, too."""
    if not asked:
        return 0.0, 1.0
    share, spread = right / asked, _Z**2 / asked
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def paired_interval(both: int, only_new: int, only_old: int, neither: int) -> Difference:
    """The difference of two shares of right answers to the same questions, from how many each alone, both or neither
    answered rightly: Newcombe (1998), method 10, out of two Wilson intervals and the correlation of the answers."""
    asked = both + only_new + only_old + neither
    new, old = (both + only_new) / asked, (both + only_old) / asked
    (new_low, new_high), (old_low, old_high) = wilson(both + only_new, asked), wilson(both + only_old, asked)
    product = (both + only_new) * (both + only_old) * (only_old + neither) * (only_new + neither)
    cross = float(both * neither - only_new * only_old)
    if cross > asked / 2:
        cross -= asked / 2
    elif cross >= 0:
        cross = 0.0
    phi = cross / math.sqrt(product) if product else 0.0
    down, up = (new - new_low, old_high - old), (new_high - new, old - old_low)

    def half(a: float, b: float) -> float:
        return math.sqrt(max(0.0, a * a - 2 * phi * a * b + b * b))

    return Difference(new - old, new - old - half(*down), new - old + half(*up))


def on_tasks(
    learner: Learner, held_out: Drawings, tasks: int, seed: int, on_progress: OnProgress | None = None
) -> NDArray[np.float64]:
    """The share of right answers to each of `tasks` tasks of the validation's kind, (tasks,). The same seed asks every
    learner the same."""
    stream = validation_stream(held_out, seed=seed)
    shares = np.empty(tasks)
    with as_used(learner):
        for number in range(tasks):
            shares[number] = task_accuracy(learner, stream.batch(number))
            if on_progress is not None:
                on_progress(number + 1, tasks)
    return shares


def questions(counts: Sequence[int], most: int = _MOST_ASKED, seed: int = 0) -> list[int]:
    """Which of a library's drawings to ask, as indices in order, glyph by glyph; counts: shots of each glyph. All of
    glyphs that keep another shot then, or so many of them, drawn at random."""
    glyphs = np.repeat(np.arange(len(counts)), counts)
    able = [index for index, glyph in enumerate(glyphs) if counts[int(glyph)] >= 2]
    if len(able) <= most:
        return able
    return sorted(np.random.default_rng(seed).choice(able, most, replace=False).tolist())


def most_asked(learners: Sequence[Learner]) -> int:
    """How many drawings of a library these can be asked in a bearable time."""
    return _FEWER if any(learner.gradient_based for learner in learners) else _MOST_ASKED


def leave_one_out(
    learner: Learner,
    bitmaps: Sequence[Bitmap],
    glyphs: Sequence[int],
    asked: Sequence[int],
    on_progress: OnProgress | None = None,
) -> Rights:
    """Whether each asked drawing is recognised by a learner that has learned all the others, (len(asked),).

    bitmaps: (M, S, S) of a library, glyphs: (M,) which glyph each is of. asked: indices of drawings whose glyph has
    another shot.
    """
    labels = torch.from_numpy(np.unique(np.asarray(glyphs), return_inverse=True)[1])
    device = next(learner.parameters()).device
    right = np.empty(len(asked), bool)
    with as_used(learner):
        kept = remembered(learner, torch.from_numpy(np.stack(bitmaps))[:, None].to(device))
        for number, index in enumerate(asked):
            others = torch.arange(len(labels)) != index
            classifier = learner.learn(kept[others.to(device)], labels[others].to(device))
            right[number] = int(classifier.score(kept[index : index + 1]).argmax(1)) == int(labels[index])
            if on_progress is not None:
                on_progress(number + 1, len(asked))
    return right
