"""Writes ink as InkML. The files say that their coordinates are those of the canvas, and are read back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.inkml.document import NAMESPACE, OUR_CANVAS


def write(ink: Ink) -> bytes:
    """Return the drawing as an InkML file, UTF-8. `read` returns an equal drawing, unless it is empty."""
    return _file([f"  <trace>{points_text(stroke)}</trace>" for stroke in ink.strokes], _has_pressure(ink.strokes))


def write_all(drawings: Iterable[tuple[str, Ink]]) -> bytes:
    """Return several drawings as one InkML file, UTF-8: a trace group each, with its label as an annotation of type
    "truth". `read_all` returns equal labels and drawings, in this order; empty drawings are left out.

    A label may not have characters that XML cannot have; names of glyphs never do.
    """
    lines: list[str] = []
    pressure = False
    for label, ink in drawings:
        if ink:
            pressure = pressure or _has_pressure(ink.strokes)
            lines += ["  <traceGroup>", f'    <annotation type="truth">{escape(label)}</annotation>']
            lines += [f"    <trace>{points_text(stroke)}</trace>" for stroke in ink.strokes]
            lines.append("  </traceGroup>")
    return _file(lines, pressure)


def _file(body: Sequence[str], pressure: bool) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ink xmlns="{NAMESPACE}">',
        f'  <annotation type="canvas">{OUR_CANVAS}</annotation>',
        "  <traceFormat>",
        '    <channel name="X" type="decimal"/>',
        '    <channel name="Y" type="decimal"/>',
        '    <channel name="T" type="integer" units="ms"/>',
    ]
    if pressure:
        lines.append("    <intermittentChannels>")
        lines.append('      <channel name="F" type="decimal" min="0" max="1"/>')
        lines.append("    </intermittentChannels>")
    lines.append("  </traceFormat>")
    return "\n".join([*lines, *body, "</ink>", ""]).encode()


def _has_pressure(strokes: Sequence[Stroke]) -> bool:
    return any(stroke.pressure is not None for stroke in strokes)


def points_text(stroke: Stroke) -> str:
    """Return "x y t, …", or "x y t pressure, …", in canvas units and ms. It is exact on ink's grid."""
    # Five decimals of x and y, and four of pressure, are finer than half a step of ink's grid, so nothing is lost.
    columns = [[_decimal(value, 5) for value in stroke.xy[:, axis].tolist()] for axis in (0, 1)]
    columns.append([str(int(value)) for value in stroke.t.tolist()])
    if stroke.pressure is not None:
        columns.append([_decimal(value, 4) for value in stroke.pressure.tolist()])
    return ", ".join(map(" ".join, zip(*columns, strict=True)))


def _decimal(value: float, places: int) -> str:
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
