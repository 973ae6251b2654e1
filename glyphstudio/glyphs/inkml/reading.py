"""Reads ink from InkML. Files of this program come back exactly; files of others are fitted into the canvas."""

from __future__ import annotations

from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.inkml.contexts import Contexts
from glyphstudio.glyphs.inkml.document import Document
from glyphstudio.glyphs.inkml.drawn import drawn
from glyphstudio.glyphs.inkml.placing import fitted, in_sequence
from glyphstudio.glyphs.inkml.strokes import pieces


def read(data: bytes) -> Ink:
    """Return the drawing in an InkML file. Reads channels X, Y, T and F, and skips the others and pen-up traces.

    Raises InkError with a sentence for anything that is not InkML with at least one point.
    """
    document = Document(data)
    contexts = Contexts(document)
    traces = drawn(document, contexts)
    if not traces:
        raise InkError("This InkML file has no strokes.")
    strokes = pieces(traces, contexts)
    if document.ours:
        ink = Ink.tidy((stroke.xy, stroke.t, stroke.force) for stroke in strokes)
    else:
        ink = Ink.tidy(in_sequence(strokes, fitted(strokes)))
    if not ink:
        raise InkError("This InkML file has strokes, but not one usable point.")
    return ink
