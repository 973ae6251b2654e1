"""Quick, Draw!: one JSON object a line, with a word and a drawing ([[x…], [y…]] or [[x…], [y…], [t…]] a stroke)."""

from __future__ import annotations

import io
import json
from typing import Any

from glyphstudio.glyphs.formats.labelled import MAX_ALL_STROKES, MAX_DRAWINGS, Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, stroke
from glyphstudio.glyphs.ink import MAX_POINTS, InkError
from glyphstudio.glyphs.inkml.strokes import Piece

_LONGEST_LINE = 4 << 20  # bytes; parsing JSON takes about thirty times as much memory


def is_quickdraw(data: bytes) -> bool:
    """Return whether the first line starts as a JSON object does, and has a drawing."""
    first = data[:_LONGEST_LINE].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    return first.startswith(b"{") and b'"drawing"' in first


def read_quickdraw(data: bytes) -> list[Labelled]:
    """Return the drawings, in the file's order. Raises InkError, with the line's number, if one is not in this form."""
    result: list[Labelled] = []
    strokes = 0
    for index, line in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
        if not line.strip():
            continue
        if len(result) >= MAX_DRAWINGS:
            raise InkError(f"It has more than {MAX_DRAWINGS:,} drawings: split it, for example with `head`.")
        try:
            word, drawing = _parsed(line)
            strokes += len(drawing)
            if strokes <= MAX_ALL_STROKES:
                result.append(Labelled(word, ink_of(map(_stroke, drawing))))
        except InkError as error:
            raise InkError(f"Line {index:,} is not a drawing of Quick, Draw!: {_lower(str(error))}") from error
        if strokes > MAX_ALL_STROKES:
            raise InkError(f"Its drawings have more than {MAX_ALL_STROKES:,} strokes together: split it.")
    return result


def _parsed(line: bytes) -> tuple[str | None, list[Any]]:
    if len(line) > _LONGEST_LINE:
        raise InkError(f"It has more than {_LONGEST_LINE >> 20} MB.")
    try:
        read = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise InkError("It is not JSON, or is cut short.") from error
    strokes = read.get("drawing") if isinstance(read, dict) else None
    if not isinstance(strokes, list) or not strokes:
        raise InkError("It has no “drawing” with strokes.")
    word = read.get("word")
    return word if isinstance(word, str) and word.strip() else None, strokes


def _stroke(columns: Any) -> Piece:
    if not isinstance(columns, list) or not 2 <= len(columns) <= 4 or not all(map(_is_numbers, columns)):
        raise InkError("A stroke is not lists of numbers, one each for x, y and, if any, time.")
    x, y = columns[:2]
    if len(x) != len(y) or not x:
        raise InkError("A stroke has not as many y as x, or has no point.")
    if len(x) > MAX_POINTS:
        raise InkError(f"A stroke has more than {MAX_POINTS:,} points.")
    return stroke(list(zip(x, y, strict=True)), columns[2] if len(columns) > 2 else None)


def _is_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) in (int, float) and -1e15 <= value <= 1e15 for value in values)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
