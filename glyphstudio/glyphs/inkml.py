"""Reads and writes InkML (W3C Recommendation, 20 September 2011): ink as XML.

Files written here say that their coordinates are those of the canvas, and are read back exactly. Files from other
programs may use any unit, so they are fitted into the canvas with a margin, keeping their aspect ratio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import MAX_POINTS, MAX_STROKES, Ink, InkError, Stroke
from glyphstudio.glyphs.inkml_trace import MAX_CHANNELS, points

MAX_BYTES = 32 << 20
MAX_DEPTH = 64
MARGIN = 0.1  # share of the canvas left free on the tighter sides, around ink in foreign units
STEP_MS = 10.0  # between points, if the file gives no times
PAUSE_MS = 100.0  # between strokes, if the file gives no times

_NAMESPACE = "http://www.w3.org/2003/InkML"
_OUR_CANVAS = "GlyphStudio 0..1"
_FAR = 1e30  # far larger than any tablet, and small enough that sums and squares stay finite

_TIME_UNITS = {"ms": 1.0, "s": 1000.0, "us": 1e-3, "ns": 1e-6}


@dataclass(frozen=True)
class _Channel:
    name: str = ""
    sign: float = 1.0
    unit: str = ""
    top: float = math.nan  # the largest value that the device reports, if the file gives it


_Format = tuple[_Channel, ...]
_DEFAULT: _Format = tuple(_Channel(name) for name in "XYTF")


@dataclass
class _Trace:
    text: list[str] = field(default_factory=list)
    format: _Format = _DEFAULT
    offset: float = math.nan  # when the stroke starts, in ms, if the file gives it
    name: str = ""
    continues: str | None = None  # name of the trace that this one continues; "" for the one before


# ---- writing ----


def write(ink: Ink) -> bytes:
    """Return the drawing as an InkML file, UTF-8. `read` returns an equal drawing, unless it is empty."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ink xmlns="{_NAMESPACE}">',
        f'  <annotation type="canvas">{_OUR_CANVAS}</annotation>',
        "  <traceFormat>",
        '    <channel name="X" type="decimal"/>',
        '    <channel name="Y" type="decimal"/>',
        '    <channel name="T" type="integer" units="ms"/>',
    ]
    if any(stroke.pressure is not None for stroke in ink.strokes):
        lines.append("    <intermittentChannels>")
        lines.append('      <channel name="F" type="decimal" min="0" max="1"/>')
        lines.append("    </intermittentChannels>")
    lines.append("  </traceFormat>")
    lines += [f"  <trace>{_points(stroke)}</trace>" for stroke in ink.strokes]
    return "\n".join([*lines, "</ink>", ""]).encode()


def _points(stroke: Stroke) -> str:
    # Five decimals of x and y, and four of pressure, are finer than half a step of ink's grid, so nothing is lost.
    columns = [[_decimal(value, 5) for value in stroke.xy[:, axis].tolist()] for axis in (0, 1)]
    columns.append([str(int(value)) for value in stroke.t.tolist()])
    if stroke.pressure is not None:
        columns.append([_decimal(value, 4) for value in stroke.pressure.tolist()])
    return ", ".join(map(" ".join, zip(*columns, strict=True)))


def _decimal(value: float, places: int) -> str:
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


# ---- reading ----


def read(data: bytes) -> Ink:
    """Return the drawing in an InkML file. Reads channels X, Y, T and F, and skips the others and pen-up traces.

    Raises InkError with a sentence for anything that is not InkML with at least one point.
    """
    if len(data) > MAX_BYTES:
        raise InkError(f"An ink file may have at most {MAX_BYTES >> 20} MB; this one is larger.")
    reader = _Reader()
    reader.parse(data)
    if not reader.traces:
        raise InkError("This InkML file has no strokes.")
    strokes = _joined(reader.traces)
    ink = Ink.tidy(strokes if reader.ours else _in_sequence(_fitted(strokes), reader.traces))
    if not ink:
        raise InkError("This InkML file has strokes, but not one usable point.")
    return ink


_Columns = tuple[NDArray[np.float64], NDArray[np.float64] | None, NDArray[np.float64] | None]


