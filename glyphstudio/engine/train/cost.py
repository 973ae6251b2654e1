"""Measures what a training costs on this machine, by taking two of its steps on random drawings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.device import describe_device
from glyphstudio.engine.evaluate.evaluation import as_used, each_task, share_of
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.training import Training, meta_train
from glyphstudio.learners.encoders.encoder import EncoderShape

_STEPS, _TASKS = 2, 2


@dataclass(frozen=True)
class StepCost:
    """step: seconds for an outer step. task: seconds for a task of a validation. megabytes: the peak memory of the
    process meanwhile (of the graphics card, if one is used); NaN if the system does not report it."""

    step: float
    task: float
    megabytes: float
    device: str


def cost_of(config: TrainConfig, characters: int, go_on: Callable[[], None]) -> StepCost:
    """Measure the cost. characters: the number in the source, because learners of all classes at once depend on it.
    go_on: called between the parts, may raise to end it. Raises EngineError and DataError as the training would."""
    drawings = _made_up(max(characters, config.ways), config.shots + config.queries, config.encoder)
    few = replace(config, steps=_STEPS + 1, within=0.0, start="")
    go_on()
    _reset_peak()
    tasks = training_stream(few, drawings)
    training = Training(few, tasks.classes)
    seconds = []
    with closing(meta_train(training, tasks)) as steps:
        for progress in steps:
            seconds.append(progress.seconds)
            go_on()
    stream = validation_stream(_made_up(20, 2, config.encoder), seed=0)
    start = time.perf_counter()
    with as_used(training.learner):
        for drawn in each_task(training.learner, stream, _TASKS):
            share_of(training.learner, drawn)
            go_on()
    task = (time.perf_counter() - start) / _TASKS
    return StepCost(min(seconds[1:]), task, _peak(training.device), describe_device(training.device))


def _made_up(characters: int, drawings: int, shape: EncoderShape) -> Drawings:
    """Make noise drawings: the content of a drawing does not affect the time."""
    noise = np.random.default_rng(0)
    names = [f"Noise/{number:06}" for number in range(characters) for _ in range(drawings)]
    bitmaps = noise.integers(0, 256, (len(names), shape.size, shape.size), np.uint8)
    return Drawings.of(bitmaps, names, list(range(drawings)) * characters)


def _reset_peak() -> None:
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    with suppress(OSError):  # exists on Linux only
        Path("/proc/self/clear_refs").write_text("5")


def _peak(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return math.nan
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 / 1e6 if lines else math.nan
