"""The tree of one InkML file, and its elements by their ids."""

from __future__ import annotations

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_text import decoded
from glyphstudio.glyphs.xml_tree import MAX_DEPTH, MAX_ELEMENTS, Element, Grammar, read_tree

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_ELEMENTS", "NAMESPACE", "OUR_CANVAS", "Document", "Element"]

NAMESPACE = "http://www.w3.org/2003/InkML"
OUR_CANVAS = "GlyphStudio 0..1"
MAX_BYTES = 32 << 20

_WITH_TEXT = frozenset({"trace", "affine", "matrix", "annotation"})


class Document:
    """The tree of one InkML file, and its elements by their ids.

    Raises InkError with a sentence if the data is not InkML.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise InkError(f"An ink file may have at most {MAX_BYTES >> 20} MB; this one is larger.")
        self.maths: dict[str, str] = {}  # the text of elements inside annotationXML, by their ids
        grammar = Grammar(
            "InkML", "ink", _WITH_TEXT, frozenset({"annotationXML"}), doctype=False, on_foreign=self._note_maths
        )
        self.root = read_tree(decoded(data), grammar)
        self._by_id: dict[str, list[Element]] = {}  # some programs count traces and groups apart, from 0
        for element in self.root.inside():
            if "id" in element.about:
                self._by_id.setdefault(element.about["id"].strip(), []).append(element)

    def _note_maths(self, element: Element) -> None:
        if "id" in element.about:
            self.maths[element.about["id"].strip()] = element.words()

    @property
    def ours(self) -> bool:
        """Whether this program wrote the file, so that its coordinates are those of the canvas."""
        notes = (note for note in self.root.all("annotation") if note.about.get("type") == "canvas")
        return any("".join(note.text).strip() == OUR_CANVAS for note in notes)

    def referred(self, element: Element, reference: str, *tags: str) -> Element | None:
        """Return the element that the attribute `reference` names; None without the attribute, and for the
        Recommendation's own defaults. Raises InkError if there is no such element among `tags`."""
        value = element.about.get(reference, "").strip()
        file, _, name = value.rpartition("#")
        named = self._by_id.get(name, [])
        found = next((one for one in named if one.tag in tags), None)
        if found is not None and not file:
            return found
        if not value or (not named and name.startswith("Default")):
            return None
        where = "in another file" if file else "an element of another kind" if named else "not in it"
        raise InkError(
            f"This InkML file refers by {reference} to “{value[:40]}”, which is {where}. Export the drawing again "
            "as one complete file."
        )
