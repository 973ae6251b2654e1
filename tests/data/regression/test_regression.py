"""Tasks of regression."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from glyphstudio.data.regression.quantities import QUANTITIES, Quantities, quantities
from glyphstudio.data.regression.sinusoids import Sinusoids
from glyphstudio.data.regression.tasks import RegressionStream
from tests.engine.making import scrawls


def streams() -> list[RegressionStream]:
    return [Sinusoids(4, 6, seed=3), Quantities(scrawls(2, 4, 3), 4, 6, seed=3)]


@pytest.mark.parametrize("stream", streams())
def test_a_task_is_always_the_same_and_others_differ(stream: RegressionStream) -> None:
    one, both = stream.tasks([5]), stream.tasks([4, 5])
    assert torch.equal(both.query.inputs[1], one.query.inputs[0])
    torch.testing.assert_close(both.support.numbers[1], one.support.numbers[0])
    assert not torch.equal(both.support.numbers[0], one.support.numbers[0])
    assert (one.support.inputs.shape[1], one.query.inputs.shape[1], one.every.inputs.shape[1]) == (4, 6, 10)
    assert len(both.support) == 2


def test_sinusoids_are_those_of_the_paper() -> None:
    tasks = Sinusoids(200, 200, seed=1).tasks(range(40)).every
    x, y = tasks.inputs[..., 0].double().numpy(), tasks.numbers.double().numpy()
    assert -5 <= x.min() < -4.9 and 4.9 < x.max() <= 5
    found = []
    for inputs, numbers in zip(x, y, strict=True):  # y = a sin x cos p - a cos x sin p, which is linear in two numbers
        (sine, cosine), residual, *_ = np.linalg.lstsq(np.stack([np.sin(inputs), -np.cos(inputs)], 1), numbers)
        assert residual == pytest.approx(0, abs=1e-6)
        found.append((math.hypot(sine, cosine), math.atan2(cosine, sine)))
    amplitudes, phases = np.array(found).T
    assert 0.1 <= amplitudes.min() < 1 and 4 < amplitudes.max() <= 5
    assert phases.min() >= 0 and phases.max() <= math.pi and np.ptp(phases) > 2.5


def drawing(left: int, top: int, wide: int, high: int) -> torch.Tensor:
    bitmap = torch.zeros(1, 1, 40, 40)
    bitmap[..., top : top + high, left : left + wide] = 1
    return bitmap


def test_quantities_are_moments_of_the_ink() -> None:
    """Of a bar of 12 x 4 pixels, whose left upper corner is at (20, 10)."""
    left, top, size, wide, slant, ink = quantities(drawing(20, 10, 12, 4))[0].tolist()
    assert left == pytest.approx(26 / 20 - 1) and top == pytest.approx(12 / 20 - 1)
    variances = (12**2 - 1) / 12 / 20**2, (4**2 - 1) / 12 / 20**2  # of evenly spread pixels, in halves of a side
    assert size == pytest.approx(math.sqrt(sum(variances)), rel=1e-4)
    assert wide == pytest.approx((variances[0] - variances[1]) / sum(variances), rel=1e-4)
    assert slant == pytest.approx(0, abs=1e-6) and ink == pytest.approx(48 / 1600)
    falling = torch.eye(40)[None, None]
    assert quantities(falling)[0, 4] == pytest.approx(0.5, abs=1e-3)
    assert quantities(falling.flip(3))[0, 4] == pytest.approx(-0.5, abs=1e-3)
    assert bool(quantities(torch.zeros(1, 1, 40, 40)).isfinite().all())


def test_every_task_weighs_the_quantities_differently() -> None:
    stream = Quantities(scrawls(2, 6, 4), 30, 170, seed=1)
    weights = []
    for number in range(8):
        every = stream.tasks([number]).every
        measured = (quantities(every.inputs[0]) - stream._mean) / stream._deviation
        found = torch.linalg.lstsq(measured, every.numbers[0]).solution
        torch.testing.assert_close(measured @ found, every.numbers[0], atol=1e-3, rtol=1e-3)
        assert float(found.norm()) == pytest.approx(1, abs=1e-3)
        weights.append(found)
    assert torch.linalg.matrix_rank(torch.stack(weights)) == len(QUANTITIES)
    numbers = stream.tasks(range(40)).every.numbers
    assert float(numbers.mean()) == pytest.approx(0, abs=0.1) and float(numbers.std()) == pytest.approx(1, abs=0.15)
