"""Says what is wrong with a point that has too few or too many values, and what to do.

Three faults are common enough for their own sentence: decimal commas, "x,y x,y", and line breaks for commas.
"""

from __future__ import annotations

import re

from glyphstudio.glyphs.inkml.channels import Format
from glyphstudio.plural import counted

_LOOK_AT = 4000  # characters; a fault of this kind shows early
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_VALUE = re.compile(rf"{_NUMBER}(?:[eE][+-]?\d+)?|#[0-9A-Fa-f]+|[*?TF]")
_JOINED = re.compile(rf"{_NUMBER}(?:,{_NUMBER})+")  # numbers with commas and no space between them
_DECIMAL = re.compile(r"(?<![\d.])([+-]?\d+),(\d+)(?![\d.])")


def wrong_length(text: str, point: str, number: int, channels: Format) -> str:
    """Return the end of a sentence ("has ... .") about point `number` of a trace's text."""
    start = text[:_LOOK_AT].strip()
    whole = len(text) <= _LOOK_AT
    fault = (
        _decimal_commas(start, whole, number, channels)
        or _commas_inside(start, whole, number)
        or _line_breaks(point, number, channels)
    )
    if fault:
        return fault
    count = _count(point[:_LOOK_AT])
    every = channels.channels if channels.declared else channels.channels[: channels.regular]
    names = ", ".join(channel.name or "?" for channel in every)
    optional = "" if channels.regular == len(every) else f", the first {channels.regular} of them in every point"
    return (
        f"has {counted(count, 'value') if count else 'no value'} in point {number}, but its format has "
        f"{counted(len(every), 'channel')} ({names}{optional}). InkML needs a value for each channel and a comma "
        "between points: export the drawing again."
    )


def _count(point: str) -> int:
    return len(_VALUE.findall(point))


def _fits(points: list[str], channels: Format) -> bool:
    """Return whether there are points, and each has the right count of values."""
    filled = [_count(point) for point in points if point.strip()]
    if not channels.declared and len(set(filled)) > 1:
        return False
    return bool(filled) and all(channels.regular <= count <= len(channels.channels) for count in filled)


def _decimal_commas(text: str, whole: bool, number: int, channels: Format) -> str:
    """Numbers such as 20,5: with a full stop in each, every point has the right length."""
    found = _DECIMAL.search(text)
    if found is None:
        return ""
    changed = _DECIMAL.sub(r"\1.\2", text)
    separator = "[,;]" if re.search("[,;]", changed) else "\n"
    read = re.split(separator, changed)
    if not _fits(read if whole else read[:-1], channels):
        return ""
    if len(read) == 1 and all(_JOINED.fullmatch(word) for word in text.split()):
        return ""  # "20,20 20,80" may as well be two points
    return (
        f"has decimal commas (“{found[0]}”, point {number}), but in InkML a comma ends a point. Export the drawing "
        f"with decimal points (“{found[1]}.{found[2]}”)."
    )


def _commas_inside(text: str, whole: bool, number: int) -> str:
    """Points as SVG writes them: "x,y x,y"."""
    words = re.split(r"[\s;]+", text)
    words = [word for word in (words if whole else words[:-1]) if word]
    if not words or not all(_JOINED.fullmatch(word) for word in words):
        return ""
    shown = " ".join(words[:2])[:40]
    right = ", ".join(word.replace(",", " ") for word in words[:2])[:40]
    return (
        f"has commas inside its points (“{shown}”, point {number}), but in InkML a comma ends a point. "
        f"Export the drawing with spaces inside points and commas between them (“{right}”)."
    )


def _line_breaks(point: str, number: int, channels: Format) -> str:
    """One point a line, and no commas."""
    lines = [line.strip() for line in point[:_LOOK_AT].strip().split("\n") if line.strip()]
    if len(point) > _LOOK_AT:
        lines.pop()
    if len(lines) < 2 or not _fits(lines, channels):
        return ""
    shown = ", ".join(lines[:2])[:40]
    return (
        f"has line breaks between its points (from point {number} on), but InkML separates points by commas. "
        f"Put a comma at the end of each line (“{shown}”)."
    )
