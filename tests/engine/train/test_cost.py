"""Measuring what a training costs."""

from __future__ import annotations

import math

import pytest

from glyphstudio.data.drawings import DataError
from glyphstudio.engine.train.cost import cost_of
from tests.engine.making import tiny_config


class _Enough(Exception):  # noqa: N818  not an error
    pass


@pytest.mark.parametrize("learner", ["protonet", "maml", "pretrained"])
def test_it_needs_no_source(learner: str) -> None:
    cost = cost_of(tiny_config(learner=learner, start="pretrained"), 12, lambda: None)
    assert cost.step > 0
    assert cost.task > 0
    assert math.isnan(cost.megabytes) or cost.megabytes > 10
    assert cost.device == "CPU"


def test_it_can_be_ended_between_two_steps() -> None:
    calls = 0

    def go_on() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise _Enough

    with pytest.raises(_Enough):
        cost_of(tiny_config(), 0, go_on)


def test_invalid_settings_are_refused_as_in_training() -> None:
    with pytest.raises(DataError):
        cost_of(tiny_config(queries=0), 0, lambda: None)
