"""Mappings: from the values of a trace to coordinates on the canvas, as one affine map, and those of single channels.

Read are identity, affine (`matrix` in drafts of the Recommendation), and products of these over single channels. A
mapping by table or formula gets a sentence, unless it concerns neither X nor Y.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.channels import number
from glyphstudio.glyphs.inkml.document import Document, Element

Affine = NDArray[np.float64]  # (2, 3): x and y on the canvas are this, times (X, Y, 1)

_MOST_VALUES = 1024
_LARGEST = 1e9
_DEEPEST = 8
_AXES = ("X", "Y")


def read_transform(document: Document, transform: Element) -> Affine | None:
    """Return the map of a canvasTransform; None for the identity. Raises InkError if it is of another kind."""
    mapping = transform.first("mapping")  # a second one leads back from the canvas
    rows = {} if mapping is None else _rows(document, mapping, 0)
    affine = np.array([rows.get(axis, _identity(axis)) for axis in _AXES])
    if not np.abs(affine).max() <= _LARGEST:
        raise InkError("This InkML file has a canvasTransform with a number that is too large: export it again.")
    return None if np.array_equal(affine[:, :2], np.eye(2)) else affine


def read_channel_map(document: Document, channels: Element, axis: str) -> tuple[float, float]:
    """Return how the mapping inside a channel X or Y changes its values: times the first number, plus the second.

    Raises InkError if it is of another kind.
    """
    for channel in channels.inside():
        mapping = channel.first("mapping")
        if channel.tag != "channel" or channel.about.get("name", "").strip().upper() != axis or mapping is None:
            continue
        row = _rows(document, mapping, 0, [axis]).get(axis, _identity(axis))
        own, other = (row[0], row[1]) if axis == "X" else (row[1], row[0])
        if other or not max(abs(own), abs(row[2])) <= _LARGEST:
            raise InkError(
                f"This InkML file has a mapping in its channel {axis} that is no mapping of {axis} alone. Export the "
                "drawing without it."
            )
        return own, row[2]
    return 1.0, 0.0


def _identity(axis: str) -> list[float]:
    return [float(axis == "X"), float(axis == "Y"), 0.0]


def _rows(document: Document, mapping: Element, depth: int, bound: Sequence[str] = ()) -> dict[str, list[float]]:
    """Return the row of X, and of Y, that this mapping gives; none for an axis that it does not concern. `bound`: the
    channels that it maps if it does not say."""
    if depth > _DEEPEST:
        raise InkError("This InkML file has a mapping that refers to itself: export it again.")
    referred = document.referred(mapping, "mappingRef", "mapping")
    if referred is not None:
        return _rows(document, referred, depth + 1, bound)
    matrix = mapping.first("affine", "matrix")
    kind = mapping.about.get("type", "").strip().lower() or ("affine" if matrix else "identity")
    binds = list(mapping.all("bind"))
    sources = [bind.about["source"].strip().upper() for bind in binds if "source" in bind.about] or list(bound)
    targets = [bind.about["target"].strip().upper() for bind in binds if "target" in bind.about]
    if kind == "identity" and not mapping.first("table", "math", "affine", "matrix"):
        pairs = zip(targets, sources, strict=False) if targets else ((name, name) for name in sources)
        return {target: _identity(source) for target, source in pairs if target in _AXES}
    if kind in ("affine", "matrix") and matrix is not None:
        return _affine("".join(matrix.text), sources, targets or sources)
    if kind == "product":
        found: dict[str, list[float]] = {}
        for part in mapping.all("mapping"):
            found |= _rows(document, part, depth + 1, bound)
        return found
    if (targets or sources) and not set(_AXES) & {*targets, *sources}:
        return {}
    raise InkError(
        f"This InkML file places its ink by a mapping of type “{kind[:20]}”, which GlyphStudio does not read. "
        "Export the drawing without it."
    )


def _affine(text: str, sources: list[str], targets: list[str]) -> dict[str, list[float]]:
    """Return the rows of a matrix: a row for each target, a column for each source, and one for what is added."""
    table = [[number(word) for word in row.split()] for row in text[: _MOST_VALUES * 32].split(",")]
    table = [row for row in table if row]
    width = len(table[0]) if table else 0
    if len(table) == 1 and width == 6 and not sources:  # one row with no comma
        table, width = [table[0][:3], table[0][3:]], 3
    unbound = not sources
    sources = sources or ["X", "Y", *[""] * max(width - 3, 0)][: max(width - 1, 0)]
    targets = targets or ["X", "Y", *[""] * max(len(table) - 2, 0)][: len(table)]
    usual = len(table) == len(targets) and all(len(row) == len(sources) + 1 for row in table)
    usual = usual and len(table) >= (2 if unbound else 1)
    if not usual or not all(math.isfinite(value) for row in table for value in row):
        raise InkError(
            "This InkML file has an affine mapping without the right count of numbers: a row for each target channel, "
            "and in it a number for each source channel and one to add. Export the drawing again."
        )
    found: dict[str, list[float]] = {}
    for target, row in zip(targets, table, strict=True):
        if target not in _AXES:
            continue
        weights = dict.fromkeys(_AXES, 0.0)
        for source, value in zip(sources, row[:-1], strict=True):
            if source in weights:
                weights[source] += value
            elif value:
                raise InkError(
                    "This InkML file mixes a channel other than X and Y into the ink's place, which GlyphStudio does "
                    "not read. Export the drawing without a canvasTransform."
                )
        found[target] = [weights["X"], weights["Y"], row[-1]]
    return found
