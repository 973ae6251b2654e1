"""Fits tasks to the data: fewer ways, shots and queries if there are too few glyphs or drawings."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape

WAYS, SHOTS, QUERIES = "ways", "shots", "queries"


def fitted_shape(
    drawings: Drawings, wanted: TaskShape, *, inside: int = 0, fixed: Collection[str] = ()
) -> tuple[TaskShape, str]:
    """Return a shape for which `drawings` has enough, and a sentence if it is smaller than `wanted`, "" otherwise.

    inside: the number of alphabets that the ways must fit into, 0 for all. fixed: those of "ways", "shots" and
    "queries" that must not change. If no shape fits, return `wanted`, because the task stream reports why.
    """
    ways, shots, queries = wanted.ways, wanted.shots, wanted.queries
    least = min(ways, max(2, _room(drawings, 2, inside)))
    most = _most(drawings, least, inside)
    if QUERIES not in fixed:
        queries = max(1, min(queries, most - shots))
    if SHOTS not in fixed:
        shots = max(1, min(shots, most - queries))
    if WAYS not in fixed:
        ways = max(2, min(ways, _room(drawings, shots + queries, inside)))
    shape = TaskShape(ways, shots, queries)
    if shape == wanted or _room(drawings, shots + queries, inside) < ways:
        return wanted, ""
    return shape, (
        f"The data has too few glyphs or drawings for tasks of {wanted.ways} ways, {_words(wanted)}. "
        f"The tasks have {shape.ways} ways, {_words(shape)}."
    )


def _room(drawings: Drawings, each: int, inside: int) -> int:
    """Return how many ways there can be with `each` drawings."""
    sizes = np.sort(drawings.usable(each))
    return int(sizes[-inside:].sum() if inside else sizes.sum())


def _most(drawings: Drawings, ways: int, inside: int) -> int:
    """Return the largest number of drawings that so many ways can have; 0 if there are too few characters."""
    least, most = 0, int(np.bincount(drawings.character).max(initial=0))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if _room(drawings, middle, inside) >= ways else (least, middle - 1)
    return least


def _words(shape: TaskShape) -> str:
    return f"{shape.shots} to adapt on and {shape.queries} to classify"
