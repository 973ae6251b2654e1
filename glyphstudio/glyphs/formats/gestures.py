"""The gesture files of the $-family ($1, $N, $P): one gesture an XML file, with points, or strokes of points."""

from __future__ import annotations

import re

from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, number, optional, stroke
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.strokes import Piece
from glyphstudio.glyphs.xml_tree import Element, Grammar, read_tree

ROOT = "Gesture"
_MOST = 600_000  # elements: a point each


def read_gesture(text: str) -> list[Labelled]:
    """Return the one gesture in an XML text, labelled by its name. Raises InkError."""
    root = read_tree(text, Grammar("gesture", ROOT, most=_MOST))
    drawn = [group for group in list(root.all("Stroke")) or [root] if group.first("Point")]
    if not drawn:
        raise InkError("This gesture file has no points.")
    return [Labelled(_label(root), ink_of(map(_stroke, drawn)))]


def _stroke(group: Element) -> Piece:
    points = list(group.all("Point"))
    xy = [(number(point.about.get("X")), number(point.about.get("Y"))) for point in points]
    t = [optional(point.about.get("T")) for point in points]
    force = [optional(point.about.get("Pressure")) for point in points]
    return stroke(xy, t, force)


def _label(root: Element) -> str | None:
    """Return the gesture's name without the number of the example: arrow~07, or arrow07 if the file says that it is
    number 7."""
    name = root.about.get("Name", "").strip()
    plain = re.sub(r"~\d+$", "", name)
    count = root.about.get("Number", "").strip()
    ending = re.fullmatch(r"(.*?[^\d])[_ -]?(\d+)", plain)
    if plain == name and ending and count.isdecimal() and len(ending[2]) < 9 and int(ending[2]) == int(count[:9]):
        plain = ending[1].rstrip("_ -") or plain
    return plain or None
