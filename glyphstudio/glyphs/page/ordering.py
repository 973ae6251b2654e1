"""The reading order of cells: lines of writing from top to bottom, which may slant, each from left to right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.page.cell import Cell

_STEEPEST = 10.0  # degrees
_ANGLES = 81
_CORE = 0.5  # share of a cell's height that decides which line it is in: descenders do not


def in_reading_order(cells: list[Cell]) -> list[Cell]:
    """Return the cells in reading order, with those that are probably page numbers marked as `aside`."""
    if len(cells) < 2:
        return cells
    lines = [[cells[index] for index in line] for line in _lines(cells)]
    typical = float(np.median([_side(cell) for cell in cells]))
    if len(lines) > 2:
        for line, neighbour in ((lines[0], lines[1]), (lines[-1], lines[-2])):
            if _is_number(line, neighbour, lines, typical):
                line[:] = [replace(cell, aside=True) for cell in line]
    return [cell for line in lines for cell in line]


def _lines(cells: list[Cell]) -> list[list[int]]:
    """Return the cells' indices by line. The writing's slope is the one that leaves most room free between lines."""
    middles = np.array([cell.middle for cell in cells])
    half = _CORE / 2 * np.array([max(cell.box[3] - cell.box[1], 1) for cell in cells])
    # A flat stroke and a dot are low, so all cells get at least half of the typical height.
    half = np.maximum(half, np.median(half) / 2)
    best, room = 0.0, -1.0
    for angle in sorted(np.radians(np.linspace(-_STEEPEST, _STEEPEST, _ANGLES)), key=abs):
        free = _free(middles[:, 1] - middles[:, 0] * np.tan(angle), half)
        if free > room * 1.0001:
            best, room = float(angle), free
    level = middles[:, 1] - middles[:, 0] * np.tan(best)
    order = np.argsort(level - half)
    lines: list[list[int]] = []
    reach = -np.inf
    for index in order.tolist():
        if level[index] - half[index] > reach:
            lines.append([])
        lines[-1].append(index)
        reach = max(reach, level[index] + half[index])
    return [sorted(line, key=lambda index: middles[index, 0]) for line in lines]


def _free(level: NDArray[np.float64], half: NDArray[np.float64]) -> float:
    """Return the share of the height that no cell covers."""
    order = np.argsort(level - half)
    low, high = (level - half)[order], (level + half)[order]
    reach = np.maximum.accumulate(high)
    whole = reach[-1] - low[0]
    return float(np.maximum(low[1:] - reach[:-1], 0).sum() / max(whole, 1))


def _is_number(line: list[Cell], neighbour: list[Cell], lines: list[list[Cell]], typical: float) -> bool:
    """Return whether the first or last line has a few small marks, well apart from the rest."""
    if len(line) > 4 or max(_side(cell) for cell in line) > 0.75 * typical:
        return False
    levels = [float(np.mean([cell.middle[1] for cell in each])) for each in lines]
    own, next_ = (float(np.mean([cell.middle[1] for cell in each])) for each in (line, neighbour))
    usual = float(np.median(np.diff(levels[1:-1]))) if len(lines) > 3 else 1.5 * typical
    return abs(own - next_) > 1.25 * usual


def _side(cell: Cell) -> int:
    return max(cell.box[2] - cell.box[0], cell.box[3] - cell.box[1])
