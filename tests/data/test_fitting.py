"""Tasks that fit the data: fewer ways, shots and queries, and a sentence; what was asked for by hand stays."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.fitting import fitted_shape
from glyphstudio.data.splits import held_out_of_own
from glyphstudio.data.tasks import TaskShape, TaskStream


def of(alphabets: dict[str, list[int]]) -> Drawings:
    """Return drawings: of each alphabet's characters, so many."""
    names = [
        f"{alphabet}/{number:02}"
        for alphabet, counts in alphabets.items()
        for number, count in enumerate(counts)
        for _ in range(count)
    ]
    return Drawings.of(np.zeros((len(names), 2, 2), np.uint8), names, list(range(len(names))))


def test_what_the_data_serves_is_left_alone() -> None:
    assert fitted_shape(of({"A": [5] * 6}), TaskShape(6, 1, 4)) == (TaskShape(6, 1, 4), "")


@pytest.mark.parametrize(
    ("alphabets", "wanted", "inside", "found"),
    [
        ({"A": [4] * 6, "B": [4] * 6}, (60, 1, 4), 0, (12, 1, 3)),
        ({"A": [4] * 6, "B": [4] * 6}, (60, 1, 4), 1, (6, 1, 3)),
        ({"A": [2] * 3}, (5, 5, 15), 0, (3, 1, 1)),
        ({"A": [3, 3, 1, 1, 1]}, (5, 1, 1), 0, (2, 1, 1)),
        ({"A": [9] * 2 + [1] * 40}, (20, 5, 4), 0, (2, 5, 4)),
        ({"A": [4] * 6}, (6, 1, 10**12), 0, (6, 1, 3)),
        ({"A": [4] * 6}, (6, 10**12, 10**12), 0, (6, 3, 1)),
        ({"A": [50_000] + [4] * 6}, (6, 1, 10**12), 1, (6, 1, 3)),
    ],
)
def test_it_becomes_what_the_data_serves(
    alphabets: dict[str, list[int]], wanted: tuple[int, int, int], inside: int, found: tuple[int, int, int]
) -> None:
    drawings = of(alphabets)
    shape, sentence = fitted_shape(drawings, TaskShape(*wanted), inside=inside)
    assert (shape.ways, shape.shots, shape.queries) == found
    assert f"The tasks have {found[0]} ways, {found[1]} to adapt on and {found[2]} to classify." in sentence
    TaskStream(drawings, shape, within=0.5 if inside else 0.0, alphabets=max(inside, 1)).batch(0)


def test_what_was_asked_for_by_hand_stays_or_gets_the_streams_sentence() -> None:
    drawings = of({"A": [4] * 6})
    assert fitted_shape(drawings, TaskShape(60, 1, 3), fixed={"queries"})[0] == TaskShape(6, 1, 3)
    wanted = TaskShape(7, 1, 1)
    assert fitted_shape(drawings, wanted, fixed={"ways"}) == (wanted, "")
    with pytest.raises(DataError, match="Ask for fewer ways"):
        TaskStream(drawings, wanted)


def test_the_last_tenth_of_the_alphabets_is_held_out() -> None:
    train, held_out, alphabets = held_out_of_own(of({f"A{number:02}": [2] * 3 for number in range(20)}))
    assert held_out.alphabets == ("A18", "A19")
    assert len(train.alphabets) == 18
    assert alphabets


@pytest.mark.parametrize(
    ("data", "held_out"),
    [
        ({"A": [2, 2], "B": [2, 2]}, ("B",)),
        ({"A": [2, 2], "B": [2, 2], "C": [1]}, ("B", "C")),
        ({"Greek": [2, 2], "Korean": [2, 2], "Latin": [2, 2]}, ("Korean",)),  # the shipped weights do not know it
        ({"Bengali": [2, 2], "Korean": [2, 2]}, ("Korean",)),
    ],
)
def test_held_out_alphabets_can_be_measured_on(data: dict[str, list[int]], held_out: tuple[str, ...]) -> None:
    train, out, alphabets = held_out_of_own(of(data))
    assert out.alphabets == held_out
    assert not set(train.characters) & set(out.characters)
    assert alphabets


@pytest.mark.parametrize("data", [{"A": [2] * 4}, {"A": [2], "B": [2], "C": [2], "D": [2, 1, 1]}, {"A": [5] * 30}])
def test_with_too_few_alphabets_glyphs_are_held_out(data: dict[str, list[int]]) -> None:
    train, out, alphabets = held_out_of_own(of(data))
    assert not alphabets
    assert len(out.characters) >= 2
    assert len(train.characters) >= 2
    assert not set(train.characters) & set(out.characters)


def test_a_large_last_alphabet_is_not_held_out() -> None:
    train, out, alphabets = held_out_of_own(of({"A": [2] * 3, "B": [2] * 50}))
    assert not alphabets
    assert (len(train.characters), len(out.characters)) == (42, 11)


@pytest.mark.parametrize("data", [{"A": [2] * 3}, {"A": [1] * 50, "B": [1] * 50}, {"A": [2, 2], "B": [1]}])
def test_too_little_to_learn_from(data: dict[str, list[int]]) -> None:
    with pytest.raises(DataError, match=r"Learning from a folder needs 4 glyphs .* Add more drawings"):
        held_out_of_own(of(data))
