"""Errors of starts over the steps of their inner loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from glyphstudio.data.regression.sinusoids import Sinusoids
from glyphstudio.engine.evaluate.regression import Errors, errors, nearest_errors, tuned
from glyphstudio.learners.regression.networks import CurveNetwork
from glyphstudio.learners.regression.starts import Start


def made(rate: float = 0.01) -> Start:
    torch.manual_seed(0)
    return Start("random", CurveNetwork(), 1, rate)


def test_errors_are_those_of_each_task_after_each_step() -> None:
    start, stream = made(), Sinusoids(5, 7, seed=2)
    found = errors(start, stream, 60, 3)  # more than are measured at once
    assert found.each.shape == (4, 60)
    one = stream.tasks([55])
    for step, weights in enumerate(start.passed(one.support, 3, order=1)):
        away = (start.numbers(weights, one.query.inputs) - one.query.numbers).square().mean()
        assert found.each[step, 55] == pytest.approx(float(away.detach()), rel=1e-4)


def test_their_means_and_intervals() -> None:
    found = Errors(np.array([[1.0, 3.0, 5.0], [1.0, 1.0, 4.0]]))
    assert found.means == [3, 2]
    assert found.ci95[0] == pytest.approx(1.96 * 2 / math.sqrt(3))
    other = Errors(np.array([[2.0, 4.0, 6.0], [1.0, 2.0, 6.0]]))
    less = found.less_than(other)
    assert less.mean == 1 and less.ci95 == pytest.approx(1.96 / math.sqrt(3))  # 0, 1 and 2
    both = Errors.pooled([found, other])
    assert both.each.shape == (2, 6) and both.as_dict()["tasks"] == 6


def test_the_best_rate_is_chosen_and_kept() -> None:
    start = made()
    stream = Sinusoids(5, 20, seed=4)
    assert tuned(start, stream, 60, (1e-6, 1e-3, 1e3), 5) == 1e-3
    assert float(start.rates(0)[0].detach()) == pytest.approx(1e-3)
    start.set_rate(1e3)
    wild = errors(start, stream, 3, 8)
    assert wild.means[-1] == math.inf  # and no warning
    assert wild.as_dict()["error"][-1] is None and wild.as_dict()["ci95"][-1] is None
    assert wild.less_than(wild).as_dict() == {"mean": None, "ci95": None}


def test_without_adapting_the_nearest_example_answers() -> None:
    start, stream = made(), Sinusoids(5, 7, seed=2)
    found = nearest_errors(start, stream, 60)
    one, own = stream.tasks([55]), dict(start.network.named_parameters())
    with torch.no_grad():
        shots, asked = (start.network.features(own, part.inputs[0]) for part in (one.support, one.query))
    wrong = []
    for query, number in zip(asked, one.query.numbers[0], strict=True):
        away = [float((query - shot).square().sum()) for shot in shots]
        wrong.append(float(one.support.numbers[0, int(np.argmin(away))] - number) ** 2)
    assert found.each.shape == (1, 60) and found.each[0, 55] == pytest.approx(np.mean(wrong), rel=1e-4)
