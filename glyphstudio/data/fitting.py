"""Which tasks some drawings can serve: fewer ways, shots and queries than were wanted, where there are not enough."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.tasks import TaskShape

WAYS, SHOTS, QUERIES = "ways", "shots", "queries"


def fitted_shape(
    drawings: Drawings, wanted: TaskShape, *, inside: int = 0, fixed: Collection[str] = ()
) -> tuple[TaskShape, str]:
    """Return a shape that `drawings` can serve, and a sentence if that is less than `wanted`; "" if it is not.

    inside: the ways must fit into so many alphabets; 0: into all. fixed: which of "ways", "shots" and "queries" stay.
    What cannot be served at all is returned unchanged, because the task stream says why.
    """
    ways, shots, queries = wanted.ways, wanted.shots, wanted.queries
    least = min(ways, max(2, _room(drawings, 2, inside)))
    while queries > 1 and QUERIES not in fixed and _room(drawings, shots + queries, inside) < least:
        queries -= 1
    while shots > 1 and SHOTS not in fixed and _room(drawings, shots + queries, inside) < least:
        shots -= 1
    if WAYS not in fixed:
        ways = max(2, min(ways, _room(drawings, shots + queries, inside)))
    shape = TaskShape(ways, shots, queries)
    if shape == wanted or _room(drawings, shots + queries, inside) < ways:
        return wanted, ""
    return shape, (
        f"The data has too few glyphs or drawings for tasks of {wanted.ways} ways, {_words(wanted)}: "
        f"they are of {shape.ways} ways, {_words(shape)}."
    )


def _room(drawings: Drawings, each: int, inside: int) -> int:
    """Return how many ways there can be with `each` drawings."""
    sizes = np.sort(drawings.usable(each))
    return int(sizes[-inside:].sum() if inside else sizes.sum())


def _words(shape: TaskShape) -> str:
    return f"{shape.shots} to adapt on and {shape.queries} to be judged on"
