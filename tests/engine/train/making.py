"""Whole trainings, and comparing them to the bit."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.engine.train.training import Training
from tests.engine.making import steps_of


def state_of(training: Training) -> dict[str, Tensor]:
    """Return everything that the next step depends on."""
    state = {name: tensor.clone() for name, tensor in training.learner.state_dict().items()}
    for index, parameter in enumerate(training.learner.parameters()):
        for name, tensor in training.optimizer.state[parameter].items():
            state[f"{index}.{name}"] = tensor.clone()
    return state


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def run(config: TrainConfig, source: Drawings, folder: Path | None = None) -> Training:
    training = Training(config)
    for _ in steps_of(training, source, folder=folder):
        pass
    return training


def assert_same_best(one: Training, other: Training) -> None:
    assert one.best is not None and other.best is not None
    assert (one.best.step, one.best.accuracy) == (other.best.step, other.best.accuracy)
    assert_same(one.best.tensors, other.best.tensors)
