"""Our own SVG: smooth curves for other programs, and the exact points, times and pressures of each stroke beside them.

The exact points count only while they still belong to the curve that is drawn: a file that another program has changed
is read as any other SVG.
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import MAX_POINTS, MAX_STROKES, Ink, Stroke
from glyphstudio.glyphs.inkml.writing import points_text
from glyphstudio.glyphs.xml_tree import Element

SIDE = 1000  # of the canvas
POINTS = "data-points"
_VIEW = f"0 0 {SIDE} {SIDE}"
_CHANGES = {"transform", "style", "class", "display", "visibility", "opacity"}  # what could show other ink
_GROUP = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")


def path_of(stroke: Stroke) -> str:
    """Return the stroke as an SVG path with its exact points."""
    return f'<path d="{curve(stroke.xy.astype(np.float64) * SIDE)}" {POINTS}="{points_text(stroke)}"/>'


def read_own(root: Element) -> Ink | None:
    """Return the ink of a file that `path_of` wrote; None if it is not one, or was changed."""
    if root.about.get("viewBox") != _VIEW or _CHANGES & root.about.keys() or len(root.children) != 1:
        return None
    (group,) = root.children
    if group.tag != "g" or not group.about.keys() <= _GROUP or group.about.get("fill") != "none":
        return None
    if not 0 < len(group.children) <= MAX_STROKES:
        return None
    strokes: list[Stroke] = []
    left = MAX_POINTS
    for path in group.children:
        stroke = _stroke(path, left)
        if stroke is None:
            return None
        left -= len(stroke)
        strokes.append(stroke)
    return Ink(tuple(strokes))


def _stroke(path: Element, most: int) -> Stroke | None:
    """Return the exact stroke of a path, if it is the curve that the path shows."""
    if path.tag != "path" or path.about.keys() != {"d", POINTS}:
        return None
    rows = [point.split() for point in path.about[POINTS].split(",", most)]
    width = len(rows[0])
    if width not in (3, 4) or len(rows) > most or any(len(row) != width for row in rows):
        return None
    if not all(_NUMBER.fullmatch(word) for row in rows for word in row):
        return None
    table = np.array(rows, dtype=np.float64)
    if np.abs(table[:, :2]).max() > 8.0 or not math.isfinite(float(table.sum())):
        return None
    stroke = Stroke.of(table[:, :2], table[:, 2], table[:, 3] if width == 4 else None)
    return stroke if curve(stroke.xy.astype(np.float64) * SIDE) == path.about["d"] else None


def curve(points: NDArray[np.float64]) -> str:
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
    return ",".join(f"{round(value, 1) + 0.0:.1f}".removesuffix(".0") for value in point.tolist())  # no -0
