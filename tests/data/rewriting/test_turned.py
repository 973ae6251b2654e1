"""Quarter turns as further characters."""

from __future__ import annotations

import numpy as np

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.rewriting.turned import with_quarter_turns


def bitmap(*blocks: tuple[int, int, int, int]) -> np.ndarray:
    """Paper with filled rectangles: first and last row, first and last column."""
    made = np.zeros((40, 40), np.uint8)
    for top, bottom, left, right in blocks:
        made[top:bottom, left:right] = 255
    return made


HOOK = bitmap((4, 36, 4, 10), (30, 36, 4, 34))
BAR = bitmap((18, 22, 2, 38))
CROSS = bitmap((18, 22, 2, 38), (2, 38, 18, 22))


def test_a_character_that_looks_like_itself_when_turned_counts_once() -> None:
    names = ["A/character01"] * 2 + ["A/character02"] * 2 + ["B/character01"] * 2
    drawings = Drawings.of(np.stack([HOOK, HOOK, BAR, BAR, CROSS, CROSS]), names, [3, 8] * 3)
    turned = with_quarter_turns(drawings)
    assert turned.characters == (
        "A/character01",
        "A/character01@1",
        "A/character01@2",
        "A/character01@3",
        "A/character02",
        "A/character02@1",
        "B/character01",
    )
    assert turned.alphabets == ("A", "B")
    assert turned.usable(2).tolist() == [6, 1]


def test_the_turns_are_exact_and_the_drawings_themselves_stay() -> None:
    drawings = Drawings.of(HOOK[None], ["A/character01"], [5])
    turned = with_quarter_turns(drawings)
    for turn, picture in enumerate(turned.bitmaps.numpy()):
        np.testing.assert_array_equal(picture, np.rot90(HOOK, turn))
    assert turned.drawer.tolist() == [5] * 4
