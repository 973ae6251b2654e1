"""A run's curves on the two plots: one item for each, redrawn from what can be seen of it.

Colour and mark say which run, line and dash say which measure: nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from glyphstudio.ui.plot.colours import RUN_MARKS
from glyphstudio.ui.plot.run_curves import TRAINED, Kind, RunCurves

Numbers = NDArray[np.float64]
_FAINT = 70  # of 255: a raw curve behind its smoothed one
_MARK_ROOM = 12  # pixels that a mark keeps to itself
_FEW = 7  # marks along a smoothed curve, where there are several runs


@dataclass(frozen=True)
class Sight:
    """What can be seen: the steps from `left` to `right`, on so many pixel columns."""

    left: float
    right: float
    columns: int
    log_loss: bool
    kinds: frozenset[Kind]
    smoothed: bool  # or the raw curves alone
    several: bool  # runs at once: marks tell them apart along the curves too


def pen_of(kind: Kind, colour: QColor) -> QPen:
    """The dash that a measure has in every run."""
    style = Qt.PenStyle.DotLine if kind.measured else Qt.PenStyle.SolidLine
    pen: QPen = pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine if kind is Kind.BEFORE else style)
    return pen


def mark_path(mark: str) -> QPainterPath:
    """One unit wide, about the origin."""
    path: QPainterPath = pg.graphicsItems.ScatterPlotItem.Symbols[mark]
    return path


class RunItems:
    """place: of the run, 0..4, which chooses its mark and colour."""

    def __init__(self, run: RunCurves, place: int, loss: Any, accuracy: Any) -> None:
        """loss, accuracy: the plots."""
        self._run, self.place = run, place
        self._plots = (loss, accuracy)
        self._raw = {kind: self._curve(kind, 2) for kind in TRAINED}
        self._lines = {kind: self._curve(kind, 4) for kind in Kind}
        self._marks = {kind: self._scatter(kind) for kind in Kind}
        self._bars = self._curve(Kind.VALIDATION, 3)

    def remove(self) -> None:
        for kind in Kind:
            plot = self._plot(kind)
            for items in (self._raw, self._lines, self._marks):
                if kind in items:
                    plot.removeItem(items[kind])
        self._plot(Kind.VALIDATION).removeItem(self._bars)

    def recolour(self, colour: QColor, ground: QColor) -> None:
        """ground: what the curves lie on."""
        faint = QColor(colour)
        faint.setAlpha(_FAINT)
        for item in self._raw.values():
            item.setPen(pg.mkPen(faint, width=1))
        for kind, item in self._lines.items():
            item.setPen(pen_of(kind, colour))
            self._marks[kind].setPen(pg.mkPen(colour, width=1))
            self._marks[kind].setBrush(pg.mkBrush(colour if kind.measured else ground))
        self._bars.setPen(pg.mkPen(colour, width=1))

    def draw(self, sight: Sight | None) -> tuple[Numbers, Numbers]:
        """Draw what can be seen; nothing of a run that is hidden (None). Returns the least and the largest on each
        plot: (2,) of the losses and (2,) of the accuracies, NaN where nothing is drawn."""
        bounds: tuple[list[Numbers], list[Numbers]] = ([], [])
        for kind in Kind:
            drawn = self._draw(kind, sight) if sight is not None and kind in sight.kinds else None
            if drawn is None:
                self._clear(kind)
            else:
                bounds[0 if kind.loss else 1].append(drawn)
        return _bounds(bounds[0]), _bounds(bounds[1])

    def _draw(self, kind: Kind, sight: Sight) -> Numbers:
        run, up = self._run, _scale(kind, sight.log_loss)
        steps = run.steps(kind)
        first = max(int(np.searchsorted(steps, sight.left)) - 1, 0)
        end = min(int(np.searchsorted(steps, sight.right, "right")) + 1, len(steps))
        line = run.raw[kind] if kind.measured or not sight.smoothed else run.smoothed[kind]
        index, y = line.seen(first, end, sight.columns)
        y = up(y)
        self._lines[kind].setData(steps[index], y, connect="finite")
        seen = [y]
        if not kind.measured:
            if sight.smoothed:
                index, y = run.raw[kind].seen(first, end, sight.columns)
                y = up(y)
                seen.append(y)
                self._raw[kind].setData(steps[index], y, connect="finite")
            else:
                self._raw[kind].clear()
            marked = self._few(steps, first, end, sight) if sight.several else np.zeros(0, int)
        else:
            marked = _apart(first, end, max(sight.columns // _MARK_ROOM, 1))
        self._marks[kind].setData(steps[marked], up(line.values[marked]))
        if kind is Kind.VALIDATION:
            ends = up(np.stack([run.low.values[marked], run.high.values[marked]], 1).reshape(-1))
            self._bars.setData(np.repeat(steps[marked], 2), ends, connect="pairs")
            seen.append(ends)
        return np.concatenate(seen)

    def _few(self, steps: Numbers, first: int, end: int, sight: Sight) -> NDArray[np.intp]:
        """Indices spread along what is seen, at other steps than the other runs'."""
        shares = (np.arange(_FEW) + (self.place + 0.5) / len(RUN_MARKS)) / _FEW
        index = np.searchsorted(steps[first:end], sight.left + shares * (sight.right - sight.left)) + first
        return np.unique(index[index < end])

    def _clear(self, kind: Kind) -> None:
        self._lines[kind].clear()
        self._marks[kind].clear()
        if kind in self._raw:
            self._raw[kind].clear()
        if kind is Kind.VALIDATION:
            self._bars.clear()

    def _plot(self, kind: Kind) -> Any:
        return self._plots[0 if kind.loss else 1]

    def _curve(self, kind: Kind, above: int) -> Any:
        item = pg.PlotCurveItem(antialias=False)
        item.setZValue(above)
        self._plot(kind).addItem(item, ignoreBounds=True)
        return item

    def _scatter(self, kind: Kind) -> Any:
        # Without the cache, whose marks are pixels even in an SVG; there are never many.
        item = pg.ScatterPlotItem(symbol=RUN_MARKS[self.place], size=7, antialias=True, useCache=False)
        item.setZValue(5)
        self._plot(kind).addItem(item, ignoreBounds=True)
        return item


def _scale(kind: Kind, log_loss: bool) -> Callable[[Numbers], Numbers]:
    """From a measure to how far up it is drawn: losses in nats or by their logarithm, accuracy in per cent."""
    if not kind.loss:
        return _percent
    return _logarithm if log_loss else _as_is


def _percent(values: Numbers) -> Numbers:
    return values * 100


def _as_is(values: Numbers) -> Numbers:
    return values


def _logarithm(values: Numbers) -> Numbers:
    """NaN for what is not above 0, which has no place on such an axis."""
    return np.log10(values, out=np.full(len(values), np.nan), where=values > 0)


def _apart(first: int, end: int, most: int) -> NDArray[np.intp]:
    """At most `most` indices from `first` up to `end`, which stay the same while one moves along."""
    stride = 1 << max(-(-(end - first) // most) - 1, 0).bit_length()
    return np.arange(-(-first // stride) * stride, end, stride)


def _bounds(parts: list[Numbers]) -> Numbers:
    values = np.concatenate([np.zeros(0), *parts])
    values = values[np.isfinite(values)]
    return np.array([values.min(), values.max()]) if len(values) else np.full(2, np.nan)
