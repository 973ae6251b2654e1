"""Training of starts for regression."""

from __future__ import annotations

import pytest
import torch

from glyphstudio.data.regression.sinusoids import Sinusoids
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.regression import errors, tuned
from glyphstudio.engine.train.regression import train_start
from glyphstudio.learners.regression.networks import CurveNetwork
from glyphstudio.learners.regression.starts import Start


def trained(name: str, inner_steps: int = 1) -> Start:
    torch.manual_seed(0)
    start = Start(name, CurveNetwork(), inner_steps, 0.01)
    train_start(start, Sinusoids(10, 10, 1), 150, batch=25, rate=4e-3)
    return start


def test_a_meta_learned_start_adapts_where_a_pre_trained_one_cannot() -> None:
    """Half a minute of training is not needed: after 150 steps the difference is large."""
    stream = Sinusoids(10, 50, 7)
    plain = trained("pretrained")
    tuned(plain, Sinusoids(10, 50, 8), 100, (1e-3, 3e-3, 1e-2), 5)
    before = errors(plain, stream, 100, 5)
    for name, steps in (("maml", 1), ("maml++", 3)):
        after = errors(trained(name, steps), stream, 100, 5)
        assert abs(after.means[0] - before.means[0]) < 1, "before adapting all starts answer with what is common"
        less = after.less_than(before)
        assert less.mean - less.ci95 > 0.3


def test_training_is_the_same_again_and_reports_its_steps() -> None:
    steps: list[int] = []
    starts = []
    for _ in range(2):
        torch.manual_seed(0)
        starts.append(Start("maml++", CurveNetwork(), 2, 0.01))
        train_start(starts[-1], Sinusoids(3, 3, 1), 4, batch=2, rate=1e-3, on_step=steps.append)
    assert steps == [1, 2, 3, 4] * 2
    for one, other in zip(*(start.state_dict().values() for start in starts), strict=True):
        assert torch.equal(one, other)


def test_a_random_start_is_left_alone() -> None:
    start = Start("random", CurveNetwork())
    before = {name: one.clone() for name, one in start.state_dict().items()}
    train_start(start, Sinusoids(3, 3, 1), 4, batch=2, rate=1e-3)
    assert all(torch.equal(one, before[name]) for name, one in start.state_dict().items())


def test_numbers_that_stop_being_finite_are_reported() -> None:
    with pytest.raises(EngineError, match=r"MAML stopped being numbers at step \d+\. Choose a lower learning rate\."):
        train_start(Start("maml", CurveNetwork(), 5, 1e9), Sinusoids(3, 3, 1), 50, batch=2, rate=1e-3)
