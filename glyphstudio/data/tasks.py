"""Tasks: N ways x K shots to adapt on and N x Q queries to be judged on, sampled from a set of drawings.

Matching Networks (Vinyals et al. 2016) introduced the episode. A way's index is its label. Every task has a new random
order of ways, so no learner can memorise labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.jitter import VARIANTS, Jitter, vary

_FEW = 3  # alphabets that the ways of a hard task of extra drawings come from


@dataclass(frozen=True)
class TaskBatch:
    """support: (T, N, K, 1, S, S), query: (T, N, Q, 1, S, S), float32, 0 paper, 1 ink.

    classes: (T, N) int64, which of the stream's classes each way is. Only the baselines use it, which train on all
    classes at once; no meta-learner does.
    """

    support: Tensor
    query: Tensor
    classes: Tensor | None = None

    def to(self, device: torch.device) -> TaskBatch:
        """Return the same tasks on `device`."""
        classes = None if self.classes is None else self.classes.to(device)
        return TaskBatch(self.support.to(device), self.query.to(device), classes)

    def __len__(self) -> int:
        return len(self.support)

    def first_ways(self, ways: int) -> TaskBatch:
        """Return the same tasks with their first `ways` ways only. The ways of a task are in random order."""
        classes = None if self.classes is None else self.classes[:, :ways]
        return TaskBatch(self.support[:, :ways], self.query[:, :ways], classes)

    def __getitem__(self, tasks: slice) -> TaskBatch:
        """Some of the tasks."""
        classes = None if self.classes is None else self.classes[tasks]
        return TaskBatch(self.support[tasks], self.query[tasks], classes)


@dataclass(frozen=True)
class TaskShape:
    """`ways` glyphs, `shots` drawings of each to adapt on, `queries` of each to be judged on."""

    ways: int = 20
    shots: int = 1
    queries: int = 1

    def __post_init__(self) -> None:
        if min(self.ways, self.shots, self.queries) < 1:
            raise DataError("Ways, shots and queries must each be at least 1.")


@dataclass(frozen=True)
class TaskStream:
    """An endless, seeded, restartable stream of tasks. Task number i is always the same to the bit, in any batch.

    within: the share of tasks whose ways come from only `alphabets` alphabets (hard, because look-alikes meet); the
    others use all alphabets. one_drawer: in tasks within alphabets, one drawer drew the supports (K drawers for K
    shots) and others the queries. variants: quarter turns and mirror images count as separate glyphs. jitter: see
    `Jitter`. fixed_labels: the ways are in the order of the source's characters, not in a random one. Then a learner
    can memorise the labels of a small source instead of looking at its support set; the option exists to show that.
    extra: further drawings. `extra_share` of the tasks are made from them alone, half of these inside a few of their
    alphabets.
    """

    drawings: Drawings
    shape: TaskShape
    seed: int = 0
    within: float = 0.0
    alphabets: int = 1
    one_drawer: bool = False
    variants: bool = False
    jitter: Jitter | None = None
    fixed_labels: bool = False
    extra: Drawings | None = None
    extra_share: float = 0.0
    _table: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _counts: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _further: TaskStream | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        order = np.argsort(self.drawings.character, kind="stable")
        counts = np.bincount(self.drawings.character, minlength=len(self.drawings.characters))
        table = np.full((len(counts), int(counts.max(initial=0))), -1)
        table[np.repeat(np.arange(len(counts)), counts), _ranks(counts)] = order
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_counts", counts)
        self._check()
        further = None
        if self.extra is not None and self.extra_share:
            few = min(_FEW, len(self.extra.alphabets))
            further = replace(self, drawings=self.extra, extra=None, one_drawer=False, within=0.5, alphabets=few)
        object.__setattr__(self, "_further", further)

    def _check(self) -> None:
        if self.seed < 0:
            raise DataError(f"The seed is {self.seed}; it must be 0 or more.")
        shape = self.shape
        need = shape.shots + shape.queries
        enough = int((self._counts >= need).sum())
        if enough < shape.ways:
            have = len(self._counts)
            falls_short = (
                f"there are {have}. Ask for fewer ways."
                if shape.ways > have
                else f"only {enough} of {have} have that many, and none has more than "
                f"{int(self._counts.max(initial=0))}. Ask for fewer shots or queries, or for fewer ways."
            )
            raise DataError(
                f"Tasks of {shape.ways} ways with {need} drawings each (shots {shape.shots}, queries {shape.queries}) "
                f"need {shape.ways} characters; {falls_short}"
            )
        if self.within and not len(self._large_enough()):
            sizes = np.bincount(self.drawings.alphabet[self._counts >= need])
            raise DataError(
                f"{shape.ways} ways inside {self.alphabets} of the alphabets are too many: "
                f"the largest alphabet has {int(sizes.max())} characters with {need} drawings. Ask for fewer ways."
            )

    def _large_enough(self) -> NDArray[np.int64]:
        """Return the alphabets that a task within alphabets can use."""
        sizes = np.bincount(self.drawings.alphabet[self._counts >= self.shape.shots + self.shape.queries])
        if self.alphabets == 1:
            return np.flatnonzero(sizes >= self.shape.ways)
        return (
            np.arange(len(sizes)) if np.sort(sizes)[-self.alphabets :].sum() >= self.shape.ways else np.array([], int)
        )

    @property
    def drawers_suffice(self) -> bool:
        """Whether enough drawers drew all characters of each alphabet. Then no task with `one_drawer` can fail whose
        ways come from one alphabet; drawers of one alphabet need not have drawn another."""
        need = self.shape.shots + self.shape.queries
        for alphabet in self._large_enough():
            usable = (self._counts >= need) & (self.drawings.alphabet == alphabet)
            if len(self._common_drawers(np.flatnonzero(usable))) < need:
                return False
        return True

    @property
    def classes(self) -> int:
        """The number of classes that ways come from, including variants."""
        own = len(self._counts) * (VARIANTS if self.variants else 1)
        return own + (0 if self._further is None else self._further.classes)

    def __iter__(self) -> Iterator[TaskBatch]:
        number = 0
        while True:
            yield self.batch(number)
            number += 1

    def arrays(self, first: int = 0) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Yield the same tasks one by one, from task number `first` on, as plain arrays for other libraries: support
        (N, K, S, S) and query (N, Q, S, S), float32, 0 paper, 1 ink. A way's index is its label. To continue where
        another iterator stopped, pass the number of tasks it has yielded."""
        number = first
        while True:
            task = self.tasks([number])
            yield task.support[0, :, :, 0].numpy(), task.query[0, :, :, 0].numpy()
            number += 1

    def batch(self, number: int, tasks: int = 1) -> TaskBatch:
        """Return `tasks` tasks, starting at task `number * tasks` of the stream."""
        return self.tasks(range(number * tasks, (number + 1) * tasks))

    def tasks(self, numbers: Sequence[int]) -> TaskBatch:
        """Return the tasks with these numbers (at least one)."""
        if self._further is None:
            return self._own(numbers)
        each = [self._further_or_own(number) for number in numbers]
        classes = [one.classes for one in each if one.classes is not None]
        return TaskBatch(
            torch.cat([one.support for one in each]), torch.cat([one.query for one in each]), torch.cat(classes)
        )

    def _further_or_own(self, number: int) -> TaskBatch:
        further = self._further
        if further is None or np.random.default_rng([self.seed, number, 1]).random() >= self.extra_share:
            return self._own([number])
        batch = further.tasks([number])
        before = self.classes - further.classes
        return replace(batch, classes=None if batch.classes is None else batch.classes + before)

    def _own(self, numbers: Sequence[int]) -> TaskBatch:
        shape = self.shape
        drawn = [self._draw(number) for number in numbers]
        chosen = np.stack([indices for indices, _, _ in drawn])  # (T, N, K + Q)
        variant = torch.from_numpy(np.stack([variants for _, variants, _ in drawn]))  # (T, N)
        bitmaps = torch.stack([self._bitmaps(*task) for task in drawn])
        classes = torch.from_numpy(self.drawings.character[chosen[:, :, 0]])
        if self.variants:
            classes = classes * VARIANTS + variant
        return TaskBatch(bitmaps[:, :, : shape.shots].contiguous(), bitmaps[:, :, shape.shots :].contiguous(), classes)

    @property
    def exact(self) -> bool:
        """Whether tasks consist of the drawings themselves, neither varied nor of another source."""
        return self.jitter is None and not self.variants and self._further is None

    def drawn(self, number: int) -> NDArray[np.int64]:
        """Return the indices of task `number`'s drawings, (N, K + Q): first the shots, then the queries."""
        return self._draw(number)[0]

    def _bitmaps(self, chosen: NDArray[np.int64], variants: NDArray[np.int64], seed: int) -> Tensor:
        """Return one task's bitmaps (N, K + Q, 1, S, S)."""
        which = torch.from_numpy(chosen)
        bitmaps = self.drawings.bitmaps[which.flatten()].float().div_(255)[:, None]
        if self.variants or self.jitter is not None:
            each = torch.from_numpy(variants)[:, None].expand(which.shape).flatten()
            # Each task has its own generator, so it does not depend on the other tasks in the request.
            bitmaps = vary(bitmaps, each, self.jitter, torch.Generator().manual_seed(seed))
        return bitmaps.reshape(*which.shape, *bitmaps.shape[1:])

    def _draw(self, task: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Return one task's drawings (N, K + Q), variants (N,) and a seed for the jitter."""
        rng = np.random.default_rng([self.seed, task])
        shape = self.shape
        within = bool(rng.random() < self.within)
        characters = self._characters(rng, within)
        if self.fixed_labels:
            characters.sort()
        chosen = np.empty((shape.ways, shape.shots + shape.queries), np.int64)
        drawers = self._drawers(rng, characters) if within and self.one_drawer else None
        for way, character in enumerate(characters):
            own = self._table[character, : self._counts[character]]
            if drawers is None:
                chosen[way] = rng.choice(own, shape.shots + shape.queries, replace=False)
            else:
                drawer = self.drawings.drawer[own]
                chosen[way] = [own[np.flatnonzero(drawer == one)[0]] for one in drawers]
        variants = np.zeros(shape.ways, np.int64)
        if self.variants:
            # Within alphabets all ways turn the same way, so that look-alikes stay look-alikes.
            variants = (
                np.full(shape.ways, rng.integers(VARIANTS)) if within else rng.integers(VARIANTS, size=shape.ways)
            )
        return chosen, variants, int(rng.integers(1 << 62))

    def _characters(self, rng: np.random.Generator, within: bool) -> NDArray[np.int64]:
        usable = self._counts >= self.shape.shots + self.shape.queries
        if within:
            alphabets = self._large_enough()
            for _ in range(1000):
                few = rng.choice(alphabets, min(self.alphabets, len(alphabets)), replace=False)
                pool = np.flatnonzero(usable & np.isin(self.drawings.alphabet, few))
                if len(pool) >= self.shape.ways:
                    break
            else:  # few choices of alphabets have enough: take the largest alphabets, which do
                sizes = np.bincount(self.drawings.alphabet[usable], minlength=len(self.drawings.alphabets))
                few = np.argsort(sizes, kind="stable")[-self.alphabets :]
                pool = np.flatnonzero(usable & np.isin(self.drawings.alphabet, few))
        else:
            pool = np.flatnonzero(usable)
        return rng.choice(pool, self.shape.ways, replace=False)

    def _drawers(self, rng: np.random.Generator, characters: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return K + Q different drawers, each of whom drew every one of `characters`."""
        everybody = sorted(self._common_drawers(characters))
        need = self.shape.shots + self.shape.queries
        if len(everybody) < need:
            raise DataError(
                f"{self.shape.shots} shots and {self.shape.queries} queries by different drawers need {need} drawers "
                f"who drew all the task's characters; there are {len(everybody)}. Ask for fewer."
            )
        return rng.choice(np.array(everybody), need, replace=False)

    def _common_drawers(self, characters: NDArray[np.int64]) -> set[int]:
        """Return the drawers who drew every one of `characters`."""
        each = (self.drawings.drawer[self._table[one, : self._counts[one]]].tolist() for one in characters)
        return set.intersection(*map(set, each)) if len(characters) else set()


def _ranks(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, ... count - 1 for each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
