"""A prototype that one bad shot among three or more cannot spoil.

Each shot weighs the inverse square of its mean squared distance to the glyph's other shots. So a shot far from the
others, a slip of the pen or another glyph, counts little. Among one or two shots nothing tells a bad one, and the
prototype is their mean. docs/method.md compares this with a mean, a medoid, a geometric median and a trimmed mean.
"""

from __future__ import annotations

import torch
from torch import Tensor

_FEWEST = 3  # shots among which one can be told to be bad


def weights_of_shots(shots: Tensor) -> Tensor:
    """(K, D) embeddings -> (K,) weights, which add up to 1."""
    count = len(shots)
    if count < _FEWEST:
        return torch.full((count,), 1 / count, dtype=shots.dtype, device=shots.device)
    apart = (shots[:, None] - shots[None]).square().sum(2).sum(1) / (count - 1)
    least = apart.min()
    if float(least) <= 0:  # equal shots: all weight is theirs
        same = (apart <= 0).to(shots.dtype)
        return same / same.sum()
    weights = (least / apart).square()
    return weights / weights.sum()


def robust_prototype(shots: Tensor) -> Tensor:
    """(K, D) embeddings of one glyph -> (D,)."""
    return weights_of_shots(shots) @ shots


def robust_prototypes(shots: Tensor, labels: Tensor) -> Tensor:
    """shots: (M, D). labels: (M,), every way 0..N-1 at least once -> (N, D)."""
    order = torch.argsort(labels, stable=True)
    counts = torch.bincount(labels)
    if int(counts.max()) == 1:
        return shots[order]
    return torch.stack([robust_prototype(some) for some in torch.split(shots[order], counts.tolist())])
