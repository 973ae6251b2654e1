"""Xournal++ (.xopp) and Xournal (.xoj): a document of pages, as XML that is usually packed by gzip.

Each page with pen strokes is one drawing. Text, pictures, the paper's ruling and the highlighter's strokes are left
out.
"""

from __future__ import annotations

import numpy as np

from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, number, stroke
from glyphstudio.glyphs.ink import MAX_POINTS, InkError
from glyphstudio.glyphs.inkml.strokes import Piece
from glyphstudio.glyphs.xml_tree import Element, Grammar, read_tree

ROOT = "xournal"
_POINT_MM = 25.4 / 72.0  # a page is measured in points


def read_xournal(text: str) -> list[Labelled]:
    """Return the pages' drawings, without labels. Raises InkError."""
    root = read_tree(text, Grammar("Xournal++", ROOT, with_text=frozenset({"stroke"})))
    pages = [_strokes(page) for page in root.all("page")]
    drawings = [Labelled(None, ink_of(strokes)) for strokes in pages if strokes]
    if not drawings:
        raise InkError("This Xournal++ file has no pen strokes: write the glyph with the pen.")
    return drawings


def _strokes(page: Element) -> list[Piece]:
    found = [one for layer in page.all("layer") for one in layer.all("stroke")]
    return [_stroke(one) for one in found if one.about.get("tool", "pen").strip() == "pen" and one.words()]


def _stroke(element: Element) -> Piece:
    words = element.words().split(maxsplit=2 * MAX_POINTS)
    if len(words) % 2 or len(words) > 2 * MAX_POINTS:
        raise InkError("A stroke of this Xournal++ file has an x without a y, or too many points: export it again.")
    points = np.array([number(word) for word in words]).reshape(-1, 2)
    # With pressure, the attribute has the nominal width, and then the width of every line between two points.
    widths = [
        number(word) for word in element.about.get("width", "").split(maxsplit=len(points) + 1)[: len(points) + 1]
    ]
    force = None
    if len(widths) > 1 and len(widths) >= len(points) and min(widths) >= 0:
        own = np.array((widths[1:] + widths[-1:])[: len(points)])
        force = own / max(float(own.max()), 1e-9)
    return stroke(points, force=force, mm=_POINT_MM)
