"""Reads SVG: strokes become ink; a drawing with filled shapes becomes a picture, as a browser shows it.

A file that `own.path_of` wrote comes back exactly. Text, clipping, masks, filters and linked files are not read, and
nothing outside the file is ever opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.formats.labelled import Labelled
from glyphstudio.glyphs.formats.strokes import ink_of, stroke
from glyphstudio.glyphs.formats.svg.geometry import flattened
from glyphstudio.glyphs.formats.svg.own import read_own
from glyphstudio.glyphs.formats.svg.painting import bounds, painted
from glyphstudio.glyphs.formats.svg.walk import Shape, Walk, embedded
from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.xml_tree import Grammar, read_tree

ROOT = "svg"
_GRAMMAR = Grammar(
    "SVG",
    ROOT,
    frozenset({"style"}),
    frozenset({"metadata", "namedview", "foreignObject", "script", "title", "desc"}),
    most=50_000,
)
_SEEN = 0.1  # brightness that ink must differ from paper by
_FAINT = 0.01  # the same, if nothing differs more
_PAGE_MM = 200.0  # a usual page: a drawing that would be as small as a pen's tip on it is a dot


def read_svg(text: str, decode: Callable[[bytes], Picture]) -> list[Labelled]:
    """Return the one drawing in an SVG text. decode: decodes an embedded picture. Raises InkError with a sentence."""
    root = read_tree(text, _GRAMMAR)
    own = read_own(root)
    if own is not None:
        return [Labelled(None, own)]
    walk = Walk(root)
    shapes, paper = _without_page(list(walk.shapes()), walk.page)
    drawn = _seen(shapes, paper, _SEEN) or _seen(shapes, paper, _FAINT)
    if not drawn:
        return [Labelled(None, decode(_embedded(walk)))]
    if any(_is_filled(shape, paper) for shape in drawn):
        return [Labelled(None, painted(shapes, paper))]
    low, high = bounds(drawn)
    extent = float((high - low).max())
    strokes = [flattened(run, extent) for shape in drawn for run in shape.runs]
    page = 0.0 if walk.page is None else max(map(abs, walk.page[2:]))
    mm = _PAGE_MM / page if page > 0 else None  # moved far away, a page has no size left
    return [Labelled(None, ink_of([stroke(points, mm=mm) for points in strokes]))]


def _embedded(walk: Walk) -> bytes:
    if len(walk.pictures) == 1:
        return embedded(walk.pictures[0])
    if walk.pictures:
        raise InkError(f"This SVG file has {len(walk.pictures):,} embedded pictures and no strokes: save one as PNG.")
    if "text" in walk.unread:
        raise InkError("This SVG file has only text: convert it to paths first (in Inkscape, Path > Object to Path).")
    if "linked picture" in walk.unread:
        raise InkError("This SVG file only shows a picture in another file: open that file instead.")
    raise InkError("This SVG file has no visible strokes or shapes.")


def _without_page(shapes: list[Shape], page: tuple[float, float, float, float] | None) -> tuple[list[Shape], float]:
    """Return the shapes without a sheet of paper behind them, and the paper's brightness."""
    paper = 1.0
    while len(shapes) > 1 and page is not None and _covers(shapes[0], page):
        paper = shapes[0].paint.fill or 0.0
        shapes = shapes[1:]
    return shapes, paper


def _covers(shape: Shape, page: tuple[float, float, float, float]) -> bool:
    if shape.paint.fill is None or len(shape.runs) != 1 or len(shape.runs[0].segments) not in (3, 4, 5):
        return False
    controls = shape.runs[0].controls()
    slack = 0.01 * max(page[2:])
    fits = (controls.min(axis=0) <= np.array(page[:2]) + slack).all()
    return bool(fits and (controls.max(axis=0) >= np.array(page[:2]) + page[2:] - slack).all())


def _seen(shapes: Sequence[Shape], paper: float, least: float) -> list[Shape]:
    def differs(brightness: float | None) -> bool:
        return brightness is not None and abs(brightness - paper) >= least

    return [
        shape
        for shape in shapes
        if (differs(shape.paint.fill) and _has_area(shape)) or (differs(shape.paint.stroke) and shape.width > 0)
    ]


def _is_filled(shape: Shape, paper: float) -> bool:
    fill = shape.paint.fill
    return fill is not None and abs(fill - paper) >= _FAINT and _has_area(shape)


def _has_area(shape: Shape) -> bool:
    """Return whether filling the shape shows anything: a line has no area, and neither has one drawn twice."""
    return any(_area(run.controls()) for run in shape.runs)


def _area(points: NDArray[np.float64]) -> bool:
    if len(points) < 3:
        return False
    side = points - points[0]
    far = side[np.argmax(np.abs(side).sum(axis=1))]
    size = float(np.abs(far).max())
    return size > 0 and float(np.abs(side[:, 0] * far[1] - side[:, 1] * far[0]).max()) > 1e-6 * size * size
