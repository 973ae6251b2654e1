"""Reads the text of one InkML trace: points "x y[ t][ f]" between commas, with the Recommendation's shorthands.

A prefix says what a channel's numbers mean from there on: `!` the value itself (the default), `'` the difference from
the previous point, `"` the difference of differences. `*` keeps the value, speed or change; `?` reports nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.channels import MAX_CHANNELS, Format
from glyphstudio.glyphs.inkml.wrong_length import wrong_length

# One value: an optional prefix, then a number, a wildcard, or a button's boolean. Numbers need no space between them if
# the next starts with a sign or a prefix. All quantifiers are possessive, so hostile text cannot cause backtracking.
_VALUE = re.compile(
    r"\s*+([!'\"]?)\s*+([+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?|[+-]?(?i:nan|inf(?:inity)?)|#[0-9A-Fa-f]++|[*?TF])",
    re.ASCII,
)
_VALUE_ITSELF, _SPEED, _CHANGE = 0, 1, 2
_MEANING = {"!": _VALUE_ITSELF, "'": _SPEED, '"': _CHANGE}


class _State:
    """The state of one channel from point to point."""

    __slots__ = ("change", "meaning", "speed", "value")

    def __init__(self) -> None:
        self.meaning = _VALUE_ITSELF
        self.value = math.nan
        self.speed = 0.0
        self.change = 0.0

    def take(self, prefix: str, word: str) -> float:
        """Return the channel's value after one more word; NaN if the word reports none."""
        if prefix:
            self.meaning = _MEANING[prefix]
        if word == "?":
            return math.nan
        given = None if word == "*" else _number(word)
        before = self.value
        if self.meaning == _VALUE_ITSELF:
            if given is not None:
                self.value, self.speed = given, _or_zero(given - before)
            return self.value
        if self.meaning == _SPEED:
            self.speed = self.speed if given is None else given
        else:
            self.change = self.change if given is None else given
            self.speed += self.change
        self.value = _or_zero(before) + self.speed
        return self.value


def points(text: str, channels: Format, wanted: Sequence[int]) -> Iterator[list[float]]:
    """Yield the values of the `wanted` channels (by position; -1 is none) for every point, NaN if none was reported.

    Raises InkError with the end of a sentence ("has ... .") if the text is not points of these channels.
    """
    states = [_State() for _ in range(MAX_CHANNELS + 1)]
    least, most = channels.regular, len(channels.channels)
    pieces = text.split(",")
    if not pieces[-1].strip():
        pieces.pop()  # many programs write a comma after the last point too
    for number, point in enumerate(pieces, 1):
        position, end = 0, len(point.rstrip())
        values: list[float] = []
        while position < end and len(values) <= most:
            match = _VALUE.match(point, position)
            if match is None:
                raise InkError(f"has “{_excerpt(point[position:])}” where a point should be (point {number}).")
            values.append(states[len(values)].take(match[1], match[2]))
            position = match.end()
        if not channels.declared and number == 1:
            # All points are then as long as the first. One point of four values is more likely two without a comma.
            longest = most if len(pieces) > 1 else most - 1
            least = most = len(values) if least <= len(values) <= longest else least
        if not least <= len(values) <= most or _several_lines(point, least):
            raise InkError(wrong_length(text, point, number, channels))
        yield [values[index] if 0 <= index < len(values) else math.nan for index in wanted]


def _several_lines(point: str, least: int) -> bool:
    """Return whether one point looks like several, each on its own line. Optional channels could hide that."""
    lines = [line for line in point.strip().split("\n") if line.strip()] if "\n" in point.strip() else []
    return len(lines) > 1 and all(len(_VALUE.findall(line)) >= max(least, 2) for line in lines)


def _number(word: str) -> float:
    if word in ("T", "F"):
        return float(word == "T")
    return float(int(word[1:17], 16)) if word[0] == "#" else float(word)


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _excerpt(text: str) -> str:
    start = text.strip()[:21]
    shown = "".join(letter if letter.isprintable() else " " for letter in start[:20])
    return shown + ("…" if len(start) > 20 else "")
