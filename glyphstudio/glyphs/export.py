"""Export: a drawing as a file that other programs read (InkML, SVG, PNG)."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

import numpy as np
from PIL import Image, ImageDraw

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.formats.labelled import MAX_DRAWINGS
from glyphstudio.glyphs.formats.png_ink import png_text
from glyphstudio.glyphs.formats.svg.own import SIDE, path_of
from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.inkml.document import MAX_BYTES, MAX_ELEMENTS
from glyphstudio.glyphs.picture import MAX_SIDE, Drawing, Picture

PEN = 0.024  # pen width, in canvas units
INK = (28, 28, 34)
_FINER = 4  # a PNG is drawn this many times larger, then averaged down


def to_inkml(ink: Ink) -> bytes:
    """Return the drawing as InkML (UTF-8). `importing.load_drawing` reads it back as an equal drawing, unless it is
    empty."""
    return inkml.write(ink)


def to_inkml_of_many(drawings: Iterable[tuple[str, Ink]]) -> bytes:
    """Return drawings with their names as one InkML file (UTF-8). `importing.load_drawings` reads them back as equal
    names and drawings. Raises InkError if they are more than one file may have."""
    data = inkml.write_all(drawings)
    if len(data) > MAX_BYTES or data.count(b"<trace") > MAX_ELEMENTS // 2 or data.count(b"<traceGroup>") > MAX_DRAWINGS:
        raise InkError("These are too many drawings for one InkML file.")
    return data


def to_svg(drawing: Drawing) -> bytes:
    """Return the drawing as SVG (UTF-8), viewBox 0 0 1000 1000. Ink becomes smooth strokes with round caps, which also
    carry its exact points; a picture becomes an embedded PNG. `importing.load_drawing` reads both back as equal
    drawings."""
    if isinstance(drawing, Picture):
        source = quoteattr("data:image/png;base64," + base64.b64encode(drawing.to_png()).decode())
        body = [f'<image width="{SIDE}" height="{SIDE}" preserveAspectRatio="xMidYMid meet" href={source}/>']
    else:
        pen = f'stroke="#{bytes(INK).hex()}" stroke-width="{PEN * SIDE:g}"'
        paths = [path_of(stroke) for stroke in drawing.strokes]
        body = [f'<g fill="none" {pen} stroke-linecap="round" stroke-linejoin="round">', *paths, "</g>"]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
    return "\n".join([head, *body, "</svg>", ""]).encode()


def to_png(drawing: Drawing, size: int = 512) -> bytes:
    """Return the drawing as PNG, dark on white. Ink fills `size` x `size` pixels (1..4096) with the whole canvas,
    antialiased, and carries its exact points for `importing.load_drawing`. A picture stays as it is, but shrinks if a
    side is longer than `size`. Raises ValueError for other sizes."""
    if not 1 <= size <= MAX_SIDE:
        raise ValueError(f"A PNG may be 1 to {MAX_SIDE} pixels wide, not {size}.")
    if isinstance(drawing, Picture):
        image = Image.fromarray(drawing.grey)
        image.thumbnail((size, size), Image.Resampling.LANCZOS)
        return Picture(np.array(image)).to_png()
    buffer = io.BytesIO()
    image = _drawn(drawing, size)
    image.save(buffer, format="PNG", optimize=True, pnginfo=png_text(drawing, image) if drawing else None)
    return buffer.getvalue()


def _drawn(ink: Ink, size: int) -> Image.Image:
    finer = _FINER if size * _FINER <= MAX_SIDE else 1  # above this, plain pixels are fine enough and save memory
    side = size * finer
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    width = max(1, round(PEN * side))
    radius = width / 2
    for stroke in ink.strokes:
        points = stroke.xy.astype(np.float64) * side
        if len(points) > 1:
            draw.line([(x, y) for x, y in points.tolist()], fill=255, width=width)
        for x, y in points.tolist():  # a round cap at each end, and a round joint at every bend
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    mask = mask.reduce(finer) if finer > 1 else mask
    paper = Image.new("RGB", (size, size), "white")
    paper.paste(INK, (0, 0, size, size), mask)
    return paper
