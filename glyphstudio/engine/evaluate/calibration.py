"""What a distance means: probabilities, and when a glyph is unknown. Fitted on validation tasks, never on a final test.

Three steps. The temperature turns distances into probabilities over the known glyphs (Guo et al. 2017, "On Calibration
of Modern Neural Networks", section 4.2), by the least negative log likelihood. The threshold is the distance to the
nearest prototype below which 95 % of the known queries lie. And how likely a query at a given distance is to be known
at all is a logistic curve fitted to as many known as unknown queries, so that a far-off drawing is never "100 %".
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
    """temperature: distance that divides probability by e. threshold: largest distance of a known glyph, for one shot.
    midpoint and slope: P(known) = 1 / (1 + exp(slope * (distance - midpoint)))."""

    temperature: float
    threshold: float
    midpoint: float
    slope: float

    def known(self, distance: float) -> float:
        """The probability that a drawing this far from its nearest prototype is of a known glyph at all."""
        return 1 / (1 + math.exp(min(max(self.slope * (distance - self.midpoint), -50.0), 50.0)))


@dataclass(frozen=True)
class OpenSet:
    """Known against unknown on validation tasks.

    auroc: how often a known query is nearer than an unknown one. accepted: share of known queries below the threshold.
    mistaken: share of unknown ones below it. calibration_error: expected calibration error of the best candidate's
    probability over 15 bins (Guo et al. 2017, equation 3).
    """

    ways: int
    shots: int
    tasks: int
    auroc: float
    accepted: float
    mistaken: float
    calibration_error: float

    def as_dict(self) -> dict[str, float]:
        """For the weights' metadata."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class _Judged:
    """distances: (T, Q, N) of T tasks' queries to N prototypes; the first half of the Q queries are of way 0..N-1 in
    order, the others of glyphs that have no prototype."""

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
    """Tasks of 2N ways, half of them inside two alphabets: N are known, the queries of the other N are unknown."""
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
    """Fit on one-shot tasks. `held_out` are drawings the learner was not trained on."""
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
    """How well `calibration` does on tasks of its own seed."""
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
    """How much nearer a glyph's prototype, where there is one, is expected to be with more shots; 1 for one.

    The mean of K drawings varies by a K-th of what one drawing does, and the query by the whole: (1 + 1/K) / 2.
    """
    return (1 + 1 / shots) / 2


def _temperature(known: Array) -> float:
    """The temperature of least negative log likelihood, by golden section over its logarithm."""

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
    """Midpoint and slope of P(known | distance), by Newton's method on the log likelihood."""
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
    """The share of pairs in which the known query is nearer (Mann and Whitney), ties counting half."""
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