class _Reader:
    """Walks the XML once, and keeps each trace with the format that applies to it."""

    def __init__(self) -> None:
        self.traces: list[_Trace] = []
        self.ours = False
        self._path: list[str] = []
        self._formats: dict[str, _Format] = {}  # by xml:id of a traceFormat, or of an element around one
        self._current: _Format | None = None  # the default for traces that name no format
        self._channels: list[_Channel] = []
        self._owners: list[list[str]] = []  # ids of open elements; a traceFormat inside belongs to them
        self._groups: list[_Format | None] = []
        self._trace: _Trace | None = None
        self._note: list[str] | None = None

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # A document type can define entities that grow without bound or point to other files, so all are refused.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        try:
            parser.Parse(data, True)
        except InkError:
            raise
        except (expat.ExpatError, ValueError, LookupError) as error:
            line = f" (line {error.lineno})" if isinstance(error, expat.ExpatError) else ""
            raise InkError(f"This XML file is damaged or cut short{line}.") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if not self._path and tag != "ink":
            raise InkError(f"This is an XML file, but not InkML: it starts with <{tag[:40]}>.")
        self._path.append(tag)
        if len(self._path) > MAX_DEPTH:
            raise InkError("This InkML file is nested too deeply to be ink.")
        about = {_local(name): value for name, value in attributes.items()}
        name = about.get("id", "")
        self._owners.append([name] if name else [])
        if tag == "traceFormat":
            self._channels = []
        elif tag == "channel" and "traceFormat" in self._path:
            if len(self._channels) >= MAX_CHANNELS:
                raise InkError(f"This InkML file declares more than {MAX_CHANNELS} channels.")
            self._channels.append(_channel(about))
        elif tag == "context":
            found = self._lookup(about, "traceFormatRef", "inkSourceRef", "contextRef")
            if found:
                self._settle(found)
        elif tag == "traceGroup":
            self._groups.append(self._lookup(about, "contextRef"))
        elif tag == "annotation" and about.get("type") == "canvas":
            self._note = []
        elif tag == "trace":
            self._trace = self._begin(about, name)

    def _end(self, tag: str) -> None:
        tag = _local(tag)
        self._path.pop()
        if tag == "traceFormat" and self._channels:
            self._settle(tuple(self._channels))
        elif tag == "traceGroup":
            self._groups.pop()
        elif tag == "annotation" and self._note is not None:
            self.ours = self.ours or (self._path == ["ink"] and "".join(self._note).strip() == _OUR_CANVAS)
            self._note = None
        elif tag == "trace" and self._trace is not None:
            if len(self.traces) >= MAX_STROKES:
                raise InkError(f"A drawing may have at most {MAX_STROKES:,} strokes; this one has more.")
            self.traces.append(self._trace)
            self._trace = None
        self._owners.pop()

    def _text(self, text: str) -> None:
        if self._trace is not None and self._path[-1] == "trace":
            self._trace.text.append(text)
        elif self._note is not None:
            self._note.append(text)

    def _settle(self, found: _Format) -> None:
        """Store a declared format for every open element with an id. Outside definitions, or as the first one, it also
        becomes the default from here on."""
        for names in self._owners:
            for name in names:
                self._formats[name] = found
        if "definitions" not in self._path or self._current is None:
            self._current = found

    def _lookup(self, about: dict[str, str], *references: str) -> _Format | None:
        for reference in references:
            found = self._formats.get(about.get(reference, "").rpartition("#")[2])
            if found:
                return found
        return None

    def _begin(self, about: dict[str, str], name: str) -> _Trace | None:
        if about.get("type", "penDown") == "penUp":
            return None
        groups = [found for found in reversed(self._groups) if found]
        found = self._lookup(about, "contextRef") or (groups[0] if groups else self._current) or _DEFAULT
        continues = None
        if about.get("continuation") in ("middle", "end"):
            continues = about.get("priorRef", "").rpartition("#")[2]
        return _Trace([], found, _number(about.get("timeOffset", "")), name, continues)


def _refuse_doctype(*_: object) -> None:
    raise InkError("This XML file has its own document type (DOCTYPE). GlyphStudio does not read those, for safety.")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _channel(about: dict[str, str]) -> _Channel:
    backwards = about.get("orientation", "+ve").strip().lower() in ("-ve", "-")
    return _Channel(
        about.get("name", "").strip().upper(),
        -1.0 if backwards else 1.0,
        about.get("units", "").strip().lower(),
        _number(about.get("max", "")),
    )


