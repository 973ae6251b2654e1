"""InkML text for tests, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.ink import Ink, InkError

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]
HOOK = "20 20, 20 80, 70 80, 50 30"


def document(*parts: str) -> bytes:
    return f'<ink xmlns="http://www.w3.org/2003/InkML">{"".join(parts)}</ink>'.encode()


def channels(x: str = "", y: str = "", more: str = "") -> str:
    """Return a traceFormat of X and Y with these further attributes."""
    return f'<traceFormat><channel name="X" {x}/><channel name="Y" {y}/>{more}</traceFormat>'


def trace(points: Sequence[tuple[float, float]] | str, attributes: str = "") -> str:
    text = points if isinstance(points, str) else ", ".join(f"{x!r} {y!r}" for x, y in points)
    return f"<trace {attributes}>{text}</trace>"


def read(*parts: str) -> Ink:
    return inkml.read(document(*parts))


def refused(*parts: str) -> str:
    """Return the sentence with which this document is refused."""
    with pytest.raises(InkError) as caught:
        read(*parts)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def aspect(ink: Ink) -> float:
    """Return width : height of all ink."""
    width, height = np.ptp(np.concatenate([stroke.xy for stroke in ink.strokes]), axis=0).tolist()
    return float(width / height)


def same(one: Ink, other: Ink, tolerance: float = 1e-4) -> bool:
    """Return whether two drawings have the same strokes, up to rounding."""
    pairs = list(zip(one.strokes, other.strokes, strict=False))
    return len(one.strokes) == len(other.strokes) and all(
        a.xy.shape == b.xy.shape and np.abs(a.xy - b.xy).max() <= tolerance for a, b in pairs
    )
