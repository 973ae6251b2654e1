"""Lines of the paper: ruling, squares, folds, the lines of a table.

Such a line is thin, nearly straight and runs from edge to edge of the sheet. Where the pen crosses it, the ink is
thicker than the line and stays. Staff lines are removed from music in the same way (Carter and Bacon, 1992).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.parts import Mask, parts_of
from glyphstudio.glyphs.scan.crumbs import without_crumbs

_SLOPES = np.arange(-0.26, 0.261, 0.01)
_COVERED = 0.6  # share of a line that is there: ink covers some of it, and a pale print has gaps
_THIN = 0.35  # share of it that no ink covers
_END = 0.04  # share of the sheet's width that may be missing at each end
_THICKEST = 0.011  # share of the picture's longer side
_VARIES = 1.4  # times as thick as usual: a line is at most that
_TABLE = 0.2  # share of the sheet's area that a table covers at least
_TABLE_LINES = 5  # fewer are a drawing's own strokes
_DRAWING = 0.3  # share of a cell's side: a dot in it is no drawing, and the table may be one
_LEAST_CELL = 0.004  # share of a table's area
_CELL = 0.5  # share of a table's side: a drawing in one of its cells is no larger
_MOST_LINES = 120


def without_lines(mask: Mask, page: Mask, known: float = 0.0) -> tuple[Mask, int]:
    """Return the mask without lines from edge to edge of the sheet, and the number of lines. known: how thick the
    sheet's lines are, pixels; 0 if nothing is known of them."""
    thickest = max(3, round(_THICKEST * max(mask.shape)), round(_VARIES * known))
    flat, level = _one_way(mask, page, thickest)
    flat_down, upright = _one_way(mask.T, page.T, thickest)
    gone = flat | flat_down.T
    return mask & ~gone, level + upright


def without_table(mask: Mask, page: Mask) -> tuple[Mask, bool]:
    """Return the mask without the lines of a table, or of a form of many boxes, and whether there is one with a drawing
    in one of its cells."""
    parts = parts_of(mask)
    if not len(parts):
        return mask, False
    left, top, right, bottom = parts.boxes[np.prod(parts.boxes[:, 2:] - parts.boxes[:, :2], axis=1).argmax()].tolist()
    table = np.zeros_like(mask)
    table[top:bottom, left:right] = True
    if table.sum() < _TABLE * page.sum() or not _has_cells(mask[top:bottom, left:right]):
        return mask, False
    rest, lines = without_lines(mask, table)
    rest = without_crumbs(rest, mask & ~rest)
    y, x = np.nonzero(rest)
    if lines < _TABLE_LINES or not len(y):
        return mask, False
    share = max(np.ptp(y) / (bottom - top), np.ptp(x) / (right - left))
    cell = 2 / lines  # about the side of one, if there are as many lines down as across
    return rest, bool(_DRAWING * cell <= share <= _CELL)


def _has_cells(table: Mask) -> bool:
    """Return whether lines enclose several areas of paper. It saves the search for lines in most drawings."""
    parts = parts_of(~table)
    height, width = table.shape
    left, top, right, bottom = parts.boxes.T
    inner = (left > 0) & (top > 0) & (right < width) & (bottom < height)
    return bool((inner & (parts.areas > _LEAST_CELL * table.size)).sum() >= 2)


def _one_way(mask: Mask, page: Mask, thickest: int) -> tuple[Mask, int]:
    """Return the pixels of the lines that run across (more or less from left to right), and their number."""
    height, width = mask.shape
    lengths = _run_lengths(mask)
    thin = mask & (lengths <= thickest)
    gone = np.zeros_like(mask)
    y, x = np.nonzero(thin)
    if len(y) < _COVERED * width / 2:
        return gone, 0
    reach = max(2, thickest // 2 + 1)
    offset = int(np.ceil(0.26 * width)) + reach + 1
    bins = height + 2 * offset
    shear = [np.round(y - slope * x).astype(np.int64) + offset for slope in _SLOPES]
    alive = np.ones(len(y), np.bool_)
    found = 0
    for _ in range(_MOST_LINES):
        best, at, which = 0, 0, 0
        for number, rows in enumerate(shear):
            counts = np.bincount(rows[alive], minlength=bins)
            smooth = np.convolve(counts, np.ones(3, np.int64), "same")
            peak = int(smooth.argmax())
            if smooth[peak] > best:
                best, at, which = int(smooth[peak]), peak, number
        if best < 0.35 * width * _THIN:
            break
        near = alive & (np.abs(shear[which] - at) <= reach)
        line = _Line.fitted(x[near], y[near], reach, float(_SLOPES[which]), at - offset)
        on = alive & (np.abs(y - line.at(x)) <= reach)
        alive &= ~(np.abs(shear[which] - at) <= 1)  # this peak is spent, whatever it is
        if line.crosses(x[on], mask, page):
            # The pen's own strokes along the line are thicker than it.
            on &= lengths[y, x] <= 1.5 * np.median(lengths[y[on], x[on]]) + 1
            gone[y[on], x[on]] = True
            alive &= ~on
            found += 1
    return gone, found


class _Line:
    """A nearly straight line y(x): a parabola, because paper bends and lenses distort."""

    def __init__(self, bend: float, slope: float, start: float) -> None:
        self.bend, self.slope, self.start = bend, slope, start

    @classmethod
    def fitted(cls, x: NDArray[np.int64], y: NDArray[np.int64], reach: int, slope: float, start: float) -> _Line:
        line = cls(0.0, slope, start)
        for _ in range(2):
            good = np.abs(y - line.at(x)) <= reach
            if good.sum() < 12 or np.ptp(x[good]) < 8:
                return line
            bend, slope, start = np.polyfit(x[good], y[good], 2)
            line = cls(float(bend), float(slope), float(start))
        return line

    def at(self, x: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.bend * x.astype(np.float64) ** 2 + self.slope * x + self.start

    def crosses(self, x: NDArray[np.int64], mask: Mask, page: Mask) -> bool:
        """Return whether thin marks at columns `x` cover the line from edge to edge of the sheet, but for where thicker
        ink of the mask lies on it."""
        height, width = page.shape
        columns = np.arange(width)
        rows = np.round(self.at(columns)).astype(np.int64)
        inside = (rows >= 0) & (rows < height)
        inside[inside] = page[rows[inside], columns[inside]]
        if inside.sum() < 0.3 * width:
            return False
        there = np.zeros(width, np.bool_)
        there[x] = True
        there &= inside
        if not there.any():
            return False
        first, last = np.flatnonzero(inside)[[0, -1]]
        begin, end = np.flatnonzero(there)[[0, -1]]
        room = _END * (last - first) + 2
        inked = there.copy()
        inked[inside] |= mask[rows[inside], columns[inside]]
        covered, thin = inked.sum() / inside.sum(), there.sum() / inside.sum()
        return bool(covered >= _COVERED and thin >= _THIN and begin - first <= room and last - end <= room)


def _run_lengths(mask: Mask) -> NDArray[np.int64]:
    """Return for each pixel of the mask the length of the vertical run that it belongs to."""
    height, width = mask.shape
    padded = np.zeros((height + 2, width), np.int8)
    padded[1:-1] = mask
    change = np.diff(padded, axis=0)
    column, start = np.nonzero((change == 1).T)
    _, end = np.nonzero((change == -1).T)
    lengths = np.zeros((width, height), np.int64)
    lengths.reshape(-1)[_spans(column * height + start, end - start)] = np.repeat(end - start, end - start)
    return lengths.T


def _spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offset = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(starts, lengths) + np.arange(int(lengths.sum())) - offset
