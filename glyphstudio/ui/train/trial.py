"""Compares the new weights with those in use at the end of a training, on the same tasks and the user's library.

Runs in the training thread and imports torch only there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.runs.runs import Run
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.render import Bitmap, render_drawing
from glyphstudio.library.errors import LibraryError
from glyphstudio.resources import LEARNERS
from glyphstudio.ui.train.messages import Compared, Result, Score, Surroundings

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.engine.weights.file import Weights

_MOST_TASKS = 200
_SEED = 500  # added to the run's own seed: tasks on which nothing was chosen
OnStage = Callable[[str, int, int], None]
NO_LIBRARY = "Your own library is empty, so the new weights were not tried on it."
NO_SECOND_SHOT = (
    "The new weights were not tried on your library: no glyph in it has a second drawing. Draw some of your glyphs "
    "again and add them. The next training is then tried on them, too."
)
TRAINED_ON_IT = (
    "It was trained on this library, so its figure there is too high: go by the held-out tasks and your eyes."
)


def try_out(run: Run, held_out: Drawings, around: Surroundings, on_stage: OnStage) -> Result:
    """Return the comparison. `on_stage` may raise to end it. Raises EngineError if the new weights cannot be read."""
    from glyphstudio.engine.weights.file import load_weights

    new = load_weights(run.weights)
    said: list[str] = []
    now = None
    if around.weights is not None:
        try:
            now = load_weights(around.weights)
        except EngineError as error:
            said.append(f"There is nothing to compare with: {error}")
    title = LEARNERS.get(run.learner, run.learner)
    rows = [_on_tasks(run, new, now, held_out, on_stage)]
    row, sentence = _on_library(run, new, now, around, on_stage)
    if row is not None:
        rows.append(row)
    said += [sentence] if sentence else []
    return Result(title, around.title if now is not None else "", tuple(rows), (*run.sentences, *said))


def _on_tasks(run: Run, new: Weights, now: Weights | None, held_out: Drawings, on_stage: OnStage) -> Compared:
    from glyphstudio.engine.evaluate.evaluation import Figure
    from glyphstudio.engine.evaluate.intervals import Difference
    from glyphstudio.engine.evaluate.protocols import validation_stream
    from glyphstudio.engine.evaluate.trial import on_tasks

    tasks, seed = min(run.measure_tasks, _MOST_TASKS), int(run.settings.get("seed", 0)) + _SEED

    def shares(weights: Weights, what: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return on_tasks(weights.learner, held_out, tasks, seed, lambda done, total: on_stage(what, done, total))

    def score(shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Score:
        figure = Figure.of(shares)
        return Score(figure.accuracy, max(0.0, figure.accuracy - figure.ci95), min(1.0, figure.accuracy + figure.ci95))

    ours = shares(new, "The new weights on held-out tasks")
    theirs = None if now is None else shares(now, "The weights in use on the same tasks")
    shape = validation_stream(held_out, seed=seed).shape
    gap = None if theirs is None else Difference.of(ours, theirs)
    return Compared(
        f"Held-out glyphs, {shape.ways}-way 1-shot",
        score(ours),
        None if theirs is None else score(theirs),
        None if gap is None else (gap.mean, gap.low, gap.high),
        f"{tasks:,} tasks",
    )


def _on_library(
    run: Run, new: Weights, now: Weights | None, around: Surroundings, on_stage: OnStage
) -> tuple[Compared | None, str]:
    """Return the row, if there is one, and a sentence about it, or ""."""
    from glyphstudio.engine.evaluate.intervals import paired_interval, wilson
    from glyphstudio.engine.evaluate.trial import leave_one_out, most_asked, questions

    if not around.glyphs:
        return None, NO_LIBRARY
    bitmaps, glyphs = _rendered(around)
    counts = np.bincount(glyphs, minlength=len(around.glyphs)).tolist() if glyphs else []
    able = sum(count for count in counts if count >= 2)
    if not able or len(set(glyphs)) < 2:
        return None, NO_SECOND_SHOT
    asked = questions(counts, most_asked([weights.learner for weights in (new, now) if weights is not None]))

    def rights(weights: Weights, what: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        learner, calibration = weights.learner, weights.calibration
        return leave_one_out(
            learner, calibration, bitmaps, glyphs, asked, on_progress=lambda done, total: on_stage(what, done, total)
        )

    def score(right: int) -> Score:
        return Score(right / len(asked), *wilson(right, len(asked)))

    ours = rights(new, "The new weights on your library")
    theirs = None if now is None else rights(now, "The weights in use on your library")
    gap = None
    if theirs is not None:
        parts = (ours & theirs, ours & ~theirs, ~ours & theirs, ~ours & ~theirs)
        gap = paired_interval(*(int(part.sum()) for part in parts))
    some = "" if len(asked) == able else f" of {able:,}"
    row = Compared(
        "Your own library",
        score(int(ours.sum())),
        None if theirs is None else score(int(theirs.sum())),
        None if gap is None else (gap.mean, gap.low, gap.high),
        f"{len(asked):,}{some} drawings",
    )
    trained_on_it = around.library is not None and any(Path(name) == around.library for name in run.sources)
    return row, TRAINED_ON_IT if trained_on_it else ""


def _rendered(around: Surroundings) -> tuple[list[Bitmap], list[int]]:
    """Return the bitmaps of the library's shots and the index of each shot's glyph, without unreadable drawings."""
    bitmaps, glyphs = [], []
    for index, glyph in enumerate(around.glyphs):
        for shot in glyph.shots:
            try:
                bitmaps.append(render_drawing(shot.drawing))
            except (PictureError, LibraryError):
                continue
            glyphs.append(index)
    return bitmaps, glyphs
