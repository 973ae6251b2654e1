"""Inks and libraries to test with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library

Draw = Callable[[int], Ink]


def _draw(number: int) -> Ink:
    """Return a different drawing for every number."""
    return Ink.of([[(0.1, 0.2), (0.5, (number % 1000) / 1000)], [(0.3, 0.3), (0.4, 0.9), (number // 1000 / 1000, 0.1)]])


@pytest.fixture
def draw() -> Draw:
    return _draw


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A path for a library."""
    return tmp_path / "signs.glyphs"


@pytest.fixture
def library(place: Path) -> Iterator[Library]:
    """A new, empty library."""
    with Library.open(place) as library:
        yield library
