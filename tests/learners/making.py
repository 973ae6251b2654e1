"""Learners and tasks for tests."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.encoder import Encoder, EncoderShape
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.learners.learner import InnerLoop, Learner
from tests.engine.making import TINY, equal

CLASSES = 40
INNER = equal(2)
STEEP = equal(2, 0.5, 4.0)  # steep enough that the inner loop is curved
PUBLISHED = InnerLoop(2, 0.3, 0.3, vectors=3)  # as Finn et al. (2017): the class vectors are meta-learned
STRIDED = EncoderShape(8, (4, 6), blocks="strided", groups=2)
STEEP_SHAPE = EncoderShape(8, (5, 7), 5)
GRADIENT_BASED = [name for name, learner in LEARNERS.items() if learner.gradient_based]


def bitmaps(count: int, seed: int = 0, size: int = TINY.size) -> Tensor:
    """Make (B, 1, S, S) bitmaps of noise."""
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(seed))


def noise_tasks(count: int, ways: int, shots: int, queries: int, *, seed: int = 0, size: int = TINY.size) -> TaskBatch:
    """Make tasks of noise: no two drawings are similar, and the classes are arbitrary."""
    many = bitmaps(count * ways * (shots + queries), seed, size).reshape(count, ways, -1, 1, size, size)
    draw = torch.Generator().manual_seed(seed)
    classes = torch.stack([torch.randperm(CLASSES, generator=draw)[:ways] for _ in range(count)])
    return TaskBatch(many[:, :, :shots], many[:, :, shots:], classes)


def encoder_of(learner: Learner) -> Encoder:
    encoder = learner.get_submodule("encoder")
    assert isinstance(encoder, Encoder)
    return encoder


def settle(learner: Learner, drawings: Tensor) -> None:
    """Give batch normalisation the statistics of `drawings`, like those of a pre-trained start."""
    encoder = encoder_of(learner)
    encoder.train()
    with torch.no_grad():
        for _ in range(30):
            encoder(drawings)
    learner.eval()


def made(name: str, inner: InnerLoop = INNER, shape: EncoderShape = TINY) -> Learner:
    """Return the learner of this name in evaluation mode, with weights and statistics unlike the initial ones."""
    torch.manual_seed(3)
    learner = LEARNERS[name](shape, inner, CLASSES)
    if isinstance(learner, MAML) and learner.vectors is not None:
        torch.nn.init.normal_(learner.vectors, std=0.3)
    settle(learner, bitmaps(40, seed=77, size=shape.size))
    return learner


def in_double(tasks: TaskBatch) -> TaskBatch:
    return TaskBatch(tasks.support.double(), tasks.query.double(), tasks.classes)


def gradients(learner: Learner, tasks: TaskBatch) -> dict[str, Tensor]:
    """Return every parameter's gradient in `.grad` after one meta step."""
    learner.zero_grad()
    learner.meta_step(tasks)
    found = {}
    for name, parameter in learner.named_parameters():
        assert parameter.grad is not None, f"no gradient for {name}"
        found[name] = parameter.grad.clone()
    return found


def steep(name: str, inner: InnerLoop = STEEP, shape: EncoderShape = STEEP_SHAPE) -> MAML:
    """Return MAML, or a learner derived from it, in double precision, ready to train."""
    learner = made(name, inner, shape).double().train()
    assert isinstance(learner, MAML)
    return learner


def steep_tasks() -> TaskBatch:
    """Make two tasks of three ways for such a learner."""
    return in_double(noise_tasks(2, 3, 2, 2, seed=5, size=STEEP_SHAPE.size))


def weighted_mean(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each shot weighs the inverse square of its mean squared distance to the others."""
    if len(vectors) < 3:
        mean: NDArray[np.float64] = vectors.mean(0)
        return mean
    far = [np.square(vectors - one).sum() / (len(vectors) - 1) for one in vectors]
    weighted: NDArray[np.float64] = np.average(vectors, axis=0, weights=np.array(far) ** -2.0)
    return weighted
