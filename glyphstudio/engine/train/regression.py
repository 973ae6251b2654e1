"""Trains starts for regression, all on the same tasks."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from glyphstudio.data.regression.tasks import RegressionStream
from glyphstudio.engine.errors import EngineError
from glyphstudio.learners.regression.starts import Start

MOST = 10.0  # the longest gradient that is not shortened


def train_start(
    start: Start,
    stream: RegressionStream,
    steps: int,
    *,
    batch: int,
    rate: float,
    on_step: Callable[[int], None] | None = None,
) -> None:
    """Take `steps` outer steps of `batch` tasks each, by Adam, whose rate falls to zero along a cosine.

    on_step: called with the number of steps taken; may raise. Raises EngineError if numbers stop being finite.
    """
    if not start.kind.trained:
        return
    learned = [part for part in start.parameters() if part.requires_grad]
    optimizer = torch.optim.Adam(learned, lr=rate)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 + math.cos(math.pi * step / steps)) / 2
        optimizer.zero_grad()
        loss = start.meta_step(stream.tasks(range(step * batch, (step + 1) * batch)))
        length = float(torch.nn.utils.clip_grad_norm_(learned, MOST))
        if not math.isfinite(loss + length):
            raise EngineError(
                f"{start.kind.title} stopped being numbers at step {step + 1}. Choose a lower learning rate."
            )
        optimizer.step()
        if on_step is not None:
            on_step(step + 1)
