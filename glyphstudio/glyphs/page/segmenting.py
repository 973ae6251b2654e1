"""Segmentation: from the mask of a page's ink to one cell for each glyph.

A glyph may have several parts: dots, diacritics, strokes that do not touch. Parts join if the distance between them is
small for the page: on one page the distances inside glyphs are shorter than those between glyphs, so the widest jump
in the sorted distances tells them apart. Small marks (dots) may be further away from the glyph above or below them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.page.cell import Cell
from glyphstudio.glyphs.page.ordering import in_reading_order
from glyphstudio.glyphs.parts import Mask, Parts, Whole, line_width, parts_of, smallest_members

_FRAMED = 4  # parts inside a frame round a page, unless it is a rectangle
_RIM = 0.05  # of a rectangle's sides: nearly all its ink is within
_MOST_PARTS = 2500  # a page with more has more noise than glyphs
_OUTLINE = 80  # points of a part's outline that distances are measured from

# All lengths below are shares of the typical glyph's longer side.
_NEAREST, _FURTHEST = 0.14, 0.38  # the joining distance is somewhere between
_USUAL, _FAITH = 0.3, 0.8  # how far one usually is, and how much that counts beside what the page says
_LARGEST = 1.9  # parts that would make a larger cell do not join
_MARK = 0.38  # a smaller part is a mark, and belongs to a glyph
_BAR, _FLAT = 0.75, 0.22  # so does one that is no longer and no thicker, above or below the glyph
_MARK_REACH = 0.5  # to the glyph above or below
_STACK = 1.25  # parts above each other that make no higher a cell are one glyph, however far apart
_SPECK = 0.12  # a cell of nothing but smaller parts is dropped


def find_cells(mask: Mask) -> list[Cell]:
    """Return a cell for each glyph on a page, in reading order: lines from top to bottom, each from left to right.
    Specks, ruled lines and frames are left out."""
    parts = parts_of(mask)
    pen = line_width(mask)
    kept = _marks_of_a_pen(parts, mask.shape, pen)
    if not len(kept):
        return []
    boxes = parts.boxes[kept]
    sides = (boxes[:, 2:] - boxes[:, :2]).max(1)
    size = _typical_size(sides, pen)
    pairs = _near_pairs(_Near(parts, kept, boxes), size)
    groups = _joined(boxes, sides, pairs, size)
    cells = []
    for group in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == group)
        if sides[members].max() >= max(_SPECK * size, 1.5 * pen):
            cells.append(_cell(parts, kept[members], boxes[members]))
    return in_reading_order(cells)


def _marks_of_a_pen(parts: Parts, page: tuple[int, ...], pen: float) -> Whole:
    """Return the parts that are neither specks nor the paper's own lines."""
    sizes = parts.boxes[:, 2:] - parts.boxes[:, :2]
    long, short = sizes.max(1), sizes.min(1)
    ink = (long >= 0.7 * pen) & (parts.areas >= 0.35 * pen**2)
    height, width = page
    share = sizes / np.array([width, height])
    ruling = ink & (share.max(1) > 0.5) & (short < 0.12 * long)
    frame = ink & (share.min(1) > 0.4) & (parts.areas < 0.12 * sizes.prod(1))
    left, top, right, bottom = parts.boxes.T
    at_rim = (left <= 1) | (top <= 1) | (right >= width - 1) | (bottom >= height - 1)
    scanner_edge = at_rim & (share.max(1) > 0.2) & (short < 0.25 * long)
    rest = ink & ~ruling & ~frame
    if rest.any():  # or the picture has one glyph, which fills it
        ruling &= long > 3 * _typical_size(long[rest], pen)
        for line in np.flatnonzero(frame):
            inside = (parts.boxes[line, :2] < parts.boxes[:, :2]).all(1) & (
                parts.boxes[:, 2:] < parts.boxes[line, 2:]
            ).all(1)
            frame[line] = (inside & rest).sum() >= (2 if _is_rectangle(parts, int(line)) else _FRAMED)
        ink &= ~(ruling | frame | scanner_edge)
    kept = np.flatnonzero(ink)
    return kept[np.argsort(-parts.areas[kept])[:_MOST_PARTS]]


def _is_rectangle(parts: Parts, part: int) -> bool:
    left, top, right, bottom = parts.boxes[part].tolist()
    dx, dy = round(_RIM * (right - left)) + 1, round(_RIM * (bottom - top)) + 1
    inner = parts.labels[top + dy : bottom - dy, left + dx : right - dx] == part + 1
    return bool(inner.sum() < 0.25 * parts.areas[part])


def _typical_size(sides: Whole, pen: float) -> float:
    """Return the longer side of a typical glyph: the median part, each counted as often as it is long, so that a page
    with many dots is not taken for one of tiny glyphs."""
    large = np.sort(sides[sides >= min(3 * pen, sides.max())])
    return float(large[np.searchsorted(np.cumsum(large), large.sum() / 2)])


@dataclass(frozen=True)
class _Near:
    parts: Parts
    kept: Whole
    boxes: Whole


