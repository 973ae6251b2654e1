"""Drawings to train on and to hold out, made once for a file of tests."""

from __future__ import annotations

import pytest

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.evaluate import memorising
from tests.engine.making import scrawls


@pytest.fixture
def few_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for signs of memorising in 8 tasks instead of 30, which take most of a tiny training's time."""
    monkeypatch.setattr(memorising, "_ANSWERS", 0)


@pytest.fixture(scope="module")
def source() -> Drawings:
    return scrawls(3, 8, 5)


@pytest.fixture(scope="module")
def held_out() -> Drawings:
    return scrawls(1, 20, 3)
