"""Export: a drawing as a file that other programs read (InkML, SVG, PNG)."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import MAX_SIDE, Drawing, Picture

PEN = 0.024  # pen width, in canvas units
INK = (28, 28, 34)
_SIDE = 1000  # side of the SVG's canvas
_FINER = 4  # a PNG is drawn this many times larger, then averaged down


def to_inkml(ink: Ink) -> bytes:
    """Return the drawing as InkML (UTF-8). `importing.load_drawing` reads it back as an equal drawing, unless it is
    empty."""
    return inkml.write(ink)


def to_svg(drawing: Drawing) -> bytes:
    """Return the drawing as SVG (UTF-8), viewBox 0 0 1000 1000. Ink becomes smooth strokes with round caps, a picture
    an embedded PNG."""
    if isinstance(drawing, Picture):
        source = quoteattr("data:image/png;base64," + base64.b64encode(drawing.to_png()).decode())
        body = [f'<image width="{_SIDE}" height="{_SIDE}" preserveAspectRatio="xMidYMid meet" href={source}/>']
    else:
        pen = f'stroke="#{bytes(INK).hex()}" stroke-width="{PEN * _SIDE:g}"'
        paths = [f'<path d="{_curve(stroke.xy.astype(np.float64) * _SIDE)}"/>' for stroke in drawing.strokes]
        body = [f'<g fill="none" {pen} stroke-linecap="round" stroke-linejoin="round">', *paths, "</g>"]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}">'
    return "\n".join([head, *body, "</svg>", ""]).encode()


def _curve(points: NDArray[np.float64]) -> str:
    """Return one SVG path through all points: Catmull-Rom, written as cubic Béziers. A single point becomes a dot."""
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.abs(np.diff(points, axis=0)).max(axis=1) > 0  # a resting pen adds nothing to the line
    points = points[keep]
    if len(points) == 1:
        # A line of zero length has no direction, so some programs would leave out the round cap.
        return f"M{_pair(points[0])}h.01"
    padded = np.concatenate([points[:1], points, points[-1:]])
    slopes = (padded[2:] - padded[:-2]) / 6.0
    first, second = points[:-1] + slopes[:-1], points[1:] - slopes[1:]
    pieces = [f"C{_pair(a)} {_pair(b)} {_pair(c)}" for a, b, c in zip(first, second, points[1:], strict=True)]
    return f"M{_pair(points[0])}" + "".join(pieces)


def _pair(point: NDArray[np.float64]) -> str:
    return ",".join(f"{value:.1f}".removesuffix(".0") for value in point.tolist())


def to_png(drawing: Drawing, size: int = 512) -> bytes:
    """Return the drawing as PNG, dark on white. Ink fills `size` x `size` pixels (1..4096) with the whole canvas,
    antialiased. A picture stays as it is, but shrinks if a side is longer than `size`. Raises ValueError for other
    sizes."""
    if not 1 <= size <= MAX_SIDE:
        raise ValueError(f"A PNG may be 1 to {MAX_SIDE} pixels wide, not {size}.")
    if isinstance(drawing, Picture):
        image = Image.fromarray(drawing.grey)
        image.thumbnail((size, size), Image.Resampling.LANCZOS)
    else:
        image = _drawn(drawing, size)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
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
