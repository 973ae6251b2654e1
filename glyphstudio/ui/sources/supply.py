"""Says before a source is loaded whether it can serve the settings. Does not import torch.

It assumes that Omniglot and the invented glyphs are complete. Loading them, before the first step, shows what is really
there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_OMNIGLOT = (797, 20)  # characters of the training alphabets, drawings of each
_ALPHABET, _DRAWERS = 25, 20  # characters of an invented alphabet, drawings of each
_USABLE = 4  # glyphs of a library with two drawings: 2 to train on, 2 to measure on


@dataclass(frozen=True)
class Supply:
    """The numbers of drawings of each character to train on. only_library: all are from the user's library."""

    counts: tuple[int, ...]
    only_library: bool = False

    def with_drawings(self, drawings: int) -> int:
        """Return the number of characters with at least `drawings` drawings."""
        return sum(count >= drawings for count in self.counts)


def omniglot() -> tuple[int, ...]:
    characters, drawings = _OMNIGLOT
    return (drawings,) * characters


def synthetic(alphabets: int) -> tuple[int, ...]:
    """Return the counts of `alphabets` invented alphabets, without those held out."""
    return (_DRAWERS,) * (_ALPHABET * (alphabets - max(alphabets // 10, 1)))


def library(shots: Sequence[int]) -> tuple[int, ...]:
    """Return the counts of a library, without the glyphs held out, as `held_out_characters` chooses them.

    shots: the number of shots of each glyph, in the library's order.
    """
    usable = [index for index, count in enumerate(shots) if count >= 2]
    if len(usable) < _USABLE:
        return ()
    out = set(usable[::5]) if len(usable) >= 10 else {usable[0], usable[-1]}
    return tuple(count for index, count in enumerate(shots) if index not in out)


def library_too_small(shots: Sequence[int]) -> str:
    """Return a sentence that says why a library is too small to learn from, or ""."""
    usable = sum(count >= 2 for count in shots)
    if not shots:
        return "It is still empty."
    if usable < _USABLE:
        return f"Needs {_USABLE} glyphs with 2 drawings; this library has {usable}."
    return ""


def lacking(supply: Supply, ways: int, shots: int, queries: int) -> str:
    """Return a sentence that says why the supply cannot serve these numbers, or ""."""
    drawings = shots + queries
    there = supply.with_drawings(drawings)
    if there >= ways:
        return ""
    if supply.only_library:
        held_out = "some of its glyphs are held out to measure on"
        return f"Needs {ways} glyphs with {drawings} drawings; this library has {there} to train on ({held_out})."
    return f"Needs {ways} glyphs with {drawings} drawings; there are {there:,}. Ask for fewer ways, or add a source."


def fitted(supply: Supply, settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the settings with no more shots, queries and ways than the source can serve, and a sentence if that
    lowered them, or ""."""
    ways, shots, queries = settings["ways"], settings["shots"], settings["queries"]
    wanted = (ways, shots, queries)
    least = min(ways, max(2, supply.with_drawings(2)))
    most = sorted(supply.counts)[-least] if least <= len(supply.counts) else 0
    queries = max(1, min(queries, most - shots))
    shots = max(1, min(shots, most - queries))
    ways = max(2, min(ways, supply.with_drawings(shots + queries)))
    found = {**settings, "ways": ways, "shots": shots, "queries": queries}
    if (ways, shots, queries) == wanted:
        return found, ""
    judged = "1 query" if queries == 1 else f"{queries} queries"
    return found, f"As {ways}-way {shots}-shot with {judged}: the source cannot serve more."
