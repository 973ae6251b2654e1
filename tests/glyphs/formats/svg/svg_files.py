"""SVG text for tests, and what is read from it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture

PEN = 'fill="none" stroke="#000"'


def svg(body: str, attributes: str = 'viewBox="0 0 100 100"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'


def ink(text: str) -> Ink:
    drawing = drawing_from_bytes(text.encode(), "a.svg")
    assert isinstance(drawing, Ink)
    return drawing


def strokes(text: str) -> list[NDArray[np.float32]]:
    return [stroke.xy for stroke in ink(text).strokes]


def picture(text: str) -> NDArray[np.uint8]:
    drawing = drawing_from_bytes(text.encode(), "a.svg")
    assert isinstance(drawing, Picture)
    return drawing.grey


def refused(text: str | bytes) -> str:
    """Return the sentence with which this file is refused."""
    with pytest.raises(ImportFailure) as caught:
        drawing_from_bytes(text if isinstance(text, bytes) else text.encode(), "a.svg")
    sentence = str(caught.value)
    assert sentence.startswith("a.svg ")
    assert sentence.endswith(".")
    assert "\n" not in sentence and len(sentence) < 300
    return sentence


def same(one: str, other: str, tolerance: float = 2e-4) -> bool:
    """Return whether two files have the same strokes, up to the sampling of curves."""
    pairs = list(zip(strokes(one), strokes(other), strict=True))
    return all(a.shape == b.shape and float(np.abs(a - b).max()) <= tolerance for a, b in pairs)
