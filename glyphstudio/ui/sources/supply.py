"""Whether a source can serve the settings, known before it is loaded. Knows no torch.

Omniglot and invented glyphs are taken to be whole; what is really there shows when they are loaded, before the first
step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_OMNIGLOT = (797, 20)  # characters of the training alphabets, drawings of each
_ALPHABET, _DRAWERS = 25, 20  # of invented glyphs
_USABLE = 4  # glyphs of a library with two drawings: 2 to train on, 2 to measure on


@dataclass(frozen=True)
class Supply:
    """Drawings of each character that there is to train on. only_library: nothing but the user's own."""

    counts: tuple[int, ...]
    only_library: bool = False

    def with_drawings(self, drawings: int) -> int:
        """How many characters have so many."""
        return sum(count >= drawings for count in self.counts)


def omniglot() -> tuple[int, ...]:
    characters, drawings = _OMNIGLOT
    return (drawings,) * characters


def synthetic(alphabets: int) -> tuple[int, ...]:
    """Of `alphabets` invented ones, without those held out."""
    return (_DRAWERS,) * (_ALPHABET * (alphabets - max(alphabets // 10, 1)))


def library(shots: Sequence[int]) -> tuple[int, ...]:
    """shots: of each glyph, in the library's order. Without the glyphs held out, as `held_out_characters` chooses."""
    usable = [index for index, count in enumerate(shots) if count >= 2]
    if len(usable) < _USABLE:
        return ()
    out = set(usable[::5]) if len(usable) >= 10 else {usable[0], usable[-1]}
    return tuple(count for index, count in enumerate(shots) if index not in out)


def library_too_small(shots: Sequence[int]) -> str:
    """Why nothing can be learned from a library; empty where something can."""
    usable = sum(count >= 2 for count in shots)
    if not shots:
        return "It is empty as yet."
    if usable < _USABLE:
        return f"Needs {_USABLE} glyphs with 2 drawings; this library has {usable}."
    return ""


def lacking(supply: Supply, ways: int, shots: int, queries: int) -> str:
    """Why these cannot be served, as a sentence; empty where they can."""
    drawings = shots + queries
    there = supply.with_drawings(drawings)
    if there >= ways:
        return ""
    if supply.only_library:
        held_out = "some of its glyphs are held out to measure on"
        return f"Needs {ways} glyphs with {drawings} drawings; this library has {there} to train on ({held_out})."
    return f"Needs {ways} glyphs with {drawings} drawings; there are {there:,}. Ask for fewer ways, or add a source."


def fitted(supply: Supply, settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The settings with as many shots, queries and ways as the source can serve, and a sentence where that is fewer."""
    ways, shots, queries = settings["ways"], settings["shots"], settings["queries"]
    wanted = (ways, shots, queries)
    least = min(ways, max(2, supply.with_drawings(2)))
    while queries > 1 and supply.with_drawings(shots + queries) < least:
        queries -= 1
    while shots > 1 and supply.with_drawings(shots + queries) < least:
        shots -= 1
    ways = max(2, min(ways, supply.with_drawings(shots + queries)))
    found = {**settings, "ways": ways, "shots": shots, "queries": queries}
    if (ways, shots, queries) == wanted:
        return found, ""
    return found, f"As {ways}-way {shots}-shot with {queries} to be judged on: more the source cannot serve."