def _near_pairs(near: _Near, size: float) -> list[tuple[float, int, int]]:
    """Return (distance, one, other) for parts that are near each other, the nearest first."""
    left, top, right, bottom = near.boxes.T.astype(np.float32)
    across = np.maximum(left[:, None] - right, left - right[:, None])
    down = np.maximum(top[:, None] - bottom, top - bottom[:, None])
    reach = _MARK_REACH * size
    close = (np.maximum(across, 0) ** 2 + np.maximum(down, 0) ** 2) <= reach**2
    ones, others = np.nonzero(np.triu(close, 1))
    outlines: dict[int, NDArray[np.float32]] = {}

    def outline(part: int) -> NDArray[np.float32]:
        if part not in outlines:
            outlines[part] = _outline(near.parts, int(near.kept[part]))
        return outlines[part]

    pairs = []
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        a, b = outline(one), outline(other)
        distance = float(np.sqrt(((a[:, None] - b[None]) ** 2).sum(2).min()))
        if distance <= reach:
            pairs.append((distance, one, other))
    return sorted(pairs)


def _outline(parts: Parts, part: int) -> NDArray[np.float32]:
    left, top, right, bottom = parts.boxes[part].tolist()
    ink = np.pad(parts.labels[top:bottom, left:right] == part + 1, 1)
    inside = ink[1:-1, 1:-1] & ink[:-2, 1:-1] & ink[2:, 1:-1] & ink[1:-1, :-2] & ink[1:-1, 2:]
    points = np.argwhere(ink[1:-1, 1:-1] & ~inside)
    shift = np.array([top, left])
    found: NDArray[np.float32] = (points[:: max(len(points) // _OUTLINE, 1)] + shift).astype(np.float32)
    return found


def _joined(boxes: Whole, sides: Whole, pairs: list[tuple[float, int, int]], size: float) -> Whole:
    """Return each part's group. Large parts join first. Then marks join the glyph nearest to them, and parts that share
    a box or are above each other become one."""
    groups = _Groups(boxes)
    reach = _joining_distance(boxes, sides, pairs, size)
    for distance, one, other in pairs:
        if distance <= reach and groups.side_of_both(one, other) <= _LARGEST * size:
            groups.join(one, other)
    for distance, one, other in pairs:  # a mark that is still by itself, or a row of marks
        small, large = sorted((groups.find(one), groups.find(other)), key=groups.side)
        if small == large:
            continue
        long, high = groups.side(small) / size, groups.height(small) / size
        if groups.shared_area(small, large) > 0.5 or (
            groups.shared_width(small, large) > 0.6 and groups.side_of_both(one, other) <= _STACK * size
        ):
            groups.join(one, other)
            continue
        above_or_below = groups.shared_width(small, large) > 0.4 and (long < _MARK or (long < _BAR and high < _FLAT))
        limit = _MARK_REACH if above_or_below else _FURTHEST if long < _MARK else 0.0
        if distance <= limit * size and groups.side_of_both(one, other) <= _LARGEST * size:
            groups.join(one, other)
    return smallest_members(
        len(boxes), np.arange(len(boxes)), np.array([groups.find(i) for i in range(len(boxes))], np.int64)
    )


def _joining_distance(boxes: Whole, sides: Whole, pairs: list[tuple[float, int, int]], size: float) -> float:
    """Return the middle of the widest jump between the distances in the page's minimum spanning tree. A page with few
    distances says little, so the jump may not be far from the usual one."""
    groups = _Groups(boxes)
    low, high = _NEAREST * size, _FURTHEST * size
    steps = [low]
    for distance, one, other in pairs:
        if groups.find(one) != groups.find(other):
            groups.join(one, other)
            if min(sides[one], sides[other]) > _MARK * size and low < distance < high:
                steps.append(distance)
    steps.append(high)
    middles = np.sqrt(np.multiply(steps[:-1], steps[1:]))
    jumps = np.diff(np.log(steps)) - _FAITH * np.abs(np.log(middles / (_USUAL * size)))
    return float(middles[jumps.argmax()])


class _Groups:
    """Groups of parts, with the box around each."""

    def __init__(self, boxes: Whole) -> None:
        self._parent = list(range(len(boxes)))
        self._boxes = boxes.copy()

    def find(self, part: int) -> int:
        while self._parent[part] != part:
            self._parent[part] = self._parent[self._parent[part]]
            part = self._parent[part]
        return part

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low
        self._boxes[low] = self._both(low, high)

    def side(self, group: int) -> int:
        left, top, right, bottom = self._boxes[group].tolist()
        return int(max(right - left, bottom - top))

    def height(self, group: int) -> int:
        return int(self._boxes[group, 3] - self._boxes[group, 1])

    def side_of_both(self, one: int, other: int) -> int:
        left, top, right, bottom = self._both(self.find(one), self.find(other)).tolist()
        return int(max(right - left, bottom - top))

    def shared_width(self, small: int, large: int) -> float:
        """Return the share of the small group's width that is above or below the large one."""
        a, b = self._boxes[small], self._boxes[large]
        return float(min(a[2], b[2]) - max(a[0], b[0])) / float(a[2] - a[0])

    def shared_area(self, small: int, large: int) -> float:
        """Return the share of the small group's box that is in the large one's."""
        a, b = self._boxes[small], self._boxes[large]
        sides = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
        return float(sides.prod() / (a[2:] - a[:2]).prod())

    def _both(self, one: int, other: int) -> Whole:
        a, b = self._boxes[one], self._boxes[other]
        return np.concatenate([np.minimum(a[:2], b[:2]), np.maximum(a[2:], b[2:])])


def _cell(parts: Parts, members: Whole, boxes: Whole) -> Cell:
    left, top = boxes[:, :2].min(0).tolist()
    right, bottom = boxes[:, 2:].max(0).tolist()
    return Cell((left, top, right, bottom), np.isin(parts.labels[top:bottom, left:right], members + 1))
