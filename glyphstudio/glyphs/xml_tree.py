"""Reads XML as a tree, with limits on everything that a hostile file could make large.

No entity is ever expanded, and nothing outside the file is read. Formats whose programs write a DOCTYPE (SVG) may have
one; a file that uses entities of its own is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from glyphstudio.glyphs.ink import InkError

MAX_DEPTH = 64
MAX_ELEMENTS = 200_000

_MISPLACED_DECLARATION = 17  # expat has no name for it: <?xml …?> that is not at the start
_LONGEST_DOCTYPE = 1 << 14  # characters; KanjiVG's has about a thousand
# Old Adobe Illustrators write xmlns="&ns_svg;". Names of namespaces mean nothing here, so these may go.
_NAMESPACE = re.compile(r"(\sxmlns(?::[\w.-]+)?\s*+=\s*+)(\"&[\w.:-]+;\"|'&[\w.:-]+;')")
_BEFORE_ROOT = re.compile(r"\s++|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(
    r"<!DOCTYPE[^\[>]*+(?:\[(?:\"[^\"]*+\"|'[^']*+'|<!--.*?-->|[^\]\"'])*+\]\s*+)?+>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<([^\s<>/&\"'=!?]{1,200})")
_OWN_ENTITY = re.compile(r"&(?!#|(?:amp|lt|gt|quot|apos);)([^\s;&<>\"']++);")


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

    def words(self) -> str:
        """Return the element's own text, without white space around it."""
        return "".join(self.text).strip()


@dataclass(frozen=True)
class Grammar:
    """What a format's tree may have. kind: its name in sentences. with_text: the elements whose text is kept. foreign:
    elements that may have anything inside; the tree has only themselves, and `on_foreign` gets each element inside.
    doctype: whether a DOCTYPE is accepted."""

    kind: str
    root: str
    with_text: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    doctype: bool = True
    most: int = MAX_ELEMENTS
    on_foreign: Callable[[Element], None] | None = None


def read_tree(text: str, grammar: Grammar) -> Element:
    """Return the root of an XML text. Raises InkError with a sentence."""
    if grammar.doctype and "<!DOCTYPE" in text:
        text = _without_entities(text, grammar.kind)
    return _Builder(grammar).parse(text)


def root_tag(text: str) -> str:
    """Return the local name of the first element, and interpret nothing before it. Raises InkError if there is none."""
    place = 0
    while piece := _BEFORE_ROOT.match(text, place) or _DOCTYPE.match(text, place, place + _LONGEST_DOCTYPE):
        place = piece.end()
    root = _ROOT.match(text, place)
    if text[place : place + 9].upper() == "<!DOCTYPE":
        raise InkError(
            "The document type (DOCTYPE) of this XML file is damaged or too long: save it again without one."
        )
    if root is None:
        raise InkError(f"This XML file is damaged or cut short (line {text.count(chr(10), 0, place) + 1}).")
    return _local(root[1])


class _Builder:
    def __init__(self, grammar: Grammar) -> None:
        self.root: Element | None = None
        self._grammar = grammar
        self._open: list[Element] = []
        self._count = 0
        self._foreign: list[Element] = []
        self._in_doctype = False

    def parse(self, text: str) -> Element:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.specified_attributes = True  # a DOCTYPE's defaults could be large, and every element would have them
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EndDoctypeDeclHandler = self._doctype_ended
        first = max(0, text.find("<!DOCTYPE")) + _LONGEST_DOCTYPE
        try:
            parser.Parse(text[:first], False)
            if self._in_doctype:
                raise InkError(
                    f"This {self._grammar.kind} file has a document type (DOCTYPE) that is too long: save it again "
                    "without one."
                )
            parser.Parse(text[first:], True)
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
        root = self._grammar.root
        rest = text.encode("utf-8", "replace")[parser.ErrorByteIndex :][:4000].decode("utf-8", "replace")
        second = re.search(r"<([A-Za-z_][\w:.-]{0,40})", rest)
        if second is None:
            return f"This XML file has something after its end, </{root}> (line {error.lineno}): delete it."
        return (
            f"This XML file has two roots, <{root}> and, from line {error.lineno} on, <{second[1]}>, but XML allows "
            "one. Save each as a separate file."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag, grammar = _local(tag), self._grammar
        if self.root is None and tag != grammar.root:
            raise InkError(f"This is an XML file, but not {grammar.kind}: it starts with <{tag[:40]}>.")
        self._count += 1
        if len(self._open) + len(self._foreign) >= MAX_DEPTH:
            raise InkError(f"This {grammar.kind} file is nested too deeply to be ink.")
        if self._count > grammar.most:
            raise InkError(f"This {grammar.kind} file has more than {grammar.most:,} elements, too many for one file.")
        own = sorted(attributes.items(), key=lambda item: ":" not in item[0])  # xsi:type must not hide type
        about = {_local(name): value for name, value in own}
        element = Element(tag, about)
        if self._foreign:
            self._foreign.append(element)
            return
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        (self._foreign if tag in grammar.foreign else self._open).append(element)

    def _end(self, _: str) -> None:
        if self._foreign:
            ended = self._foreign.pop()
            if self._grammar.on_foreign is not None:
                self._grammar.on_foreign(ended)
        else:
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._foreign:
            if self._grammar.on_foreign is not None:
                self._foreign[-1].text.append(text)
        elif self._open[-1].tag in self._grammar.with_text:
            self._open[-1].text.append(text)

    def _doctype(self, *_: Any) -> None:
        self._in_doctype = True
        if not self._grammar.doctype:
            raise InkError(
                "This XML file has its own document type (DOCTYPE). GlyphStudio does not read those, for safety."
            )

    def _doctype_ended(self) -> None:
        self._in_doctype = False


def _without_entities(text: str, kind: str) -> str:
    """Return a text that refers to no entity of its own. Raises InkError if it does, other than for namespaces."""
    kept = _NAMESPACE.sub(r'\1""', text)
    own = _OWN_ENTITY.search(kept)
    if own is not None:
        raise InkError(
            f"This {kind} file uses an entity of its own, &{own[1][:40]};, and for safety GlyphStudio expands none. "
            f"Save it again as plain {kind}."
        )
    return kept


def _local(name: str) -> str:
    return name.rpartition(":")[2]
