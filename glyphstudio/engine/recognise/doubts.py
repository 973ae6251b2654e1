"""Finds the shot of a glyph that is probably a slip: nearer to another glyph, or far from its glyph's other shots.

At most one shot of a glyph is doubted, the worst, because a bad shot makes the good ones look bad as well.
docs/method.md has how many planted bad shots this finds, and how many good ones it doubts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.engine.calibration import spread_of
from glyphstudio.learners.robust import robust_prototype

Vector = NDArray[np.float32]
_UNLIKE = 0.8  # of the usual distance between glyphs: a shot nearer to its own others is not doubted
_FAR = 1.6  # of that distance: a shot farther than this is doubted even if no other glyph is nearer


@dataclass(frozen=True)
class Doubt:
    """shot_id: the doubtful shot. other: the glyph that it is nearer to, or None if it is only far from its own."""

    shot_id: int
    other: int | None


@dataclass(frozen=True)
class Others:
    """The other glyphs: their ids (N,), prototypes (N, D) and numbers of shots (N,)."""

    glyphs: NDArray[np.int64]
    prototypes: Vector
    counts: NDArray[np.int64]


def doubt_of(own: Mapping[int, Vector], others: Others, apart: float) -> Doubt | None:
    """Return the doubt about one glyph's shots, if there is one. own: its embeddings by shot id. apart: the usual
    distance between glyphs (`Calibration.apart`)."""
    if len(own) < 2:
        return None
    ids = sorted(own)
    shots = np.stack([own[id_] for id_ in ids]).astype(np.float64)
    away = np.array([_distance(shots[index], np.delete(shots, index, 0)) for index in range(len(ids))])
    worst = int(np.flatnonzero(away >= away.max() * (1 - 1e-9))[-1])  # of equally bad ones, the newest
    if away[worst] < _UNLIKE * apart:
        return None
    if len(others.glyphs):
        near = np.square(others.prototypes - shots[worst]).sum(1) / spread_of(others.counts)
        if near.min() < away[worst]:
            return Doubt(ids[worst], int(others.glyphs[near.argmin()]))
    return Doubt(ids[worst], None) if away[worst] > _FAR * apart else None


def _distance(shot: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Return the squared distance to the prototype of `others`, as for one shot."""
    prototype = robust_prototype(torch.from_numpy(others)).numpy()
    return float(np.square(shot - prototype).sum() / spread_of(np.array([len(others)]))[0])
