"""Draws adaptation curves as a picture.

The axis of accuracy is the logarithm of the error: good learners differ between 95 and 99.5 %, which a linear axis
would put on one line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen
from PySide6.QtWidgets import QApplication

from glyphstudio.engine.saving import write_beside
from glyphstudio.ui.parts.display import has_display
from glyphstudio.ui.plot.colours import COLOURS, DASHES, MARKS
from glyphstudio.ui.plot.picture import FAINT, GREY, INK, PAPER, check_place, sketch_of, svg_of

import pyqtgraph as pg  # type: ignore[import-untyped]  # isort: skip - after PySide6, whose absence has a sentence

_SIZE = QSize(1100, 680)
_TICKS = (
    20,
    50,
    80,
    90,
    95,
    98,
    99,
    99.5,
    99.8,
    99.9,
    0,
    70,
    30,
    60,
    40,
    85,
    97,
    96,
    94,
)  # %, the preferred ones first
_NOTE = (
    "Black: pre-trained, not meta-learned. Grey: no inner loop. Bands: 95 % intervals. Scale: logarithm of the error."
)
_ERROR_TICKS = (1, 0.1, 0.01, 10, 3, 0.3, 0.03, 2, 0.5, 5, 0.2, 0.05, 0.02)  # the preferred ones first
_ERROR_NOTE = "Black: pre-trained, not meta-learned. Bands: 95 % intervals. Scale: logarithm. Up is better."
_HEADING, _LEFT, _BOTTOM = 58, 70, 58  # room for the title and the axes, of _SIZE
_LINE = 20.0  # height of a line of text, of _SIZE
_TIE = 36  # from the end of a curve to its label, of _SIZE
_PAD = 20  # before step 0, of _SIZE


@dataclass(frozen=True)
class Curve:
    """One learner's curve.

    accuracy, ci95: shares 0..1, after 0, 1, … inner steps; a single number for a learner without an inner loop. In a
    picture of errors they are errors, of any size.
    baseline: its start is not meta-learned, and the others are compared with it.
    """

    label: str
    accuracy: Sequence[float]
    ci95: Sequence[float]
    baseline: bool = False


def save_curves(path: Path, curves: Sequence[Curve], title: str, best: float = 0.999, errors: bool = False) -> None:
    """Draw `curves` and save them as PNG or SVG, by the suffix of `path`. Needs no display.

    best: the share below 1 at which an accuracy of 1 is drawn: the best accuracy that the number of queries can tell
    from 1. errors: the curves are mean squared errors, of which 1 - `best` is the least to be drawn. Raises PlotError
    or EngineError if the picture cannot be saved.
    """
    check_place(path)
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication(["glyphstudio"])
    picture = _Picture(curves, title, best, errors)
    try:
        write_beside(path, picture.saved(title, path.suffix.lower()), "The plot")
    finally:
        picture.close()
        del application  # it must exist until here


def spread(wanted: Sequence[float], gap: float, top: float) -> list[float]:
    """Return heights close to the `wanted` ones, in the same order and at least `gap` apart.

    None is above `top`. If there are too many, they continue below 0."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    heights = [wanted[index] for index in order]
    for index in range(1, len(heights)):
        heights[index] = max(heights[index], heights[index - 1] + gap)
    limit = top
    for index in reversed(range(len(heights))):
        heights[index] = min(heights[index], limit)
        limit = heights[index] - gap
    return [height for _, height in sorted(zip(order, heights, strict=True))]


