"""Walks through an SVG file, and yields every shape that is drawn, on one canvas, in the order of painting."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import numpy as np

from glyphstudio.glyphs.formats.svg.geometry import (
    MAX_SEGMENTS,
    SHAPES,
    Points,
    Run,
    length,
    matrix,
    moved,
    numbers,
    runs,
)
from glyphstudio.glyphs.formats.svg.style import DEFAULT, Paint, Properties, StyleSheet, is_hidden, paint_of
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_tree import Element

MAX_STEPS = 30_000  # elements, each as often as it is used
MAX_SHAPES = 5000
_DEEPEST = 64
_LONGEST = 1000  # characters of a reference
_QUICK = 100  # characters of a transform that are read as soon as an element is
_NOT_DRAWN = ("defs", "symbol", "clipPath", "mask", "pattern", "marker", "linearGradient", "radialGradient", "filter")
_UNREAD = ("text", "foreignObject")


@dataclass
class Shape:
    """runs: its subpaths on the canvas. width: of its pen, in the canvas's units."""

    runs: list[Run]
    paint: Paint
    width: float


class Walk:
    """One walk. `pictures` are the elements with an embedded file, and `unread` the kinds of elements that were seen
    and left out, both complete after the last shape."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._sheet = StyleSheet(root)
        self._by_id: dict[str, Element] = {}
        for element in root.inside():
            if "id" in element.about:
                self._by_id.setdefault(element.about["id"].strip(), element)
        self._runs: dict[tuple[Element, tuple[float, float]], list[Run]] = {}
        self._steps = self._segments = self._shapes = 0
        self.pictures: list[Element] = []
        self.unread: set[str] = set()
        self.page: tuple[float, float, float, float] | None = _view_box(root.about.get("viewBox"))
        width, height = (length(root.about.get(name), 0.0) for name in ("width", "height"))
        if self.page is None and width > 0 and height > 0:
            self.page = (0.0, 0.0, width, height)

    def shapes(self) -> Iterator[Shape]:
        """Yield the shapes. Raises InkError for a file that cannot be read, or that has too much in it."""
        size = self.page[2:] if self.page is not None else (100.0, 100.0)
        root = self._root
        outer = (
            length(root.about.get("width"), size[0], size[0]),
            length(root.about.get("height"), size[1], size[1]),
        )
        own = matrix(root.about.get("transform"))
        transform = _times(own, _view(self.page, (0.0, 0.0, *outer), root.about.get("preserveAspectRatio", "")))
        if self.page is not None:
            corners = np.array([self.page[:2], (self.page[0] + self.page[2], self.page[1] + self.page[3])])
            placed = corners @ transform[:, :2].T + transform[:, 2]
            self.page = (*placed[0].tolist(), *(placed[1] - placed[0]).tolist())
        properties = self._sheet.properties(root, DEFAULT)
        if not is_hidden(properties):
            for child in root.children:
                yield from self._drawn(child, transform, properties, size, 0)

    def _drawn(
        self, element: Element, outer: Points, inherited: Properties, view: tuple[float, float], depth: int
    ) -> Iterator[Shape]:
        self._steps += 1 + len(element.about.get("transform", "")) // _QUICK
        if depth > _DEEPEST or self._steps > MAX_STEPS:
            raise InkError("This SVG file uses itself, or has too many elements for a drawing.")
        tag = element.tag
        if tag in _NOT_DRAWN:
            return
        properties = self._sheet.properties(element, inherited)
        if is_hidden(properties):
            return
        if tag in _UNREAD:
            self.unread.add(tag)
            return
        transform = _times(outer, matrix(element.about.get("transform")))
        if tag in SHAPES:
            yield from self._shape(element, transform, properties, view)
        elif tag == "use":
            yield from self._used(element, transform, properties, view, depth)
        elif tag == "svg":
            place = self._place(element, view)
            yield from self._viewport(element, transform, properties, place, depth)
        elif tag == "image":
            if _is_embedded(element):
                self.pictures.append(element)
            else:  # a picture in another file is never opened
                self.unread.add("linked picture")
        elif tag == "switch":
            for child in element.children[:1]:
                yield from self._drawn(child, transform, properties, view, depth + 1)
        elif tag in ("g", "a"):
            for child in element.children:
                yield from self._drawn(child, transform, properties, view, depth + 1)

    def _shape(
        self, element: Element, transform: Points, properties: Properties, view: tuple[float, float]
    ) -> Iterator[Shape]:
        paint = paint_of(properties)
        if paint.fill is None and paint.stroke is None:
            return
        key = element, view
        if key not in self._runs:
            self._runs[key] = runs(element, view)
        found = self._runs[key]
        self._segments += sum(len(run.segments) + 1 for run in found)
        if self._segments > MAX_SEGMENTS:
            raise InkError(f"This SVG file has more than {MAX_SEGMENTS:,} lines and curves, too many for a drawing.")
        self._shapes += 1
        if self._shapes > MAX_SHAPES:
            raise InkError(f"This SVG file has more than {MAX_SHAPES:,} shapes, too many for a drawing.")
        scale = math.sqrt(abs(float(np.linalg.det(transform[:, :2]))))
        diagonal = math.hypot(*view) / math.sqrt(2.0)
        width = max(0.0, length(paint.width, 1.0, diagonal)) * scale
        drawn = [moved(run, transform) for run in found if run.segments]
        if drawn:
            yield Shape(drawn, paint, width)

    def _used(
        self, element: Element, transform: Points, properties: Properties, view: tuple[float, float], depth: int
    ) -> Iterator[Shape]:
        href = element.about.get("href", "")[:_LONGEST].strip()
        target = self._by_id.get(href.removeprefix("#")) if href.startswith("#") else None
        if target is None:
            raise InkError(f"This SVG file uses “{href[:40]}”, which is not in it: export it as one complete file.")
        x, y = length(element.about.get("x"), 0.0, view[0]), length(element.about.get("y"), 0.0, view[1])
        placed = _times(transform, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))
        if target.tag in ("symbol", "svg"):
            inside = self._sheet.properties(target, properties)
            box = _view_box(target.about.get("viewBox"))
            size = box[2:] if box is not None else view
            width = length(element.about.get("width") or target.about.get("width"), size[0], view[0])
            height = length(element.about.get("height") or target.about.get("height"), size[1], view[1])
            yield from self._viewport(target, placed, inside, (0.0, 0.0, width, height), depth)
        else:
            yield from self._drawn(target, placed, properties, view, depth + 1)

    def _viewport(
        self,
        element: Element,
        transform: Points,
        properties: Properties,
        place: tuple[float, float, float, float],
        depth: int,
    ) -> Iterator[Shape]:
        box = _view_box(element.about.get("viewBox"))
        inner = _times(transform, _view(box, place, element.about.get("preserveAspectRatio", "")))
        size = box[2:] if box is not None else place[2:]
        for child in element.children:
            yield from self._drawn(child, inner, properties, size, depth + 1)

    def _place(self, element: Element, view: tuple[float, float]) -> tuple[float, float, float, float]:
        about = element.about
        return (
            length(about.get("x"), 0.0, view[0]),
            length(about.get("y"), 0.0, view[1]),
            length(about.get("width"), view[0], view[0]),
            length(about.get("height"), view[1], view[1]),
        )


def embedded(picture: Element) -> bytes:
    """Return the file in one of a walk's `pictures`. Raises InkError if it is damaged."""
    head, _, body = picture.about["href"].strip().partition(",")
    try:
        data = unquote_to_bytes(body)
        return base64.b64decode(data) if head.endswith(";base64") else data
    except (binascii.Error, ValueError) as error:
        raise InkError("This SVG file has an embedded picture that is damaged.") from error


