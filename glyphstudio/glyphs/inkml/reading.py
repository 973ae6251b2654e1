"""Reads ink from InkML. Files of this program come back exactly; files of others are fitted into the canvas."""

from __future__ import annotations

from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.inkml.contexts import Contexts
from glyphstudio.glyphs.inkml.document import Document
from glyphstudio.glyphs.inkml.drawn import Drawn, drawn, drawn_in
from glyphstudio.glyphs.inkml.labels import label_of, labelled_groups
from glyphstudio.glyphs.inkml.placing import fitted, in_sequence
from glyphstudio.glyphs.inkml.strokes import pieces


def read(data: bytes) -> Ink:
    """Return the whole of an InkML file as one drawing. Reads channels X, Y, T and F, and skips the others and pen-up
    traces.

    Raises InkError with a sentence for anything that is not InkML with at least one point.
    """
    document = Document(data)
    contexts = Contexts(document)
    return _ink(document, contexts, drawn(document, contexts))


def read_all(data: bytes) -> list[tuple[str | None, Ink]]:
    """Return the drawings in an InkML file with their labels: one for each labelled group that has strokes, and no
    labelled group inside. A file with fewer than two of them is one drawing, with all its strokes, and has the label of
    its group or its own, if any.

    Each drawing of another program fills the canvas on its own. Raises InkError as `read` does.
    """
    document = Document(data)
    contexts = Contexts(document)
    groups = labelled_groups(document)
    traces = drawn_in(document, contexts, [element for element, _ in groups]) if len(groups) > 1 else []
    labelled = [(label, inside) for (_, label), inside in zip(groups, traces, strict=False) if inside]
    if len(labelled) > 1:
        return [(label, _ink(document, contexts, inside)) for label, inside in labelled]
    label = labelled[0][0] if labelled else groups[0][1] if groups else label_of(document, document.root)
    return [(label, _ink(document, contexts, drawn(document, contexts)))]


def _ink(document: Document, contexts: Contexts, traces: list[Drawn]) -> Ink:
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
