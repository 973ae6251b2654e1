"""Known against unknown: tasks in which half of the glyphs are not enrolled, and the figures about them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.calibration import Array, Calibration
from glyphstudio.engine.evaluate.evaluation import Memory, OnProgress, as_used, in_turn
from glyphstudio.engine.evaluate.strays import strays
from glyphstudio.learners.learner import Learner
from glyphstudio.verdict import Strictness, Verdict, verdict_of

KNOWN_ACCEPTED = 0.95
_STRAYS, _EACH = 500, 10  # accidental marks and scribbles, and how many of them each task meets
_UNEVEN = (1, 1, 2, 3, 5, 10)  # shots of a glyph in tasks with uneven shots


class Within(Enum):
    """Which tasks lie inside few alphabets, where look-alikes meet: none, half inside two, or all inside one."""

    NONE = (0.0, 1, "across alphabets")
    SOME = (0.5, 2, "half within two alphabets")
    ONE = (1.0, 1, "within an alphabet")

    @property
    def words(self) -> str:
        return self.value[2]

    @staticmethod
    def of(drawings: Drawings, ways: int, shots: int, *, one_alphabet: bool = False) -> Within:
        """Return `SOME` if any two alphabets are large enough for `ways` enrolled glyphs and as many others, else
        `NONE`; `ONE` if only one alphabet is wanted."""
        if one_alphabet:
            return Within.ONE
        sizes = np.sort(drawings.usable(shots + 1))
        return Within.SOME if int(sizes[:2].sum()) >= 2 * ways else Within.NONE


@dataclass(frozen=True)
class OpenTask:
    """distances: (Q, N), from queries to N enrolled glyphs. counts: (N,) shots of each. own: (Q,) the glyph of each
    query; N for an unknown one. shots: of the task, or None if they are uneven. strays: (R, N), distances from drawings
    that are no glyph."""

    distances: Array
    counts: NDArray[np.int64]
    own: NDArray[np.int64]
    shots: int | None
    strays: Array

    @property
    def unknown(self) -> NDArray[np.bool_]:
        unknown: NDArray[np.bool_] = self.own == len(self.counts)
        return unknown


@dataclass(frozen=True)
class OpenSet:
    """auroc: the share of pairs in which the known query has the lower probability of "unknown". accepted, mistaken:
    the shares of known and unknown queries that are not called unknown; strict and lenient: the same two shares with
    that strictness. mistaken_at_95: of unknown queries, the share that is accepted where 95 % of the known ones are.
    strays: the share of accidental marks and scribbles that are not called unknown; NaN without any. calibration_error:
    the expected calibration error of the best candidate's probability, over known and unknown queries in 15 bins (Guo
    et al. 2017, equation 3)."""

    ways: int
    shots: int
    tasks: int
    auroc: float
    accepted: float
    mistaken: float
    strict: tuple[float, float]
    lenient: tuple[float, float]
    mistaken_at_95: float
    strays: float
    calibration_error: float

    def as_dict(self) -> dict[str, float | list[float]]:
        """Return a table for the weights' metadata."""
        return {
            name: [round(part, 4) for part in value] if isinstance(value, tuple) else round(value, 4)
            for name, value in asdict(self).items()
        }


def open_tasks(
    learner: Learner,
    drawings: Drawings,
    *,
    ways: int,
    shots: int | None,
    tasks: int,
    seed: int,
    within: Within | None = None,
    memory: Memory | None = None,
    no_glyphs: Memory | None = None,
    on_progress: OnProgress | None = None,
) -> list[OpenTask]:
    """Return tasks with `ways` enrolled glyphs and as many unknown ones, one query of each.

    shots: of each glyph, or None for uneven shots from 1 to 10. within: by default `Within.of` these drawings. memory:
    of the same drawings, to share among calls. no_glyphs: accidental marks and scribbles, of which each task meets
    some. Raises DataError if the drawings do not suffice.
    """
    most = max(_UNEVEN) if shots is None else shots
    share, alphabets, _ = (within or Within.of(drawings, ways, most)).value
    stream = TaskStream(
        drawings,
        TaskShape(2 * ways, most, 1),
        seed=seed,
        within=share,
        alphabets=min(alphabets, len(drawings.alphabets)),
    )
    memory = memory or Memory(learner, drawings)
    own = np.minimum(np.arange(2 * ways), ways)
    made = []
    with as_used(learner):
        for number in in_turn(range(tasks), tasks, on_progress):
            chosen, rng = stream.drawn(number), np.random.default_rng([seed, number])
            counts = rng.choice(_UNEVEN, ways) if shots is None else np.full(ways, shots)
            support = np.concatenate([way[:count] for way, count in zip(chosen, counts, strict=False)])
            labels = torch.from_numpy(np.repeat(np.arange(ways), counts)).to(memory.device)
            classifier = learner.learn(memory.of(support), labels)
            scores = classifier.score(memory.of(chosen[:, most]))
            apart = scores[:0]
            if no_glyphs is not None:
                apart = classifier.score(no_glyphs.of((number * _EACH + np.arange(_EACH)) % _STRAYS))
            if not learner.nearest_prototype:  # its scores already count the shots
                counts = np.ones_like(counts)
            made.append(OpenTask(_distances(scores), counts, own, shots, _distances(apart)))
    return made


