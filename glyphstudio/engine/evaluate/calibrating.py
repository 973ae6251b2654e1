"""Fits a calibration on held-out glyphs: the likeliest one, by L-BFGS, over libraries of several sizes and shots.

Every size of library weighs the same. In each, half of the questions are about glyphs that are not enrolled, so the
probabilities are right for a user who meets a new glyph as often as a known one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.rewriting.turned import with_quarter_turns
from glyphstudio.engine.calibration import Calibration, spread_of
from glyphstudio.engine.evaluate.evaluation import Memory, OnProgress
from glyphstudio.engine.evaluate.open_set import OpenTask, open_tasks
from glyphstudio.learners.learner import Learner

_SIZES = (2, 5, 20, 80)  # glyphs in a library
_LARGE = 240  # glyphs in a library of quarter turns too, with one shot each
_QUESTIONS = 2400  # of each size and kind of shots
_FEW = 40  # tasks of a learner with an inner loop, which takes much longer
_MANY_SHOTS = 11  # drawings of a character that tasks with uneven shots need
_ITERATIONS = 60
_KEEP_SMALL = 1e-4  # weight of the squared parameters


def fit(
    learner: Learner,
    held_out: Drawings,
    *,
    seed: int = 0,
    questions: int = _QUESTIONS,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """held_out: drawings that the learner was not trained on; at least four characters with two drawings."""
    memory = Memory(learner, held_out)
    sizes = [(held_out, memory, *kind) for kind in _kinds(held_out, uneven=learner.nearest_prototype)]
    if learner.nearest_prototype and questions >= _QUESTIONS:
        many = with_quarter_turns(held_out)
        if int(many.usable(2).sum()) >= 2 * _LARGE:
            sizes.append((many, Memory(learner, many), _LARGE, 1))
    most = _FEW if learner.gradient_based else questions
    tasks = [min(max(questions // (2 * ways), 4), most) for _, _, ways, _ in sizes]
    groups: list[list[OpenTask]] = []
    for number, (drawings, known, ways, shots) in enumerate(sizes):

        def told(done: int, _of_these: int, before: int = sum(tasks[:number])) -> None:
            if on_progress is not None:
                on_progress(before + done, sum(tasks))

        groups.append(
            open_tasks(
                learner,
                drawings,
                ways=ways,
                shots=shots,
                tasks=tasks[number],
                seed=seed + number,
                memory=known,
                on_progress=told,
            )
        )
    return likeliest(groups)


def _kinds(held_out: Drawings, *, uneven: bool) -> list[tuple[int, int | None]]:
    """Return the sizes of library that the drawings allow, with one shot and, if they suffice, with uneven shots."""
    counts = np.bincount(held_out.character, minlength=len(held_out.characters))
    kinds: list[tuple[int, int | None]] = []
    for each, shots in ((2, 1), (_MANY_SHOTS, None)):
        enough = int((counts >= each).sum())
        if shots is not None or uneven:
            kinds += [(ways, shots) for ways in _SIZES if 2 * ways <= enough]
    return kinds or [(1, 1)]


def likeliest(groups: Sequence[Sequence[OpenTask]]) -> Calibration:
    """Return the calibration with the least mean negative log likelihood; each group weighs the same. The tasks of a
    group have the same ways and queries."""
    prepared = [_prepared(group) for group in groups]
    every = np.concatenate([task.distances.ravel() for group in groups for task in group])
    scale = max(float(np.quantile(np.abs(every), 0.1)), 1e-9)  # about that of a look-alike
    apart = float(np.median([np.median(task.distances) for group in groups for task in group]))
    start = torch.tensor([math.log(scale), 0.0, 0.0, 0.0, 0.0, 0.0], dtype=torch.float64)
    moved = torch.zeros_like(start, requires_grad=True)
    optimizer = torch.optim.LBFGS([moved], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        means = [_loss(start + moved, group, scale, apart) for group in prepared]
        return torch.stack(means).mean() + _KEEP_SMALL * moved.square().sum()

    def closure() -> float:
        optimizer.zero_grad()
        value = loss()
        torch.autograd.backward(value)
        return float(value.detach())

    with torch.enable_grad():
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    log_temperature, shots, unknown, first, second, size = (start + moved).detach().tolist()
    return Calibration(math.exp(log_temperature), shots, unknown, first / scale, second, size, apart)


def _prepared(group: Sequence[OpenTask]) -> tuple[Tensor, Tensor, Tensor]:
    """Return distances (T, Q, N), spreads (T, 1, N) and the queries' own glyphs (Q,) of T tasks."""
    distances = np.stack([task.distances for task in group])
    spread = np.stack([spread_of(task.counts) for task in group])[:, None]
    return torch.from_numpy(distances), torch.from_numpy(spread), torch.from_numpy(group[0].own)


def _loss(parameters: Tensor, tasks: tuple[Tensor, Tensor, Tensor], scale: float, apart: float) -> Tensor:
    """The mean negative log likelihood of the tasks' queries; `Calibration.probabilities`, for a gradient."""
    distances, spread, own = tasks
    log_temperature, shots, unknown, first, second, size = parameters
    logits = -distances / (spread * log_temperature.exp()) - shots * spread.log()
    one_shot = distances / spread
    ways = one_shot.shape[2]
    two = one_shot.topk(min(2, ways), 2, largest=False).values
    beside = torch.asinh(two[:, :, 1]) if ways > 1 else torch.full_like(two[:, :, 0], math.asinh(apart))
    none = unknown + first * two[:, :, 0] / scale + second * beside + size * math.log(ways)
    everything = torch.cat([logits, none[:, :, None]], 2).log_softmax(2)
    return -everything[:, torch.arange(len(own)), own].mean()
