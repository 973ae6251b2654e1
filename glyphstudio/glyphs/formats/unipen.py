"""UNIPEN 1.0: text with a keyword at the start of each line that has one, and coordinates in the other lines.

Segments name parts of the pen-down components, counted from 0. The segments of the finest level become one labelled
drawing each; without a label, the file is one drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.formats.labelled import MAX_ALL_STROKES, MAX_DRAWINGS, Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, number, stroke
from glyphstudio.glyphs.ink import MAX_POINTS, MAX_STROKES, InkError
from glyphstudio.glyphs.inkml.strokes import Piece

_KEYWORD = re.compile(rb"\s*\.(VERSION|COORD|PEN_DOWN|PEN_UP|HIERARCHY|SEGMENT|DATA_SOURCE|COMMENT|INCLUDE|DT)\b")
_SEGMENT = re.compile(  # nothing is tried twice, however long a line is
    r"(\S++)(?:\s++(\d[\d:,-]*+(?:\s++[\d,][\d:,-]*+)*+))?+(?:\s++([^\s\"\d]\S*+))?+\s*+(?:\"((?:[^\"\\]|\\.)*+)\")?+\s*+"
)
_PART = re.compile(r"(\d{1,9})(?::(\d{1,9}))?(?:-(\d{1,9})(?::(\d{1,9}))?)?")
_LEVELS = ("PAGE", "TEXT", "PARAGRAPH", "LINE", "SENTENCE", "WORD", "CHARACTER")  # the finest one last
_MOST_POINTS = 4 * MAX_POINTS  # of a file, and of all its segments

Table = NDArray[np.float64]


@dataclass
class _Segment:
    level: str
    parts: str  # "" for the components that follow it
    label: str
    first: int  # the number of the component that follows it
    last: int = field(default=-1)


def is_unipen(data: bytes) -> bool:
    """Return whether the bytes start with a keyword of UNIPEN, and have a pen-down component."""
    return _KEYWORD.match(data[:4096]) is not None and (b".PEN_DOWN" in data or b".INCLUDE" in data)


def read_unipen(data: bytes) -> list[Labelled]:
    """Return the labelled segments, or the whole file as one drawing. Raises InkError."""
    file = _File(data.decode("latin-1"))
    if not file.components:
        if file.includes:
            raise InkError(
                "This UNIPEN file has only labels, for strokes in another file (.INCLUDE): put both in one file."
            )
        raise InkError("This UNIPEN file has no points.")
    segments = _finest(file.segments, len(file.components))
    if not segments:
        return [Labelled(None, ink_of(map(file.piece, file.components)))]
    if len(segments) > MAX_DRAWINGS:
        raise InkError(f"This UNIPEN file has more than {MAX_DRAWINGS:,} segments: split it.")
    return [Labelled(one.label, ink_of(file.segment(one))) for one in segments]


class _File:
    def __init__(self, text: str) -> None:
        self.components: list[Table] = []
        self.segments: list[_Segment] = []
        self.includes = False
        self._columns = ["X", "Y"]
        self._rows: list[list[float]] | None = None  # of the pen-down component that is being read
        self._points = 0
        self._used_strokes = self._used_points = 0  # by the segments, which may repeat components
        keyword, rest = "", [""]  # the last one, and the lines of what follows it
        for index, line in enumerate(text.splitlines(), 1):
            if line.startswith("."):
                self._take(keyword, rest)
                self._close()
                word, *after = line[1:].split(maxsplit=1) or [""]
                keyword, rest = word.upper(), after
                self._rows = [] if keyword == "PEN_DOWN" else None
            elif self._rows is not None:
                self._point(line, index)
            elif len(rest) < 1000:
                rest.append(line)
        self._take(keyword, rest)
        self._close()
        ends = [one.first for one in self.segments[1:]] + [len(self.components)]
        for one, end in zip(self.segments, ends, strict=False):
            one.last = end - 1

    def _take(self, keyword: str, lines: list[str]) -> None:
        rest = " ".join(lines).strip()
        if keyword == "COORD":
            self._columns = rest.upper().split()[:32]
            if "X" not in self._columns or "Y" not in self._columns:
                raise InkError("This UNIPEN file has no X and Y among its coordinates (.COORD).")
        elif keyword == "INCLUDE":
            self.includes = True
        elif keyword == "SEGMENT":
            match = _SEGMENT.fullmatch(rest)
            if match is None:
                raise InkError(f"This UNIPEN file has a segment that cannot be read: “{rest[:40]}”.")
            label = re.sub(r"\\(.)", lambda found: {"n": " ", "t": " "}.get(found[1], found[1]), match[4] or "")
            self.segments.append(
                _Segment(match[1].upper(), (match[2] or "").strip(), label.strip(), len(self.components))
            )
            if len(self.segments) > MAX_STROKES * 10:
                raise InkError("This UNIPEN file has too many segments: split it.")

    def _point(self, line: str, index: int) -> None:
        words = line.split()
        if not words:
            return
        if len(words) < len(self._columns) or self._rows is None:
            raise InkError(f"Line {index:,} of this UNIPEN file has {len(words)} of {len(self._columns)} coordinates.")
        try:
            self._rows.append([number(word) for word in words[: len(self._columns)]])
        except InkError as error:
            raise InkError(f"Line {index:,} of this UNIPEN file is not a point: “{line.strip()[:20]}”.") from error
        self._points += 1
        if self._points > _MOST_POINTS:
            raise InkError(f"This UNIPEN file has more than {_MOST_POINTS:,} points: split it.")

    def _close(self) -> None:
        if self._rows:
            table = np.array(self._rows)
            place = {name: index for index, name in reversed(list(enumerate(self._columns)))}
            order = [place["X"], place["Y"], place.get("T", -1), place.get("P", place.get("PRESSURE", -1))]
            padded = np.concatenate([table, np.full((len(table), 1), np.nan)], axis=1)
            self.components.append(padded[:, order])
        self._rows = None

    def _use(self, table: Table) -> Piece:
        self._used_strokes += 1
        self._used_points += len(table)
        if self._used_strokes > MAX_ALL_STROKES or self._used_points > _MOST_POINTS:
            raise InkError(
                f"This UNIPEN file has segments with more than {MAX_ALL_STROKES:,} strokes, or {_MOST_POINTS:,} "
                "points, together: split it."
            )
        return self.piece(table)

    def piece(self, table: Table) -> Piece:
        """Return one component, or a part of it, as a stroke. UNIPEN's y grows upwards."""
        return stroke(table[:, :2] * (1.0, -1.0), table[:, 2], table[:, 3])

    def segment(self, one: _Segment) -> Iterator[Piece]:
        """Yield the strokes of a segment. Raises InkError if it names components that the file does not have."""
        if not one.parts:
            for table in self.components[one.first : one.last + 1]:
                yield self._use(table)
            return
        seen = 0
        for part in re.split(r"[,\s]+", one.parts):
            match = _PART.fullmatch(part)
            if match is None:
                raise InkError(f"This UNIPEN file has a segment of “{one.parts[:40]}”, which is no list of components.")
            start, end = int(match[1]), int(match[3] or match[1])
            if end >= len(self.components) or end < start:
                raise InkError(
                    f"This UNIPEN file has a segment of components {start} to {end}, but components 0 to "
                    f"{len(self.components) - 1}: its labels belong to other strokes."
                )
            for place in range(start, end + 1):
                seen += 1
                if seen > MAX_STROKES:
                    raise InkError(f"A drawing may have at most {MAX_STROKES:,} strokes; this one has more.")
                table = self.components[place]
                begin = int(match[2]) if match[2] and place == start else 0
                stop = int(match[4]) + 1 if match[4] and place == end else len(table)
                if len(table[begin:stop]):
                    yield self._use(table[begin:stop])


def _finest(segments: Sequence[_Segment], components: int) -> list[_Segment]:
    """Return the labelled segments of the finest level that has any strokes."""
    usable = [one for one in segments if one.label and one.label != "?" and (one.parts or one.last >= one.first)]
    levels = {one.level for one in usable}
    if not levels or not components:
        return []
    finest = max(levels, key=lambda level: _LEVELS.index(level) if level in _LEVELS else len(_LEVELS))
    return [one for one in usable if one.level == finest]