def _is_embedded(picture: Element) -> bool:
    return picture.about.get("href", "")[:_LONGEST].lstrip().startswith("data:")


def _view_box(text: str | None) -> tuple[float, float, float, float] | None:
    """Return a viewBox, None if there is none with a size."""
    found = numbers((text or "")[:200])
    if len(found) != 4 or max(map(abs, found)) > 1e9 or min(found[2:]) < 1e-9:
        return None
    return (found[0], found[1], found[2], found[3])


def _view(
    box: tuple[float, float, float, float] | None, place: tuple[float, float, float, float], aspect: str
) -> Points:
    """Return the transform from a viewBox to its place."""
    from svgelements import Viewbox

    if box is None:
        return np.array([[1.0, 0.0, place[0]], [0.0, 1.0, place[1]]])
    if min(place[2:]) <= 0:
        place = (place[0], place[1], box[2], box[3])
    return matrix(Viewbox.viewbox_transform(*place, *box, aspect.strip() or None))


def _times(outer: Points, inner: Points) -> Points:
    result: Points = np.empty((2, 3))
    result[:, :2] = outer[:, :2] @ inner[:, :2]
    result[:, 2] = outer[:, :2] @ inner[:, 2] + outer[:, 2]
    if not np.isfinite(result).all():
        raise InkError("This SVG file has transforms that are too large.")
    return result