def _joined(traces: list[_Trace]) -> list[_Columns]:
    """Return every trace as columns, with continuations appended to the trace that they continue. Removes the
    continuations from `traces` too."""
    strokes: list[_Columns] = []
    kept: list[_Trace] = []
    place: dict[str, int] = {}
    left = MAX_POINTS
    for number, trace in enumerate(traces, 1):
        columns = _columns(trace, number, left)
        left -= len(columns[0])
        target = None
        if trace.continues is not None and strokes:
            target = place.get(trace.continues, len(strokes) - 1)
        if target is None:
            target = len(strokes)
            strokes.append(columns)
            kept.append(trace)
        else:
            strokes[target] = _appended(strokes[target], columns)
        if trace.name:
            place[trace.name] = target
    traces[:] = kept
    return strokes


def _appended(first: _Columns, second: _Columns) -> _Columns:
    t = None if first[1] is None or second[1] is None else np.concatenate([first[1], second[1]])
    force = None if first[2] is None or second[2] is None else np.concatenate([first[2], second[2]])
    return np.concatenate([first[0], second[0]]), t, force


def _columns(trace: _Trace, number: int, limit: int) -> _Columns:
    """Return xy (P, 2), t (P,) in ms or None, and pressure (P,) in 0..1 or None. Unreported x and y are NaN."""
    names = [channel.name for channel in trace.format]
    where = [names.index(name) if name in names else -1 for name in "XYTF"]
    if min(where[:2]) < 0:
        raise InkError(f"Stroke {number} of this InkML file has no X and Y channel.")
    text = "".join(trace.text)
    if text.count(",") > limit:
        raise InkError(f"A drawing may have at most {MAX_POINTS:,} points; this one has more.")
    try:
        rows = list(points(text, where))
    except InkError as error:
        raise InkError(f"Stroke {number} of this InkML file {error}") from error
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    table[np.isfinite(table)] = np.clip(table[np.isfinite(table)], -_FAR, _FAR)
    xy = table[:, :2] * [trace.format[where[0]].sign, trace.format[where[1]].sign]
    t = _forward(table[:, 2] * _TIME_UNITS.get(trace.format[where[2]].unit, 1.0)) if where[2] >= 0 else None
    if t is not None and not (np.isfinite(t).all() and (np.diff(t) >= 0).all()):
        t = None  # a channel that runs backwards, or has gaps at the start, is no clock
    force = _forward(table[:, 3]) if where[3] >= 0 else None
    if force is None or not np.isfinite(force).all():
        return xy, t, None
    top = trace.format[where[3]].top
    if not (math.isfinite(top) and top > 0):
        top = max(1.0, float(force.max(initial=0.0)))
    return xy, t, np.clip(force / top, 0.0, 1.0)


def _forward(values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Fill every gap with the value before it; return None if there are only gaps."""
    known = np.isfinite(values)
    if not known.any():
        return None
    index = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return values[index]


def _fitted(strokes: list[_Columns]) -> list[_Columns]:
    """Move and scale foreign coordinates, keeping the aspect ratio, so that the ink fills the canvas up to the
    margin."""
    usable = np.concatenate([xy[np.isfinite(xy).all(axis=1)] for xy, _, _ in strokes])
    if not len(usable):
        return strokes
    low, high = usable.min(axis=0), usable.max(axis=0)
    extent = float((high - low).max())
    scale = (1.0 - 2.0 * MARGIN) / extent if extent > 0 else 0.0
    centre = (low + high) / 2.0
    return [((xy - centre) * scale + 0.5, t, force) for xy, t, force in strokes]


def _in_sequence(strokes: list[_Columns], traces: list[_Trace]) -> Iterator[_Columns]:
    """Turn foreign times into one clock that starts at 0. A stroke that would start before the last one ended (because
    each has its own clock, or none) starts PAUSE_MS after it."""
    origin: float | None = None
    end = -PAUSE_MS
    for (xy, t, force), trace in zip(strokes, traces, strict=True):
        if not len(xy):
            continue
        clock: NDArray[np.float64] = np.arange(len(xy), dtype=np.float64) * STEP_MS if t is None else t - t[0]
        begin = float(t[0]) if t is not None else trace.offset
        if origin is None:
            origin = begin if math.isfinite(begin) else 0.0
        start = begin - origin
        if not math.isfinite(start) or start < max(end, 0.0):
            start = end + PAUSE_MS
        end = start + float(clock[-1])
        yield xy, clock + start, force
