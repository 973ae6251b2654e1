"""Nearest prototype in NumPy: few-shot learning on one page. The tests compare the learners with it.

Snell, Swersky, Zemel (2017), "Prototypical Networks for Few-shot Learning": a class is the mean of its examples
(equation 1), and a query belongs to a class by a softmax over negative squared distances to the means (equation 2).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors = NDArray[np.float64]


def prototypes(examples: Mapping[str, ArrayLike]) -> dict[str, Vectors]:
    """Equation 1. (K, D) vectors of each class -> its mean, (D,). K >= 1, and may differ from class to class."""
    found = {}
    for name, vectors in examples.items():
        rows = np.asarray(vectors, np.float64)
        if rows.ndim != 2 or not len(rows):
            raise ValueError(f"'{name}' needs one or more vectors as rows, not shape {rows.shape}.")
        found[name] = rows.mean(0)
    return found


def distances(means: Mapping[str, Vectors], query: ArrayLike) -> dict[str, float]:
    """Return the squared Euclidean distance of a (D,) query to each prototype."""
    return {name: float(np.square(np.asarray(query, np.float64) - mean).sum()) for name, mean in means.items()}


def nearest(means: Mapping[str, Vectors], query: ArrayLike) -> str:
    """Return the name of the prototype nearest to a (D,) query; the first one if several are equally near."""
    away = distances(means, query)
    return min(away, key=away.__getitem__)


def probabilities(means: Mapping[str, Vectors], query: ArrayLike) -> dict[str, float]:
    """Equation 2: the probability that a (D,) query belongs to each class. They sum to 1."""
    away = distances(means, query)
    closest = min(away.values())  # subtracting it changes no softmax, and keeps the exp of all classes from vanishing
    powers = {name: float(np.exp(closest - distance)) for name, distance in away.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}
