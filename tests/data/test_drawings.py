"""Drawings: names and indices agree, and a subset keeps them in step."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError, Drawings

NAMES = ["B/character02", "A/character01", "B/character01", "B/character02", "A/character01"]


def some() -> Drawings:
    bitmaps = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 4), np.uint8)
    return Drawings.of(bitmaps, NAMES, [1, 2, 3, 4, 5])


def test_names_drawers_and_bitmaps_stay_together() -> None:
    drawings = some()
    assert len(drawings) == 5
    assert [drawings.characters[index] for index in drawings.character] == NAMES
    assert [drawings.alphabets[drawings.alphabet[index]] for index in drawings.character] == ["B", "A", "B", "B", "A"]
    assert (drawings.characters, drawings.alphabets) == (
        ("A/character01", "B/character01", "B/character02"),
        ("A", "B"),
    )
    assert drawings.drawer.tolist() == [1, 2, 3, 4, 5]
    assert drawings.bitmaps[:, 0, 0].tolist() == [0, 1, 2, 3, 4]


def test_only_keeps_whole_alphabets() -> None:
    part = some().only({"B"})
    assert part.alphabets == ("B",)
    assert part.characters == ("B/character01", "B/character02")
    assert part.bitmaps[:, 0, 0].tolist() == [0, 2, 3]
    assert part.drawer.tolist() == [1, 3, 4]
    assert part.alphabet.tolist() == [0, 0]


def test_only_names_what_is_missing() -> None:
    with pytest.raises(DataError, match="no alphabet named C, D"):
        some().only({"D", "A", "C"})


def test_only_of_no_alphabets_is_an_empty_set() -> None:
    nothing = some().only(set())
    assert (len(nothing), nothing.alphabets, nothing.characters) == (0, (), ())
    assert nothing.bitmaps.shape == (0, 4, 4)
