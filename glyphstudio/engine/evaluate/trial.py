"""Tries new weights against the weights in use, with the same questions for both.

The questions are tasks of held-out glyphs, and the user's own library: each shot in turn is asked of all the others.
Both answer the same questions, so the difference is paired. Its interval is narrower than the two figures suggest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.evaluate.evaluation import OnProgress, as_used, each_task, in_turn, remembered, share_of
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import Learner

_MOST_ASKED = 300  # drawings of a library; only _FEWER if each answer needs an inner loop through all of it
_FEWER = 60
Rights = NDArray[np.bool_]


def on_tasks(
    learner: Learner, held_out: Drawings, tasks: int, seed: int, on_progress: OnProgress | None = None
) -> NDArray[np.float64]:
    """Return the share of right answers to each of `tasks` validation tasks, (tasks,). The same seed asks every learner
    the same questions."""
    stream = validation_stream(held_out, seed=seed)
    with as_used(learner):
        return np.array([share_of(learner, task) for task in each_task(learner, stream, tasks, on_progress)])


def questions(counts: Sequence[int], most: int = _MOST_ASKED, seed: int = 0) -> list[int]:
    """Choose which of a library's drawings to ask. Return their indices in order, glyph by glyph. counts: the shots of
    each glyph. These are all drawings whose glyph keeps another shot, or `most` of them, drawn at random."""
    glyphs = np.repeat(np.arange(len(counts)), counts)
    able = [index for index, glyph in enumerate(glyphs) if counts[int(glyph)] >= 2]
    if len(able) <= most:
        return able
    return sorted(np.random.default_rng(seed).choice(able, most, replace=False).tolist())


def most_asked(learners: Sequence[Learner]) -> int:
    """How many drawings of a library these learners can be asked in a reasonable time."""
    return _FEWER if any(learner.gradient_based for learner in learners) else _MOST_ASKED


def leave_one_out(
    learner: Learner,
    calibration: Calibration,
    bitmaps: Sequence[Bitmap],
    glyphs: Sequence[int],
    asked: Sequence[int],
    *,
    on_progress: OnProgress | None = None,
) -> Rights:
    """Return, for each asked drawing, whether a learner recognises it after learning all the others, (len(asked),).

    bitmaps: (M, S, S) of a library. glyphs: (M,) the glyph of each. asked: indices of drawings whose glyph has another
    shot.
    """
    labels = torch.from_numpy(np.unique(np.asarray(glyphs), return_inverse=True)[1])
    device = next(learner.parameters()).device
    right = np.empty(len(asked), bool)
    with as_used(learner):
        kept = remembered(learner, torch.from_numpy(np.stack(bitmaps))[:, None].to(device))
        for number, index in enumerate(in_turn(asked, len(asked), on_progress)):
            others = torch.arange(len(labels)) != index
            classifier = learner.learn(kept[others.to(device)], labels[others].to(device))
            distances = -classifier.score(kept[index : index + 1])[0].double().cpu().numpy()
            counts = np.bincount(labels[others].numpy()) if learner.nearest_prototype else np.ones(len(distances), int)
            right[number] = int(calibration.energies(distances, counts).argmin()) == int(labels[index])
    return right