def _distances(scores: Tensor) -> Array:
    return -scores.double().cpu().numpy()


def assess(
    learner: Learner,
    calibration: Calibration,
    drawings: Drawings,
    *,
    ways: int,
    shots: int,
    tasks: int,
    seed: int,
    within: Within | None = None,
    memory: Memory | None = None,
    on_progress: OnProgress | None = None,
) -> OpenSet:
    """Measure how well `calibration` does on tasks with a seed different from the one it was fitted on."""
    names = [f"No glyph/{number}" for number in range(_STRAYS)]
    no_glyphs = Memory(learner, Drawings.of(strays(_STRAYS, seed, drawings.bitmaps.shape[-1]), names, [0] * _STRAYS))
    asked = open_tasks(
        learner,
        drawings,
        ways=ways,
        shots=shots,
        tasks=tasks,
        seed=seed,
        within=within,
        memory=memory,
        no_glyphs=no_glyphs,
        on_progress=on_progress,
    )
    return figures_of(asked, calibration, ways=ways, shots=shots)


def figures_of(tasks: Sequence[OpenTask], calibration: Calibration, *, ways: int, shots: int) -> OpenSet:
    """Return the figures over all queries of `tasks`."""
    best, right, none, unknown, called = [], [], [], [], []
    lone: list[bool] = []
    for task in tasks:
        for distances, own in zip(task.distances, task.own, strict=True):
            probabilities, chance = calibration.probabilities(distances, task.counts)
            order = np.argsort(-probabilities)[:2]
            best.append(probabilities[order[0]])
            right.append(order[0] == own)
            none.append(chance)
            likeliest = probabilities[order].tolist()
            called.append([verdict_of(likeliest, strictness) is not Verdict.UNKNOWN for strictness in Strictness])
        unknown.append(task.unknown)
        for distances in task.strays:
            probabilities, _ = calibration.probabilities(distances, task.counts)
            lone.append(verdict_of(np.sort(probabilities)[:-3:-1].tolist()) is not Verdict.UNKNOWN)
    new = np.concatenate(unknown)
    chances, taken = np.array(none), np.array(called)
    limit = np.quantile(chances[~new], KNOWN_ACCEPTED, method="inverted_cdf")
    shares = {
        strictness: (float(taken[~new, column].mean()), float(taken[new, column].mean()))
        for column, strictness in enumerate(Strictness)
    }
    return OpenSet(
        ways,
        shots,
        len(tasks),
        auroc(chances[~new], chances[new]),
        *shares[Strictness.BALANCED],
        shares[Strictness.STRICT],
        shares[Strictness.LENIENT],
        float((chances[new] <= limit).mean()),
        float(np.mean(lone)) if lone else math.nan,
        calibration_error(np.array(best), np.array(right)),
    )


def auroc(known: Array, unknown: Array) -> float:
    """Return the share of pairs in which the known value is lower (Mann and Whitney). Ties count half."""
    everything = np.concatenate([known, unknown])
    _, place, counts = np.unique(everything, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = ranks[len(known) :].sum() - len(unknown) * (len(unknown) + 1) / 2
    return float(above / (len(known) * len(unknown)))


def calibration_error(confidence: Array, right: NDArray[np.bool_]) -> float:
    """Return the mean gap between confidence and share of right answers, over 15 bins of equal width."""
    bins = np.minimum((confidence * 15).astype(int), 14)
    gaps = [
        abs(confidence[bins == index].mean() - right[bins == index].mean()) * (bins == index).mean()
        for index in np.unique(bins)
    ]
    return float(sum(gaps))
