"""The fit: the likeliest calibration, and one that is right about simulated glyphs."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest
import torch

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.evaluate.calibrating import fit, likeliest
from glyphstudio.engine.evaluate.open_set import OpenTask, figures_of
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import TINY, scrawls

SHOTS = np.array([1, 1, 2, 3, 5, 10])


def simulated(ways: int, tasks: int, seed: int, shots: int | None = None, apart: float = 3.0) -> list[OpenTask]:
    """Glyphs are points in eight dimensions, and drawings lie normally around them."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(tasks):
        glyphs = rng.normal(0, apart, (2 * ways, 8))
        counts = rng.choice(SHOTS, ways) if shots is None else np.full(ways, shots)
        prototypes = glyphs[:ways] + rng.normal(0, 1, (ways, 8)) / np.sqrt(counts)[:, None]
        queries = glyphs + rng.normal(0, 1, glyphs.shape)
        distances = np.square(queries[:, None] - prototypes[None]).sum(2)
        made.append(OpenTask(distances, counts, np.minimum(np.arange(2 * ways), ways), shots, np.empty((0, ways))))
    return made


def loss(calibration: Calibration, tasks: list[OpenTask]) -> float:
    total, count = 0.0, 0
    for task in tasks:
        for distances, own in zip(task.distances, task.own, strict=True):
            probabilities, none = calibration.probabilities(distances, task.counts)
            total -= math.log(max(float(np.append(probabilities, none)[own]), 1e-300))
            count += 1
    return total / count


def test_no_neighbour_is_likelier() -> None:
    tasks = simulated(6, 120, 0)
    fitted = likeliest([tasks])
    least = loss(fitted, tasks)
    for name in ("temperature", "shots", "unknown", "second"):
        value = asdict(fitted)[name]
        for factor in (0.8, 1.25):
            moved = replace(fitted, **{name: value * factor + (0.2 if value == 0 else 0)})
            assert loss(moved, tasks) > least - 2e-4, name  # the fit also keeps parameters small


def test_the_temperature_and_shots_of_normal_glyphs_are_found() -> None:
    """A query lies 1 + 1/K from a mean of K: the density divides by 2 (1 + 1/K), in 8 / 2 powers of the variance."""
    fitted = likeliest([simulated(10, 300, 1), simulated(30, 60, 2)])
    assert fitted.temperature == pytest.approx(4.0, rel=0.15)
    assert fitted.shots == pytest.approx(4.0, rel=0.35)


@cache
def fitted_on_all_sizes() -> Calibration:
    return likeliest([simulated(size, 1200 // size, size, many) for size in (2, 5, 20, 60) for many in (1, None)])


@pytest.mark.parametrize(("ways", "shots"), [(5, 1), (5, 5), (20, 1), (20, 3), (60, 1)])
def test_its_probabilities_are_right_about_other_tasks(ways: int, shots: int) -> None:
    fitted = fitted_on_all_sizes()
    figures = figures_of(simulated(ways, 2400 // ways, 99, shots), fitted, ways=ways, shots=shots)
    assert figures.calibration_error < 0.03
    assert figures.auroc > 0.9


def test_a_learner_is_fitted_the_same_for_a_seed() -> None:
    torch.manual_seed(0)
    learner, drawings = ProtoNet(TINY).eval(), scrawls(3, 12, 4, hand=0.08)
    seen: list[tuple[int, int]] = []
    fitted = fit(learner, drawings, seed=1, questions=100, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert fitted.temperature > 0
    assert all(math.isfinite(value) for value in asdict(fitted).values())
    assert fit(learner, drawings, seed=1, questions=100) == fitted
    assert fit(learner, drawings, seed=2, questions=100) != fitted
