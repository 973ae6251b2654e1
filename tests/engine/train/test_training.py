"""The trainer: its next step depends on its state alone, and the state on disk is always complete."""

from __future__ import annotations

import dataclasses
import errno
import itertools
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import glyphstudio.engine.train.training as training_module
from glyphstudio.data.drawings import Drawings
from glyphstudio.data.jitter import Jitter
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.device import has_bfloat16
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.training import Training, rate_at
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import StepResult
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import steps_of, tiny_config
from tests.engine.train.making import assert_same, assert_same_best, run, state_of

pytestmark = pytest.mark.usefixtures("few_answers")


# The learning rate


def test_the_rate_rises_over_a_quarter_and_falls_to_zero() -> None:
    config = TrainConfig(steps=400, rate=0.01)
    rates = [rate_at(step, config) for step in range(401)]
    assert rates[0] == pytest.approx(0.0004)
    assert rates[50] == pytest.approx(0.01 * (0.04 + 0.96 / 2))
    assert rates[100] == pytest.approx(0.01)
    assert max(rates) == rates[100]
    assert rates[250] == pytest.approx(0.005)
    assert 0 < rates[399] < 1e-6
    assert rates[400] == pytest.approx(0, abs=1e-15)
    assert all(a < b for a, b in itertools.pairwise(rates[:101]))
    assert all(a > b for a, b in itertools.pairwise(rates[100:]))


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_shortest_trainings_have_a_rate(steps: int) -> None:
    config = TrainConfig(steps=steps, rate=0.01)
    assert all(0 < rate_at(step, config) <= 0.01 for step in range(steps))


# What a training reports


def test_every_step_is_reported(source: Drawings, held_out: Drawings) -> None:
    config = tiny_config()
    items = list(steps_of(Training(config), source, held_out))
    assert [item.step for item in items] == list(range(1, 9))
    assert {item.steps for item in items} == {8}
    assert [item.rate for item in items] == [rate_at(step, config) for step in range(8)]
    assert [item.step for item in items if item.validation is not None] == [4, 8]
    for item in items:
        assert math.isfinite(item.result.loss)
        assert item.result.accuracy_before == pytest.approx(0.2)
        assert 0 <= item.result.accuracy_after <= 1
        assert item.seconds > 0


def test_it_learns(source: Drawings) -> None:
    items = list(steps_of(Training(tiny_config(steps=60, queries=3, rate=5e-3, jitter=None)), source))
    losses = [item.result.loss for item in items]
    assert float(np.mean(losses[-10:])) < 0.7 * float(np.mean(losses[:5]))


def test_a_training_is_these_steps_and_no_others(source: Drawings) -> None:
    """The whole algorithm, written again: the tasks of each step, its rate, and the optimiser's settings."""
    config = tiny_config(weight_decay=0.3, rate=0.01, meta_batch=2, shots=2, clip=0.5)
    torch.manual_seed(7)
    learner = ProtoNet(config.encoder).train()
    optimizer = torch.optim.AdamW(learner.parameters(), weight_decay=0.3)
    shape = TaskShape(ways=5, shots=2, queries=2)
    stream = TaskStream(source, shape, seed=7, within=0.5, alphabets=2, variants=True, jitter=Jitter())
    for step in range(8):
        optimizer.param_groups[0]["lr"] = rate_at(step, config)
        optimizer.zero_grad()
        tasks = stream.batch(step, 2)
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16(torch.device("cpu"))):
            learner.meta_step(tasks)
        assert float(torch.nn.utils.clip_grad_norm_(learner.parameters(), 0.5)) > 0.5, "this test does not clip"
        optimizer.step()
    trained = run(config, source).learner.state_dict()
    assert_same(dict(trained), dict(learner.state_dict()))


def test_validation_leaves_no_trace_in_the_training(source: Drawings, held_out: Drawings) -> None:
    with_checks, without = Training(tiny_config()), Training(tiny_config())
    for _ in steps_of(with_checks, source, held_out):
        pass
    for _ in steps_of(without, source):
        pass
    assert_same(state_of(with_checks), state_of(without))


