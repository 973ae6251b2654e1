"""Draws a run's curves on the two plots, with one item for each, from the visible part of their numbers.

Colour and mark show the run, line and dash show the measure. Colour alone shows nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF, QTransform

from glyphstudio.ui.plot.colours import RUN_MARKS
from glyphstudio.ui.plot.picture import Stroke
from glyphstudio.ui.plot.run_curves import TRAINED, Kind, RunCurves

Numbers = NDArray[np.float64]
_PIECE = 40  # points
_FAR = 1e100  # a larger loss is drawn here, because a plot's arithmetic ends not far above
_FAINT = 70  # of 255: a raw curve behind its smoothed one
_MARK = 7  # pixels
_FINE, _STRONG = 0.8, 1.6  # line widths in a figure, in pixels: of the raw curves, and of the others
_MARK_ROOM = 12  # pixels between two marks
_FEW = 7  # marks along a smoothed curve if there are several runs


@dataclass(frozen=True)
class Sight:
    """The visible part: the steps from `left` to `right`, on `columns` pixel columns."""

    left: float
    right: float
    columns: int
    log_loss: bool
    kinds: frozenset[Kind]
    smoothed: bool  # if not, only the raw curves
    several: bool  # several runs: marks along the curves tell them apart


def pen_of(kind: Kind, colour: QColor) -> QPen:
    """Return the pen with the dash that this measure has in every run."""
    style = Qt.PenStyle.DotLine if kind.measured else Qt.PenStyle.SolidLine
    pen: QPen = pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine if kind is Kind.BEFORE else style)
    return pen


def mark_path(mark: str) -> QPainterPath:
    """Return the mark's outline, one unit wide around the origin."""
    path: QPainterPath = pg.graphicsItems.ScatterPlotItem.Symbols[mark]
    return path


class RunItems:
    """The items of one run. place: of the run, 0..4, which chooses its mark and colour."""

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
        """ground: the background of the curves."""
        faint = QColor(colour)
        faint.setAlpha(_FAINT)
        for item in self._raw.values():
            item.setPen(pg.mkPen(faint, width=1))
        for kind, item in self._lines.items():
            item.setPen(pen_of(kind, colour))
            self._marks[kind].setPen(pg.mkPen(colour, width=1))
            self._marks[kind].setBrush(pg.mkBrush(colour if kind.measured else ground))
        self._bars.setPen(pg.mkPen(colour, width=1))

    def strokes(self) -> list[Stroke]:
        """Return the same curves in pixels, for files. On a stretched plane, programs that show SVG disagree on the
        width of a line and the length of its dashes."""
        strokes = []
        for kind in Kind:
            box = self._plot(kind).getViewBox()
            room, to_pixels = box.sceneBoundingRect(), box.childGroup.sceneTransform()
            bars = [self._bars] if kind is Kind.VALIDATION else []
            faint = [self._raw[kind]] if kind in self._raw else []
            for item in (*faint, *bars, self._lines[kind]):
                pen = QPen(item.opts["pen"])
                pen.setCosmetic(False)
                pen.setWidthF(_FINE if item in faint else _STRONG)
                strokes.append(Stroke(tuple(to_pixels.map(piece) for piece in _pieces(item)), pen, room))
            marks = self._marks[kind]
            shape = QTransform.fromScale(_MARK, _MARK).map(mark_path(RUN_MARKS[self.place])).toFillPolygon()
            places = [to_pixels.map(QPointF(x, y)) for x, y in zip(*marks.getData(), strict=True)]
            shapes = tuple(shape.translated(place) for place in places)
            strokes.append(Stroke(shapes, QPen(marks.opts["pen"].color(), 1), room, marks.opts["brush"]))
        return strokes

    def show(self, visible: bool) -> None:
        for items in (self._raw, self._lines, self._marks):
            for item in items.values():
                item.setVisible(visible)
        self._bars.setVisible(visible)

    def draw(self, sight: Sight | None) -> tuple[Numbers, Numbers]:
        """Draw the visible part of the run, or nothing if it is hidden (None).

        Returns the least and the largest value on each plot: (2,) for the losses and (2,) for the accuracies, NaN if
        nothing is drawn.
        """
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
        """Return indices spread along the visible part, at steps that differ from the other runs'."""
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
        item = pg.ScatterPlotItem(symbol=RUN_MARKS[self.place], size=_MARK, antialias=True)
        item.setZValue(5)
        self._plot(kind).addItem(item, ignoreBounds=True)
        return item


def _scale(kind: Kind, log_loss: bool) -> Callable[[Numbers], Numbers]:
    """Return the function from a measure to its height: losses in nats or their logarithm, accuracy in per cent."""
    if not kind.loss:
        return _percent
    return _logarithm if log_loss else _as_is


def _percent(values: Numbers) -> Numbers:
    return values * 100


def _as_is(values: Numbers) -> Numbers:
    return np.clip(values, -_FAR, _FAR)


def _logarithm(values: Numbers) -> Numbers:
    """Return the logarithms; NaN for values of 0 or below, which have no place on such an axis."""
    return np.log10(np.minimum(values, _FAR), out=np.full(len(values), np.nan), where=values > 0)


def _apart(first: int, end: int, most: int) -> NDArray[np.intp]:
    """Return at most `most` indices from `first` up to `end`. They stay the same while the user moves the plot."""
    stride = 1 << max(-(-(end - first) // most) - 1, 0).bit_length()
    return np.arange(-(-first // stride) * stride, end, stride)


def _pieces(item: Any) -> Iterator[QPolygonF]:
    """Yield a curve in short pieces without gaps: Qt's time to stroke a long zigzag grows with its length squared."""
    x, y = item.getData()
    if x is None:
        return
    piece = 2 if item.opts["connect"] == "pairs" else _PIECE
    shared = 0 if item.opts["connect"] == "pairs" else 1  # points shared with the next piece
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    for gapless in _gapless(points):
        for start in range(0, len(gapless), piece):
            yield QPolygonF([QPointF(*point) for point in gapless[start : start + piece + shared]])


def _gapless(points: list[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    for there, part in groupby(points, lambda point: math.isfinite(point[1])):
        if there:
            yield list(part)


def _bounds(parts: list[Numbers]) -> Numbers:
    values = np.concatenate([np.zeros(0), *parts])
    values = values[np.isfinite(values)]
    return np.array([values.min(), values.max()]) if len(values) else np.full(2, np.nan)
