"""Labels of an InkML file: the names that it gives to its trace groups.

A label is an annotation of type "truth", "label" or "class" in a group, or, as CROHME writes it, an annotationXML that
refers to an element of the file's own formula.
"""

from __future__ import annotations

from collections.abc import Iterator

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.document import Document, Element

_TYPES = ("truth", "label", "class")
MAX_GROUPS = 20_000


def labelled_groups(document: Document) -> list[tuple[Element, str]]:
    """Return the labelled groups without labelled groups inside, in the file's order. Groups in definitions are not
    drawn, so they are not among them. Raises InkError if there are too many."""
    found = list(_inside(document, document.root))
    if len(found) > MAX_GROUPS:
        raise InkError(f"This InkML file has more than {MAX_GROUPS:,} labelled groups: split it.")
    return found


def _inside(document: Document, parent: Element) -> Iterator[tuple[Element, str]]:
    for group in parent.all("traceGroup"):
        inside = list(_inside(document, group))
        label = None if inside else label_of(document, group)
        if label is not None:
            yield group, label
        yield from inside


def label_of(document: Document, element: Element) -> str | None:
    """Return the label of a group or a file, without line breaks; None without one."""
    for note in element.all("annotation"):
        if note.about.get("type", "").strip().lower() in _TYPES and note.words():
            return _plain(note.words())
    for note in element.all("annotationXML"):
        referred = document.maths.get(note.about.get("href", "").strip().removeprefix("#"))
        if referred:
            return _plain(referred)
    return None


def _plain(label: str) -> str:
    return " ".join(label.split())
