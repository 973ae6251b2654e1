"""Gives distances a meaning: probabilities, and when a glyph is unknown.

The fit uses validation tasks, never a final test. It has three parts. The temperature turns distances into
probabilities over the known glyphs (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2), and has
the least negative log likelihood. The threshold is the distance to the nearest prototype below which 95 % of the known
queries lie. A logistic curve gives the probability that a query at a given distance is known at all. It is fitted to
equally many known and unknown queries, so that a distant drawing never gets "100 %".
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import OnProgress, as_used, each_task
from glyphstudio.learners.learner import Learner

KNOWN_ACCEPTED = 0.95
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """temperature: the distance that divides a probability by e. threshold: the largest distance of a known glyph, for
    one shot. midpoint and slope: P(known) = 1 / (1 + exp(slope * (distance - midpoint)))."""

    temperature: float
    threshold: float
    midpoint: float
    slope: float

    def known(self, distance: float) -> float:
        """Return the probability that a drawing this far from its nearest prototype is of any known glyph."""
        return 1 / (1 + math.exp(min(max(self.slope * (distance - self.midpoint), -50.0), 50.0)))


@dataclass(frozen=True)
class OpenSet:
    """Known against unknown on validation tasks.

    auroc: the share of pairs in which the known query is nearer than the unknown one. accepted: the share of known
    queries below the threshold. mistaken: the share of unknown queries below it. calibration_error: the expected
    calibration error of the best candidate's probability over 15 bins (Guo et al. 2017, equation 3).
    """

    ways: int
    shots: int
    tasks: int
    auroc: float
    accepted: float
    mistaken: float
    calibration_error: float

    def as_dict(self) -> dict[str, float]:
        """Return a table for the weights' metadata."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class _Judged:
    """distances: (T, Q, N), from the queries of T tasks to N prototypes. The first half of the Q queries are of ways
    0..N-1, in order. The others are of glyphs without a prototype."""

    distances: Array

    @property
    def known(self) -> Array:
        return self.distances[:, : self.distances.shape[2]]

    @property
    def unknown(self) -> Array:
        return self.distances[:, self.distances.shape[2] :]


def judge(
    learner: Learner,
    held_out: Drawings,
    *,
    ways: int,
    shots: int,
    tasks: int,
    seed: int,
    on_progress: OnProgress | None = None,
) -> _Judged:
    """Judge tasks of 2N ways, half of them inside two alphabets. N ways are known; the queries of the others are
    unknown."""
    stream = TaskStream(held_out, TaskShape(2 * ways, shots, 1), seed=seed, within=0.5, alphabets=2)
    distances, known = [], slice(ways * shots)
    with as_used(learner):
        for task in each_task(learner, stream, tasks, on_progress):
            classifier = learner.adapt(task.support[known], task.labels[known])
            distances.append(-classifier.logits(task.query).double().cpu().numpy())
    return _Judged(np.stack(distances))


def fit(
    learner: Learner,
    held_out: Drawings,
    *,
    ways: int = 20,
    tasks: int = 300,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """Fit on one-shot tasks. `held_out` are drawings that the learner was not trained on."""
    judged = judge(learner, held_out, ways=ways, shots=1, tasks=tasks, seed=seed, on_progress=on_progress)
    known, unknown = judged.known.min(2).ravel(), judged.unknown.min(2).ravel()
    midpoint, slope = _logistic(known, unknown)
    return Calibration(
        temperature=_temperature(judged.known),
        threshold=float(np.quantile(known, KNOWN_ACCEPTED, method="inverted_cdf")),
        midpoint=midpoint,
        slope=slope,
    )


def assess(
    learner: Learner,
    calibration: Calibration,
    held_out: Drawings,
    *,
    ways: int,
    shots: int,
    tasks: int,
    seed: int,
    on_progress: OnProgress | None = None,
) -> OpenSet:
    """Measure how well `calibration` does on tasks with a seed different from the one it was fitted on."""
    judged = judge(learner, held_out, ways=ways, shots=shots, tasks=tasks, seed=seed, on_progress=on_progress)
    known, unknown = judged.known.min(2).ravel(), judged.unknown.min(2).ravel()
    threshold = calibration.threshold * (shot_factor(shots) if learner.nearest_prototype else 1.0)
    probability = _softmax(-judged.known / calibration.temperature)
    right = probability.argmax(2) == np.arange(ways)
    return OpenSet(
        ways,
        shots,
        tasks,
        _auroc(known, unknown),
        float((known <= threshold).mean()),
        float((unknown <= threshold).mean()),
        _calibration_error(probability.max(2).ravel(), right.ravel()),
    )


def shot_factor(shots: int | Array) -> Array | float:
    """Return how much nearer a glyph's prototype is expected to be with more shots; 1 for one shot.

    The mean of K drawings has 1/K of the variance of one drawing, and the query has all of it: (1 + 1/K) / 2.
    """
    return (1 + 1 / shots) / 2


def _temperature(known: Array) -> float:
    """Find the temperature of least negative log likelihood, by golden section over its logarithm."""

    def loss(log_temperature: float) -> float:
        logits = -known / math.exp(log_temperature)
        highest = logits.max(2, keepdims=True)
        normal = np.log(np.exp(logits - highest).sum(2)) + highest[..., 0]
        own = np.diagonal(logits, axis1=1, axis2=2)
        return float((normal - own).mean())

    low, high = math.log(1e-4), math.log(1e4)
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


def _logistic(known: Array, unknown: Array) -> tuple[float, float]:
    """Fit midpoint and slope of P(known | distance), by Newton's method on the log likelihood."""
    x = np.concatenate([known, unknown])
    y = np.concatenate([np.ones(len(known)), np.zeros(len(unknown))])
    mean, spread = x.mean(), x.std() + 1e-12
    design = np.stack([np.ones(len(x)), (x - mean) / spread], 1)
    beta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -50, 50)))
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (y - p) - 1e-6 * beta)
        beta += step
        if float(np.abs(step).max()) < 1e-9:
            break
    slope = max(-beta[1] / spread, 1e-9)
    return float(mean + beta[0] / slope), float(slope)


def _softmax(logits: Array) -> Array:
    powers: Array = np.exp(logits - logits.max(-1, keepdims=True))
    result: Array = powers / powers.sum(-1, keepdims=True)
    return result


def _auroc(known: Array, unknown: Array) -> float:
    """Return the share of pairs in which the known query is nearer (Mann and Whitney). Ties count half."""
    everything = np.concatenate([known, unknown])
    _, place, counts = np.unique(everything, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = ranks[len(known) :].sum() - len(unknown) * (len(unknown) + 1) / 2
    return float(above / (len(known) * len(unknown)))


def _calibration_error(confidence: Array, right: NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * 15).astype(int), 14)
    gaps = [
        abs(confidence[bins == index].mean() - right[bins == index].mean()) * (bins == index).mean()
        for index in np.unique(bins)
    ]
    return float(sum(gaps))
