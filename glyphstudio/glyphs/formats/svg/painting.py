"""Paints filled shapes as a picture, because their outlines are no strokes: a disc's is not a drawing of a ring."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from glyphstudio.glyphs.formats.svg.geometry import Points, flattened
from glyphstudio.glyphs.formats.svg.walk import Shape
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.picture import Picture

SIDE = 1024  # pixels, the longer one
_MARGIN = 0.06  # of it
_FINER = 2  # painted this many times larger, then averaged down
_AT_ONCE = 1 << 20  # crossings of edges and rows of pixels, so that they take a few dozen MB
_MOST_WORK = 400.0  # areas of the whole picture: painting one takes about 20 ms


def painted(shapes: Sequence[Shape], paper: float) -> Picture:
    """Return the shapes in their order, on paper of brightness `paper` (0..1), in a picture that they fill up to a
    margin. Raises InkError if that would take too long."""
    low, high = bounds(shapes)
    extent = float((high - low).max())
    scale = SIDE * _FINER * (1.0 - 2.0 * _MARGIN) / max(extent, 1e-12)
    margin = SIDE * _FINER * _MARGIN
    size = np.maximum(np.ceil((high - low) * scale + 2 * margin), 16.0 * _FINER).astype(int)
    size += -size % _FINER
    canvas = Image.new("L", (int(size[0]), int(size[1])), round(paper * 255))
    left = _MOST_WORK
    for shape in shapes:
        outlines = [(flattened(run, extent) - low) * scale + margin for run in shape.runs]
        left -= _work(outlines, shape.width * scale, size)
        if left < 0:
            raise InkError("This SVG file has too many filled shapes for a drawing.")
        if shape.paint.fill is not None:
            _fill(canvas, outlines, round(shape.paint.fill * 255), shape.paint.evenodd)
        if shape.paint.stroke is not None and shape.width > 0:
            for outline in outlines:
                _line(canvas, outline, max(1.0, shape.width * scale), round(shape.paint.stroke * 255))
    return Picture(np.asarray(canvas.reduce(_FINER), dtype=np.uint8).copy())


def bounds(shapes: Sequence[Shape]) -> tuple[Points, Points]:
    """Return the upper left and lower right corner of all that is painted; curves count with their control points."""
    corners = []
    for shape in shapes:
        pen = shape.width / 2 if shape.paint.stroke is not None else 0.0
        controls = np.concatenate([run.controls() for run in shape.runs])
        corners += [controls.min(axis=0) - pen, controls.max(axis=0) + pen]
    every = np.array(corners)
    return every.min(axis=0), every.max(axis=0)


def _work(outlines: Sequence[Points], width: float, size: NDArray[np.int_]) -> float:
    every = np.concatenate(outlines)
    box = np.ptp(every, axis=0) + width + 1.0
    way = sum(float(np.hypot(*np.diff(outline, axis=0).T).sum()) for outline in outlines)
    # An edge that crosses a row of pixels takes as long as 40 pixels.
    return (float(box.prod()) + way * max(width, 40.0)) / float(size.prod())


def _fill(canvas: Image.Image, outlines: Sequence[Points], shade: int, evenodd: bool) -> None:
    """Fill by winding numbers. PIL's own polygons do not count them, but letters have holes, and loops cross."""
    every = np.concatenate(outlines)
    x0, y0 = (math.floor(value) for value in every.min(axis=0))
    width, height = (math.ceil(value) - low + 1 for value, low in zip(every.max(axis=0), (x0, y0), strict=True))
    turns = np.zeros((height, width + 1), dtype=np.int32)
    step = max(1, _AT_ONCE // height)  # edges
    for outline in outlines:
        closed = np.concatenate([outline, outline[:1]]) - (x0, y0)
        for first in range(0, len(outline), step):
            edges = closed[first : first + step + 1]
            _cross(turns, edges[:-1], edges[1:])
    winding = np.cumsum(turns[:, :-1], axis=1)
    inside = winding % 2 == 1 if evenodd else winding != 0
    mask = Image.fromarray(inside.astype(np.uint8) * 255)
    canvas.paste(shade, (x0, y0), mask)


def _cross(turns: NDArray[np.int32], start: Points, end: Points) -> None:
    """Note at the middle of each row of pixels where the edges cross it, +1 downwards and -1 upwards."""
    first = np.ceil(np.minimum(start[:, 1], end[:, 1]) - 0.5).astype(np.int64)
    stop = np.ceil(np.maximum(start[:, 1], end[:, 1]) - 0.5).astype(np.int64)
    counts = np.maximum(stop - first, 0)
    if not counts.any():
        return
    edge = np.repeat(np.arange(len(start)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    step = end - start
    share = (row + 0.5 - start[edge, 1]) / step[edge, 1]
    column = np.ceil(start[edge, 0] + share * step[edge, 0] - 0.5).astype(np.int64)
    kept = (row >= 0) & (row < turns.shape[0])
    places = row[kept] * turns.shape[1] + np.clip(column[kept], 0, turns.shape[1] - 1)
    np.add.at(turns.reshape(-1), places, np.where(step[edge[kept], 1] > 0, 1, -1).astype(np.int32))  # fast in 1-D only


def _line(canvas: Image.Image, outline: Points, width: float, shade: int) -> None:
    draw = ImageDraw.Draw(canvas)
    radius = width / 2
    if len(outline) > 1:
        draw.line([(x, y) for x, y in outline.tolist()], fill=shade, width=round(width), joint="curve")
    for x, y in (outline[0].tolist(), outline[-1].tolist()):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
