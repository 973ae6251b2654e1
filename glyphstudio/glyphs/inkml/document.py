"""Reads the XML of an InkML file as a tree, with limits on everything that a hostile file could make large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_text import decoded

NAMESPACE = "http://www.w3.org/2003/InkML"
OUR_CANVAS = "GlyphStudio 0..1"
MAX_BYTES = 32 << 20
MAX_DEPTH = 64
MAX_ELEMENTS = 200_000

_WITH_TEXT = {"trace", "affine", "matrix", "annotation"}
_MISPLACED_DECLARATION = 17  # expat has no name for it: <?xml …?> that is not at the start


@dataclass(eq=False)
class Element:
    """One element: its local name, its attributes by local name, its children and its own text."""

    tag: str
    about: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the children with one of these tags."""
        return (child for child in self.children if child.tag in tags)

    def first(self, *tags: str) -> Element | None:
        """Return the first child with one of these tags."""
        return next(self.all(*tags), None)

    def inside(self) -> Iterator[Element]:
        """Yield all elements below this one, in the file's order."""
        for child in self.children:
            yield child
            yield from child.inside()


class Document:
    """The tree of one InkML file, and its elements by their ids.

    Raises InkError with a sentence if the data is not InkML.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise InkError(f"An ink file may have at most {MAX_BYTES >> 20} MB; this one is larger.")
        self.root = _Builder().parse(decoded(data))
        self._by_id: dict[str, list[Element]] = {}  # some programs count traces and groups apart, from 0
        for element in self.root.inside():
            if "id" in element.about:
                self._by_id.setdefault(element.about["id"].strip(), []).append(element)

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


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        self._foreign = 0  # depth inside annotationXML, which may hold anything

    def parse(self, text: str) -> Element:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # A document type can define entities that grow without bound or point to other files, so all are refused.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        try:
            parser.Parse(text, True)
        except InkError:
            raise
        except expat.ExpatError as error:
            raise InkError(self._damage(text, parser, error)) from error
        except (ValueError, LookupError) as error:
            raise InkError("This XML file is damaged or cut short.") from error
        if self.root is None:
            raise InkError("This XML file is damaged or cut short.")
        return self.root

    def _damage(self, text: str, parser: expat.XMLParserType, error: expat.ExpatError) -> str:
        after = (expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT], _MISPLACED_DECLARATION)
        if self.root is None or self._open or error.code not in after:
            return f"This XML file is damaged or cut short (line {error.lineno})."
        rest = text.encode("utf-8", "replace")[parser.ErrorByteIndex :][:4000].decode("utf-8", "replace")
        second = re.search(r"<([A-Za-z_][\w:.-]{0,40})", rest)
        if second is None:
            return f"This XML file has something after its end, </ink> (line {error.lineno}): delete it."
        return (
            f"This XML file has two roots, <ink> and, from line {error.lineno} on, <{second[1]}>, but XML allows one. "
            "Save each as a separate file."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if self.root is None and tag != "ink":
            raise InkError(f"This is an XML file, but not InkML: it starts with <{tag[:40]}>.")
        if self._foreign or tag == "annotationXML":
            self._foreign += 1
        self._count += 1
        if len(self._open) + self._foreign >= MAX_DEPTH:
            raise InkError("This InkML file is nested too deeply to be ink.")
        if self._count > MAX_ELEMENTS:
            raise InkError(f"This InkML file has more than {MAX_ELEMENTS:,} elements, too many for one drawing.")
        if self._foreign:
            return
        own = sorted(attributes.items(), key=lambda item: ":" not in item[0])  # xsi:type must not hide type
        element = Element(tag, {_local(name): value for name, value in own})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        if self._foreign:
            self._foreign -= 1
        else:
            self._open.pop()

    def _text(self, text: str) -> None:
        if not self._foreign and self._open[-1].tag in _WITH_TEXT:
            self._open[-1].text.append(text)


def _refuse_doctype(*_: object) -> None:
    raise InkError("This XML file has its own document type (DOCTYPE). GlyphStudio does not read those, for safety.")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