class _Picture:
    """The picture, laid out and ready to be saved as PNG or SVG.

    One unit of pyqtgraph's plane is one pixel of _SIZE, and this class does the scaling. On a stretched plane, programs
    that show SVG disagree on the width of a line and the length of its dashes.
    """

    def __init__(self, curves: Sequence[Curve], title: str, best: float, errors: bool) -> None:
        self._best, self._errors = best, errors
        self._steps = max(len(curve.accuracy) for curve in curves) - 1 or 1
        widest = max(QFontMetricsF(_font(bold=True)).horizontalAdvance(curve.label) for curve in curves)
        self._beside = _TIE + widest + 16  # room for the labels
        self._view = pg.GraphicsView(background=PAPER)
        self._view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self._plot = pg.PlotItem()
        self._view.setCentralItem(self._plot)
        self._lay_out(title)
        bounds = [self._up(np.array(c.accuracy) + side * _half_widths(c)) for c in curves for side in (-1, 1)]
        least, most = float(np.concatenate(bounds).min()), float(np.concatenate(bounds).max())
        margin = 0.05 * (most - least) + 0.02
        self._low, self._high = least - margin if errors else max(0.0, least - margin), most + margin
        self._axes()
        self._curves(curves)

    def close(self) -> None:
        self._view.close()

    def saved(self, title: str, suffix: str) -> bytes:
        return svg_of(self._view, _SIZE, title) if suffix == ".svg" else sketch_of(self._view, _SIZE).png()

    # Layout

    def _up(self, accuracy: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the heights of accuracies (shares 0..1), or of errors: a tenth of the error is one unit higher."""
        given = np.asarray(accuracy, float)
        errors: NDArray[np.float64] = (
            np.maximum(given, 1 - self._best) if self._errors else 1 - np.clip(given, 0, self._best)
        )
        return -np.log10(errors)

    def _y(self, accuracy: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        return self._height * ((self._up(accuracy) - self._low) / (self._high - self._low))

    def _x(self, step: float) -> float:
        return _PAD + step * (self._width - _PAD - self._beside) / self._steps

    def _lay_out(self, title: str) -> None:
        plot = self._plot
        plot.hideButtons()
        plot.setTitle(
            f'<span style="font-family: sans-serif; font-size: 18px">{escape(title)}<br></span>'
            f'<span style="font-family: sans-serif; font-size: 13px; color: {GREY}">'
            f"{_ERROR_NOTE if self._errors else _NOTE}</span>",
            color=INK,
        )
        plot.titleLabel.setMaximumHeight(_HEADING)
        plot.layout.setRowFixedHeight(0, _HEADING)
        plot.layout.setContentsMargins(10, 10, 4, 8)
        plot.getAxis("left").setWidth(_LEFT)
        plot.getAxis("bottom").setHeight(_BOTTOM)
        measured = "Mean squared error" if self._errors else "Right answers (%)"
        for side, what in (("bottom", "Steps of gradient descent on the support set"), ("left", measured)):
            axis = plot.getAxis(side)
            axis.setLabel(what, color=INK, **{"font-family": "sans-serif", "font-size": "15px"})
            axis.setPen(PAPER)
            axis.setTextPen(INK)
            axis.setStyle(tickFont=_font(), tickLength=0, tickTextOffset=8)
        self._view.resize(_SIZE)
        self._view.show()  # not on the screen, but it now has its geometry
        box = plot.getViewBox()
        self._width, self._height = float(box.width()), float(box.height())
        plot.setRange(xRange=(0, self._width), yRange=(0, self._height), padding=0)

    # Drawing

    def _axes(self) -> None:
        ticks: dict[float, str] = {}
        for tick in _ERROR_TICKS if self._errors else _TICKS:
            y = float(self._y([tick if self._errors else tick / 100])[0])
            drawn = self._errors or tick < 100 * self._best
            if 0 <= y <= self._height and drawn and all(abs(y - o) > 1.3 * _LINE for o in ticks):
                ticks[y] = f"{tick:g}"
                self._line((0, self._x(self._steps)), (y, y), _pen(FAINT, 1))
        steps = [(self._x(step), str(step)) for step in range(self._steps + 1)]
        self._plot.getAxis("bottom").setTicks([steps])
        self._plot.getAxis("left").setTicks([list(ticks.items())])

    def _curves(self, curves: Sequence[Curve]) -> None:
        colours, dashes = 0, 0
        ends = []
        for curve in curves:
            mark = "o"
            if len(curve.accuracy) == 1:
                pen = _pen(GREY, 1.6)
                pen.setDashPattern(DASHES[dashes % len(DASHES)])
                dashes += 1
            elif curve.baseline:
                pen = _pen("#000000", 3.2)
            else:
                pen, mark = _pen(COLOURS[colours % len(COLOURS)], 2.4), MARKS[colours % len(MARKS)]
                colours += 1
            ends.append((self._draw(curve, pen, mark), curve.label, pen))
        self._label(ends)

    def _draw(self, curve: Curve, pen: QPen, mark: str) -> float:
        """Draw the curve and return the y at which it ends."""
        y = self._y(curve.accuracy)
        if len(y) == 1:
            self._line((self._x(0), self._x(self._steps)), (y[0], y[0]), pen)
            return float(y[0])
        x = [self._x(step) for step in range(len(y))]
        low, high = (self._y(np.array(curve.accuracy) + side * _half_widths(curve)) for side in (-1, 1))
        shade = QColor(pen.color())
        shade.setAlpha(28)
        self._plot.addItem(pg.FillBetweenItem(pg.PlotDataItem(x, low), pg.PlotDataItem(x, high), brush=shade))
        self._line(x, y, pen)
        # The cache's marks would be pixels even in an SVG.
        marks = pg.ScatterPlotItem(
            x, y, symbol=mark, size=9, brush=pg.mkBrush(pen.color()), pen=pg.mkPen(None), useCache=False, pxMode=False
        )
        self._plot.addItem(marks)
        return float(y[-1])

    def _line(self, x: Any, y: Any, pen: QPen) -> None:
        self._plot.addItem(pg.PlotDataItem(x, y, pen=pen, antialias=True))

    def _label(self, ends: list[tuple[float, str, QPen]]) -> None:
        """Write each curve's label at its end, with a line to it. Labels that would overlap move up or down."""
        x = self._x(self._steps)
        heights = spread([end for end, _, _ in ends], _LINE, self._height - _LINE / 2)
        for (end, label, pen), height in zip(ends, heights, strict=True):
            self._line((x, x + _TIE), (end, height), _pen(pen.color(), 1.2))
            text = pg.TextItem(label, color=INK, anchor=(0, 0.5))
            text.setFont(_font(bold=pen.widthF() > 3))
            text.setPos(x + _TIE, height)
            self._plot.addItem(text, ignoreBounds=True)


def _half_widths(curve: Curve) -> NDArray[np.float64]:
    """Return half the widths of the intervals, 0 where they are not known."""
    widths: NDArray[np.float64] = np.nan_to_num(np.asarray(curve.ci95, float))
    return widths


def _font(bold: bool = False) -> QFont:
    font = QFont("sans-serif")
    font.setPixelSize(15)
    font.setBold(bold)
    return font


def _pen(colour: str | QColor, width: float) -> QPen:
    """width: in pixels of _SIZE, even if the picture is drawn larger."""
    pen = QPen(QColor(colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
