"""The verdict on a drawing, which follows from the probabilities: known, one of two glyphs, or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """EITHER: two glyphs are likely, and neither is twice as likely as the other."""

    KNOWN = "known"
    EITHER = "either"
    UNKNOWN = "unknown"


class Strictness(StrEnum):
    """How sure an answer must be. Strict: a new glyph is seldom taken for a known one, but more drawings of known
    glyphs are called unknown. Lenient: the other way round."""

    STRICT = "strict"
    BALANCED = "balanced"
    LENIENT = "lenient"

    @property
    def least(self) -> float:
        """The least probability of an answer, 0..1."""
        return {Strictness.STRICT: 0.8, Strictness.BALANCED: 0.5, Strictness.LENIENT: 0.25}[self]


def verdict_of(probabilities: Sequence[float], strictness: Strictness = Strictness.BALANCED) -> Verdict:
    """probabilities: of the likeliest glyphs, best first, the chance of "unknown" not among them."""
    first, second = (*probabilities[:2], 0.0, 0.0)[:2]
    if first + second < strictness.least:
        return Verdict.UNKNOWN
    if first >= 2 * second:
        return Verdict.KNOWN if first >= strictness.least else Verdict.UNKNOWN
    return Verdict.EITHER
