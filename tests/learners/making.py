"""Learners and tasks to test with."""

from __future__ import annotations

import torch
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoder import Encoder, EncoderShape
from glyphstudio.learners.learner import InnerLoop, Learner
from glyphstudio.learners.maml import MAML
from tests.engine.making import TINY

CLASSES = 40
INNER = InnerLoop(steps=2, rate=0.1, head_rate=5.0)
STEEP = InnerLoop(steps=2, rate=0.5, head_rate=4.0)  # enough for the inner loop to bend
STEEP_SHAPE = EncoderShape(8, (5, 7), 5)
GRADIENT_BASED = [name for name, learner in LEARNERS.items() if learner.gradient_based]


def bitmaps(count: int, seed: int = 0, size: int = TINY.size) -> Tensor:
    """(B, 1, S, S) of noise."""
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(seed))


def noise_tasks(count: int, ways: int, shots: int, queries: int, *, seed: int = 0, size: int = TINY.size) -> TaskBatch:
    """Tasks of noise: no two drawings are alike, and the classes are any."""
    many = bitmaps(count * ways * (shots + queries), seed, size).reshape(count, ways, -1, 1, size, size)
    draw = torch.Generator().manual_seed(seed)
    classes = torch.stack([torch.randperm(CLASSES, generator=draw)[:ways] for _ in range(count)])
    return TaskBatch(many[:, :, :shots], many[:, :, shots:], classes)


def encoder_of(learner: Learner) -> Encoder:
    encoder = learner.get_submodule("encoder")
    assert isinstance(encoder, Encoder)
    return encoder


def settle(learner: Learner, drawings: Tensor) -> None:
    """Give batch normalisation the statistics of `drawings`, as a pre-trained start would have."""
    encoder = encoder_of(learner)
    encoder.train()
    with torch.no_grad():
        for _ in range(30):
            encoder(drawings)
    learner.eval()


def made(name: str, inner: InnerLoop = INNER, shape: EncoderShape = TINY) -> Learner:
    """The learner of this name, with weights and statistics unlike the first ones, in evaluation mode."""
    torch.manual_seed(3)
    learner = LEARNERS[name](shape, inner, CLASSES)
    settle(learner, bitmaps(40, seed=77, size=shape.size))
    return learner


def in_double(tasks: TaskBatch) -> TaskBatch:
    return TaskBatch(tasks.support.double(), tasks.query.double(), tasks.classes)


def gradients(learner: Learner, tasks: TaskBatch) -> dict[str, Tensor]:
    """What one meta step leaves in `.grad`, of every parameter."""
    learner.zero_grad()
    learner.meta_step(tasks)
    found = {}
    for name, parameter in learner.named_parameters():
        assert parameter.grad is not None, f"no gradient for {name}"
        found[name] = parameter.grad.clone()
    return found


def steep(name: str, inner: InnerLoop = STEEP) -> MAML:
    """MAML, or one of its kin, in double precision, ready to train."""
    learner = made(name, inner, STEEP_SHAPE).double().train()
    assert isinstance(learner, MAML)
    return learner


def steep_tasks() -> TaskBatch:
    """Two tasks of three ways for such a learner."""
    return in_double(noise_tasks(2, 3, 2, 2, seed=5, size=STEEP_SHAPE.size))