def test_using_a_learner_between_steps_does_not_change_its_training(source: Drawings) -> None:
    training = Training(tiny_config())
    for _ in steps_of(training, source):
        training.learner.eval()
    assert_same(state_of(training), state_of(run(tiny_config(), source)))


def test_another_seed_is_another_training(source: Drawings) -> None:
    one, other = run(tiny_config(seed=1, steps=2), source), run(tiny_config(seed=2, steps=2), source)
    assert not torch.equal(next(one.learner.parameters()), next(other.learner.parameters()))


# The best weights


def test_the_best_weights_are_kept_and_saved(
    source: Drawings, held_out: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter([0.5, 0.8, 0.8, 0.3])
    monkeypatch.setattr(training_module, "measure", lambda *_: Figure(next(figures), 0.1, 2))
    config = tiny_config(validate_every=2)
    training, seen = Training(config), {}
    for progress in steps_of(training, source, held_out, tmp_path):
        seen[progress.step] = {key: tensor.clone() for key, tensor in training.learner.state_dict().items()}
    assert training.best is not None
    assert (training.best.step, training.best.accuracy) == (6, 0.8)  # of two equal ones, the later
    loaded = Training.load(tmp_path, config)
    assert_same_best(loaded, training)
    assert_same(dict(loaded.learner.state_dict()), seen[8])
    loaded.take_best()
    assert_same(dict(loaded.learner.state_dict()), seen[6])


def test_without_a_validation_the_last_weights_are_used(source: Drawings) -> None:
    training = run(tiny_config(steps=2), source)
    before = state_of(training)
    training.take_best()
    assert training.best is None
    assert_same(state_of(training), before)


# The weights to start from


def test_it_starts_with_the_encoder_of_another_learner() -> None:
    start = Training(tiny_config(learner="pretrained", seed=1), classes=24).learner
    learner = Training(tiny_config(learner="maml", start="pretrained"), start=start).learner
    fresh = Training(tiny_config(learner="maml")).learner
    for key, tensor in learner.state_dict().items():
        expected = start.state_dict()[key] if key.startswith("encoder.") else fresh.state_dict()[key]
        assert torch.equal(tensor, expected), key
    assert not torch.equal(learner.state_dict()["encoder.head.weight"], fresh.state_dict()["encoder.head.weight"])


def test_a_start_with_a_different_encoder_gets_a_sentence() -> None:
    start = ProtoNet(EncoderShape(16, (8, 16), 13))
    with pytest.raises(
        EngineError, match=r"a different encoder .*embedding=13.*Choose the same encoder, or start from ot"
    ):
        Training(tiny_config(), start=start)


class _Interrupting:
    """Ctrl-C inside call number `at` of the optimiser's step, after half of the parameters were changed."""

    def __init__(self, training: Training, at: int) -> None:
        self.training, self.at, self.calls = training, at, 0
        self.step = training.optimizer.step

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            with torch.no_grad():
                next(self.training.learner.parameters()).add_(1.0)
            raise KeyboardInterrupt
        self.step()


def test_an_interrupted_step_is_never_saved(source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny_config()
    training = Training(config)
    monkeypatch.setattr(training.optimizer, "step", _Interrupting(training, 6))
    with pytest.raises(KeyboardInterrupt):
        for _ in steps_of(training, source, folder=tmp_path):
            pass
    resumed = Training.load(tmp_path, config)
    assert resumed.step == 3
    for _ in steps_of(resumed, source):
        pass
    assert_same(state_of(resumed), state_of(run(config, source)))


# Failures


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_state(
    source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ProtoNet.meta_step
    calls = 0

    def broken(self: ProtoNet, tasks: Any) -> StepResult:
        nonlocal calls
        calls += 1
        result = real(self, tasks)
        if calls < 5:
            return result
        with torch.no_grad():
            next(self.parameters()).fill_(math.nan)
        return dataclasses.replace(result, loss=math.nan)

    config = tiny_config()
    with monkeypatch.context() as patch:
        patch.setattr(ProtoNet, "meta_step", broken)
        with pytest.raises(EngineError, match=r"stopped being a number at step 5\. .* lower learning rate than 0\.002"):
            for _ in steps_of(Training(config), source, folder=tmp_path):
                pass
    resumed = Training.load(tmp_path, config)
    assert resumed.step == 3
    assert all(bool(torch.isfinite(tensor).all()) for tensor in state_of(resumed).values())


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_stops_before_its_step(
    source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    """The loss may still be finite: the square root has no derivative at 0."""
    real = ProtoNet.meta_step

    def broken(self: ProtoNet, tasks: Any) -> StepResult:
        result = real(self, tasks)
        gradient = next(self.parameters()).grad
        assert gradient is not None
        if training.step == 4:
            gradient.view(-1)[0] = number
        return result

    config = tiny_config()
    training = Training(config)
    monkeypatch.setattr(ProtoNet, "meta_step", broken)
    with pytest.raises(EngineError, match=r"The gradient stopped being a number at step 5\. Train again with a lower"):
        list(steps_of(training, source, folder=tmp_path))
    assert training.step == 4
    assert all(bool(torch.isfinite(parameter).all()) for parameter in training.learner.parameters())
    assert Training.load(tmp_path, config).step == 3


def test_weights_that_are_not_finite_never_replace_good_ones(source: Drawings, tmp_path: Path) -> None:
    training = Training(tiny_config())
    steps = steps_of(training, source, folder=tmp_path)
    for _ in range(5):
        next(steps)
    with torch.no_grad():  # like a gradient that overflows
        next(training.learner.parameters()).fill_(math.inf)
    with pytest.raises(EngineError, match="stopped being numbers"):
        steps.close()
    assert Training.load(tmp_path, tiny_config()).step == 3


def test_a_training_that_really_diverges_ends_in_a_sentence(source: Drawings, tmp_path: Path) -> None:
    training = Training(tiny_config())
    with torch.no_grad():
        for parameter in training.learner.parameters():
            parameter.mul_(1e30)
    with pytest.raises(EngineError, match="lower learning rate"):
        for _ in steps_of(training, source, folder=tmp_path):
            pass
    assert not (tmp_path / STATE_FILE).exists()


def test_a_full_disk_gets_a_sentence_and_the_training_can_continue(
    source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config()
    training = Training(config)
    steps = steps_of(training, source, folder=tmp_path)
    for _ in range(4):
        next(steps)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(EngineError, match=r"training's state could not be saved .*No space left.*Make room"):
            list(steps)
    assert [item.name for item in tmp_path.iterdir()] == [STATE_FILE], "half a file was left behind"
    assert Training.load(tmp_path, config).step == 3
    assert training.step == 6  # in memory it is complete: it continues from here when there is room
    for _ in steps_of(training, source, folder=tmp_path):
        pass
    assert_same(state_of(Training.load(tmp_path, config)), state_of(run(config, source)))


def test_a_folder_that_is_a_file_gets_a_sentence(source: Drawings, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(EngineError, match="could not be saved") as caught:
        run(tiny_config(), source, taken)
    assert str(caught.value).endswith("try again.")
    assert taken.read_text() == "mine"


def test_saving_renames_a_finished_file(source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(tiny_config())
    training.save(tmp_path)
    old = (tmp_path / STATE_FILE).read_bytes()
    seen: list[tuple[bool, bool]] = []
    real = os.fsync

    def look(descriptor: int) -> None:
        seen.append(((tmp_path / STATE_FILE).read_bytes() == old, len(list(tmp_path.iterdir())) == 2))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    next(steps_of(training, source))
    training.save(tmp_path)
    assert seen == [(True, True)]
    assert (tmp_path / STATE_FILE).read_bytes() != old
    assert [item.name for item in tmp_path.iterdir()] == [STATE_FILE]
