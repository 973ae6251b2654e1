"""A trial of new weights against those in use: the same questions to both.

On tasks of held-out glyphs, and on the user's own library, where each shot in turn is asked of all the others. Both
answer the same questions, so the difference is paired: its interval is narrower than those of the two figures suggest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.evaluate.evaluation import OnProgress, as_used, each_task, in_turn, remembered, share_of
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import Learner

_MOST_ASKED = 300  # drawings of a library, and, where each answer is an inner loop through all of it, _FEWER
_FEWER = 60
Rights = NDArray[np.bool_]


def on_tasks(
    learner: Learner, held_out: Drawings, tasks: int, seed: int, on_progress: OnProgress | None = None
) -> NDArray[np.float64]:
    """The share of right answers to each of `tasks` tasks of the validation's kind, (tasks,). The same seed asks every
    learner the same."""
    stream = validation_stream(held_out, seed=seed)
    with as_used(learner):
        return np.array([share_of(learner, task) for task in each_task(learner, stream, tasks, on_progress)])


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
        for number, index in enumerate(in_turn(asked, len(asked), on_progress)):
            others = torch.arange(len(labels)) != index
            classifier = learner.learn(kept[others.to(device)], labels[others].to(device))
            right[number] = int(classifier.score(kept[index : index + 1]).argmax(1)) == int(labels[index])
    return right
