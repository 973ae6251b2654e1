"""How an SVG shape is painted: attributes, `style`, and the simple rules of a style sheet (tag, .class, #id, *)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_tree import Element

MAX_RULES = 20_000  # counted by their selectors
_INHERITED = ("fill", "stroke", "stroke-width", "fill-rule", "visibility", "fill-opacity", "stroke-opacity", "color")
_OWN = ("display", "opacity")  # these concern a group as a whole
_LONGEST = 10_000  # characters of one attribute, or of one rule
# What is before a brace, and if it opens a rule, the rule's body. A block with rules inside (@media) has no body, and
# its rules follow. Each match takes whatever stands there, so that no text is scanned more than twice.
_BLOCK = re.compile(r"([^{}]*+)(?:\{(?:([^{}]*+)(?=\}|\Z))?+|\}|\Z)")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"(\*|[A-Za-z][\w-]*)?(?:([.#])([\w-]+))?")
_INVISIBLE = 0.05  # less opaque than this is not seen
_HUES = (0.299, 0.587, 0.114)

Properties = Mapping[str, str]
DEFAULT: Properties = {"fill": "black", "stroke": "none", "stroke-width": "1"}


@dataclass(frozen=True)
class Paint:
    """fill, stroke: brightness from 0 (black) to 1, None for none. width: the stroke's attribute. evenodd: the rule."""

    fill: float | None
    stroke: float | None
    width: str
    evenodd: bool


class StyleSheet:
    """The rules of all style elements of a file. Raises InkError if there are too many."""

    def __init__(self, root: Element) -> None:
        self._rules: dict[tuple[str, str, str], dict[str, str]] = {}  # by tag, "." or "#", and its name
        self._count = 0
        for element in root.inside():
            if element.tag == "style":
                self._read(_COMMENT.sub(" ", "".join(element.text)))

    def _read(self, text: str) -> None:
        for block in _BLOCK.finditer(text):
            selectors = block[1].split(",", MAX_RULES)
            self._count += len(selectors)
            if self._count > MAX_RULES:
                raise InkError(f"This SVG file has more than {MAX_RULES:,} style rules.")
            if block[2] is None:
                continue
            declared = _declarations(block[2])
            for selector in selectors:
                match = _SELECTOR.fullmatch(selector.strip())
                if match is None or not match[0]:
                    continue  # a rule that depends on where an element is
                key = ("" if match[1] in (None, "*") else match[1], match[2] or "", match[3] or "")
                self._rules.setdefault(key, {}).update(declared)

    def properties(self, element: Element, inherited: Properties) -> dict[str, str]:
        """Return what applies to an element, and to those inside it."""
        found = {name: value for name, value in inherited.items() if name in _INHERITED}
        own: dict[str, str] = {name: element.about[name] for name in (*_INHERITED, *_OWN) if name in element.about}
        if self._rules:
            for key in _keys(element):
                own |= self._rules.get(key, {})
        own |= _declarations(element.about.get("style", ""))
        return found | {name: value for name, value in own.items() if value != "inherit"}


def _keys(element: Element) -> Iterator[tuple[str, str, str]]:
    """Yield the selectors that fit, the weakest first."""
    yield "", "", ""
    yield element.tag, "", ""
    for name in element.about.get("class", "")[:_LONGEST].split(maxsplit=20)[:20]:
        yield "", ".", name
        yield element.tag, ".", name
    if "id" in element.about:
        yield "", "#", element.about["id"]
        yield element.tag, "#", element.about["id"]


def is_hidden(properties: Properties) -> bool:
    """Return whether an element, with all inside it, is not drawn."""
    return properties.get("display") == "none" or _share(properties.get("opacity", "1")) < _INVISIBLE


def paint_of(properties: Properties) -> Paint:
    """Return how a shape is painted."""
    if properties.get("visibility") in ("hidden", "collapse"):
        return Paint(None, None, "0", False)
    return Paint(
        _brightness(properties, "fill"),
        _brightness(properties, "stroke"),
        properties.get("stroke-width", "1"),
        properties.get("fill-rule") == "evenodd",
    )


def _brightness(properties: Properties, which: str) -> float | None:
    from svgelements import Color

    value = properties.get(which, "none")[:_LONGEST].strip()
    if _share(properties.get(f"{which}-opacity", "1")) < _INVISIBLE:
        return None
    if value.lower() == "currentcolor":
        value = properties.get("color", "black")[:_LONGEST].strip()
    if value.lower() in ("none", "transparent", ""):
        return None
    try:
        color = Color(value[:60])
        if color.value is None:
            return 0.0  # a gradient or a pattern: it is seen
        if color.alpha < 255 * _INVISIBLE:
            return None
        red, green, blue = color.red, color.green, color.blue
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return float(sum(share * hue / 255.0 for share, hue in zip(_HUES, (red, green, blue), strict=True)))


def _share(text: str) -> float:
    word = text[:_LONGEST].strip()
    try:
        return float(word.removesuffix("%")) / (100.0 if word.endswith("%") else 1.0)
    except ValueError:
        return 1.0


def _declarations(text: str) -> dict[str, str]:
    found = {}
    for part in text[:_LONGEST].split(";", 200)[:200]:
        name, colon, value = part.partition(":")
        if colon and name.strip() in (*_INHERITED, *_OWN):
            found[name.strip()] = value.replace("!important", "").strip()
    return found
