"""IAM-OnDB: what one writer wrote on a whiteboard, as XML. A file is one drawing."""

from __future__ import annotations

from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, number, optional, stroke
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.strokes import Piece
from glyphstudio.glyphs.xml_tree import Element, Grammar, read_tree

ROOT = "WhiteboardCaptureSession"
_MOST = 600_000  # elements: a point each


def read_iam(text: str) -> list[Labelled]:
    """Return the one drawing in an XML text, without a label. Raises InkError."""
    root = read_tree(text, Grammar("IAM-OnDB", ROOT, most=_MOST))
    drawn = [one for group in root.all("StrokeSet") for one in group.all("Stroke") if one.first("Point")]
    if not drawn:
        raise InkError("This IAM-OnDB file has no strokes.")
    return [Labelled(None, ink_of(map(_stroke, drawn)))]


def _stroke(element: Element) -> Piece:
    points = list(element.all("Point"))
    xy = [(number(point.about.get("x")), number(point.about.get("y"))) for point in points]
    return stroke(xy, [optional(point.about.get("time")) * 1000.0 for point in points])
