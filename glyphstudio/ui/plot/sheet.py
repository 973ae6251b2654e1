"""Draws two plots, losses above accuracy, on one axis of steps, with a crosshair through both.

They follow a growing run until the user zooms or moves them. `fit` makes them follow again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import QGraphicsItem, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT
from glyphstudio.ui.plot.colours import ON_DARK, ON_LIGHT
from glyphstudio.ui.plot.picture import Sketch, sketch_of, svg_of
from glyphstudio.ui.plot.run_curves import Kind, RunCurves
from glyphstudio.ui.plot.run_items import RunItems, Sight

_LEFT, _BOTTOM = 7 * UNIT, 5 * UNIT  # room for the axes
_SOON = 15  # ms; all changes in this time are drawn together
_MARGIN, _ASIDE = 0.05, 0.01  # of the visible part: room above and below the curves, and beside them
_AHEAD = 0.06  # of the steps so far: room for further steps, so that the axes change only now and then
_FILLED = 0.7  # of the height: curves that fill less are zoomed in on
_CLOSER = 0.8  # zoom per key press
_SIDEWAYS = 0.1  # of the visible part: movement per key press
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
    Qt.Key.Key_0,
    Qt.Key.Key_Escape,
}


class Sheet(QObject):
    """The two plots. It draws all runs except those in `hidden`."""

    pointed = Signal()  # the crosshair is at another step, or gone
    following_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, for_file: bool = False) -> None:
        """for_file: cache nothing as pixels, which would make a worse file."""
        super().__init__(parent)
        self._for_file = for_file
        self.kinds, self.log_loss, self.smoothed = frozenset(Kind), False, True
        self.hidden: set[str] = set()
        self._runs: dict[str, RunCurves] = {}
        self._items: dict[str, RunItems] = {}
        self._following, self._setting, self._tight = True, False, True
        self._step: float | None = None
        self._colours: tuple[str, ...] = ON_LIGHT
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self.draw)
        self.view: Any = pg.GraphicsLayoutWidget()
        self.widget: QWidget = self.view
        self.widget.setMinimumSize(20 * UNIT, 28 * UNIT)
        self.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.widget.setAccessibleName("Curves of loss and accuracy")
        layout = self.view.ci.layout
        layout.setContentsMargins(0, 0, UNIT, 0)
        layout.setSpacing(UNIT)
        for row in (1, 2):
            layout.setRowPreferredHeight(row, 10 * UNIT)
            layout.setRowStretchFactor(row, 1)
        self.loss, self.accuracy = self._plot(1, "Loss (nats)"), self._plot(2, "Accuracy (%)")
        self.accuracy.setXLink(self.loss)
        self.loss.getAxis("bottom").setStyle(showValues=False)
        self.loss.getAxis("bottom").setHeight(4)
        self.accuracy.getAxis("bottom").setLabel("Steps")
        self.accuracy.getAxis("bottom").setHeight(_BOTTOM)
        self._lines = [self._crosshair(plot) for plot in (self.loss, self.accuracy)]
        for plot in (self.loss, self.accuracy):
            plot.getViewBox().sigRangeChangedManually.connect(self._moved_about)
            plot.getViewBox().sigXRangeChanged.connect(self._range_changed)
            plot.getViewBox().sigResized.connect(self._range_changed)
        self.view.scene().sigMouseMoved.connect(self._pointer_moved)
        self.widget.installEventFilter(self)
        self.widget.viewport().installEventFilter(self)
        self.recolour(self.widget.palette())

    # Drawing

    def add(self, key: str, run: RunCurves, place: int) -> None:
        """Add a run. place: 0..4, different from the other runs' places."""
        self._runs[key] = run
        self._items[key] = RunItems(run, place, self.loss, self.accuracy)
        self._colour(self._items[key])
        self.refit()
        self.draw_soon()

    def remove(self, key: str) -> None:
        del self._runs[key]
        self._items.pop(key).remove()
        self.hidden.discard(key)
        self.refit()
        self.draw_soon()

    @property
    def shown(self) -> dict[str, RunCurves]:
        """The runs that are not hidden."""
        return {key: run for key, run in self._runs.items() if key not in self.hidden}

    def place(self, key: str) -> int:
        return self._items[key].place

    def colour(self, key: str) -> QColor:
        return QColor(self._colours[self.place(key)])

    def look_like(self, other: Sheet) -> None:
        """Show the same runs, measures and scale as another sheet."""
        for key, run in other.shown.items():
            self.add(key, run, other.place(key))
        self.kinds, self.log_loss, self.smoothed = other.kinds, other.log_loss, other.smoothed
        self._following = False

    def see_the_same(self, other: Sheet) -> None:
        """Show the same steps and values as another sheet. Call this only when this sheet has its geometry, because
        until then the two plots' steps differ."""
        for own, its in ((self.loss, other.loss), (self.accuracy, other.accuracy)):
            steps, values = its.getViewBox().viewRange()
            self._set_range(own, xRange=steps, yRange=values)
        self._tight = False

    def picture(self, size: QSize, title: str, suffix: str) -> bytes | Sketch:
        """Return the sheet as a picture. size: of the sheet. suffix: ".svg", or ".png" for a Sketch."""
        self.view.scene().prepareForPaint()  # lays out the plots
        strokes = [stroke for items in self._items.values() for stroke in items.strokes()]
        for items in self._items.values():
            items.show(False)
        try:
            if suffix == ".svg":
                return svg_of(self.view, size, title, strokes)
            return sketch_of(self.view, size, strokes)
        finally:
            for items in self._items.values():
                items.show(True)

    def head(self, html: str, height: int) -> None:
        """Put text above the plots. height: in pixels."""
        label = self.view.addLabel(html, row=0, col=0, justify="left")
        label.setMaximumHeight(height)
        self.view.ci.layout.setRowFixedHeight(0, height)

    def recolour(self, palette: QPalette, ground: QColor | None = None) -> None:
        """Use the palette: dark curves on a light background or the reverse. ground: a background to use instead."""
        ground = ground or palette.color(QPalette.ColorRole.Window)
        text = palette.color(QPalette.ColorRole.WindowText)
        self._colours = ON_DARK if ground.lightness() < text.lightness() else ON_LIGHT
        self._ground = ground
        self.view.setBackground(ground)
        quiet = palette.color(QUIET)
        for plot in (self.loss, self.accuracy):
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(quiet, width=1))
                axis.setTextPen(pg.mkPen(quiet))
                axis.setLabel(axis.labelText, color=quiet.name())
        for line in self._lines:
            line.setPen(pg.mkPen(quiet, width=1))
        for items in self._items.values():
            self._colour(items)

    def refont(self, font: QFont) -> None:
        for plot in (self.loss, self.accuracy):
            for side in ("left", "bottom"):
                plot.getAxis(side).setStyle(tickFont=font)
                plot.getAxis(side).label.setFont(font)

    def draw_soon(self) -> None:
        """Draw once for all changes in the next 15 ms."""
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def draw(self) -> None:
        self._soon.stop()
        shown = self.shown
        self._scale()
        if self._following:
            self._follow_steps([run for run in shown.values() if len(run)])
        left, right = self.loss.getViewBox().viewRange()[0]
        columns = max(int(self.loss.getViewBox().width()), 50)
        sight = Sight(left, right, columns, self.log_loss, self.kinds, self.smoothed, len(shown) > 1)
        bounds = [items.draw(sight if key in shown else None) for key, items in self._items.items()]
        if self._following or self._tight:
            self._follow_values(self.loss, [loss for loss, _ in bounds])
            self._follow_values(self.accuracy, [accuracy for _, accuracy in bounds])
        self._tight = False

    def _scale(self) -> None:
        axis = self.loss.getAxis("left")
        if axis.logMode != self.log_loss:
            axis.setLogMode(y=self.log_loss)

    # Following, zooming, moving

    @property
    def following(self) -> bool:
        return self._following

    @Slot()
    def fit(self) -> None:
        """Show all, and keep showing all while runs grow."""
        self._follow(True)
        self.refit()
        self.draw()

    def refit(self) -> None:
        """Fit the axes tightly at the next drawing, because something else is shown, or in another scale. If the user
        zoomed in, the steps stay."""
        self._tight = True

    def zoom(self, factor: float) -> None:
        """Zoom around the crosshair, or the middle without one. factor: below 1 to zoom in."""
        left, right = self.loss.getViewBox().viewRange()[0]
        about = self._step if self._step is not None and left <= self._step <= right else (left + right) / 2
        self._see(about + (left - about) * factor, about + (right - about) * factor)

    def move(self, share: float) -> None:
        """Move to the right. share: of the visible part."""
        left, right = self.loss.getViewBox().viewRange()[0]
        by = share * (right - left)
        self._see(left + by, right + by)

    def _see(self, left: float, right: float) -> None:
        self._follow(False)
        self.loss.getViewBox().setXRange(left, right, padding=0)

    def _follow(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.following_changed.emit(following)

    def _follow_steps(self, runs: list[RunCurves]) -> None:
        if not runs:
            return
        first = min(float(run.step.values[0]) for run in runs)
        last = max(float(run.step.values[-1]) for run in runs)
        span = max(last - first, 1.0)
        left, right = self.loss.getViewBox().viewRange()[0]
        if not self._tight and left <= first and last <= right <= last + 2 * _AHEAD * span:
            return  # leave the axes alone, which is cheap and calm
        ahead = _ASIDE if self._tight else _AHEAD
        self._set_range(self.loss, xRange=(first - _ASIDE * span, first + (1 + ahead) * span))

    def _follow_values(self, plot: Any, bounds: list[NDArray[np.float64]]) -> None:
        known = [one for one in bounds if np.isfinite(one).all()]
        if not known:
            return
        low, high = min(float(one[0]) for one in known), max(float(one[1]) for one in known)
        bottom, top = plot.getViewBox().viewRange()[1]
        if not self._tight and bottom <= low and high <= top and high - low > _FILLED * (top - bottom):
            return
        margin = _MARGIN * (high - low) or 0.5
        self._set_range(plot, yRange=(low - margin, high + margin))

    def _set_range(self, plot: Any, **ranges: tuple[float, float]) -> None:
        self._setting = True
        plot.getViewBox().setRange(**ranges, padding=0, disableAutoRange=False)
        self._setting = False

    @Slot()
    def _moved_about(self, *_: object) -> None:
        self._follow(False)

    @Slot()
    def _range_changed(self, *_: object) -> None:
        if not self._setting:
            self.draw_soon()

    # Pointing

    @property
    def step(self) -> float | None:
        """The crosshair's step, None without a crosshair."""
        return self._step

    def point_at(self, step: float | None) -> None:
        """Move the crosshair to the nearest whole step from 0 to the last one, or hide it (None)."""
        if step is not None:
            last = max((run.last for run in self.shown.values()), default=0.0)
            step = float(round(min(max(step, 0.0), max(last, 0.0))))
        if step == self._step:
            return
        self._step = step
        for line in self._lines:
            line.setVisible(step is not None)
            if step is not None:
                line.setPos(step)
        self.pointed.emit()

    @Slot(object)
    def _pointer_moved(self, place: QPointF) -> None:
        for plot in (self.loss, self.accuracy):
            box = plot.getViewBox()
            if box.sceneBoundingRect().contains(place):
                self.point_at(box.mapSceneToView(place).x())
                return
        self.point_at(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self.point_at(None)
        elif event.type() is QEvent.Type.MouseButtonDblClick:
            self.fit()
        elif watched is self.widget:
            if isinstance(event, QFocusEvent):
                if event.lostFocus():
                    self.point_at(None)
                elif event.reason() in _BY_KEY:
                    self.point_at(self.loss.getViewBox().viewRange()[0][1])  # shows where the keys take effect
            elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
                if event.key() in _KEYS and (event.key() != Qt.Key.Key_Escape or self._step is not None):
                    event.accept()  # so that the window does not take it, such as Escape
            elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
                return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Handle a key and return whether it was used.

        Left, Right: move the crosshair by one pixel, with Shift by ten, with Ctrl the plot. Home, End: the crosshair to
        the visible ends. +, -: zoom. 0: fit. Escape: hide the crosshair.
        """
        left, right = self.loss.getViewBox().viewRange()[0]
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in ways and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.move(ways[key] * _SIDEWAYS)
        elif key in ways:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            by = max(round((right - left) / max(self.loss.getViewBox().width(), 1) * far), far)
            start = self._step if self._step is not None else (left if ways[key] > 0 else right)
            self.point_at(min(max(start + ways[key] * by, left), right))
        elif key == Qt.Key.Key_Home:
            self.point_at(left)
        elif key == Qt.Key.Key_End:
            self.point_at(right)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_CLOSER)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _CLOSER)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Escape and self._step is not None:
            self.point_at(None)
        else:
            return False
        return True

    # Construction

    def _plot(self, row: int, name: str) -> Any:
        plot = self.view.addPlot(row=row, col=0)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.disableAutoRange()
        plot.showGrid(x=True, y=True, alpha=0.12)
        for side in ("left", "bottom"):
            plot.getAxis(side).setStyle(maxTickLevel=1)
        plot.getAxis("left").setWidth(_LEFT)
        plot.getAxis("left").setLabel(name)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.getAxis("bottom").tickStrings = _step_texts
        for side in () if self._for_file else ("left", "bottom"):
            # Text and grid lines take most of the time, and seldom change.
            plot.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        plot.setXRange(0, 1, padding=0)
        plot.setYRange(0, 1, padding=0)
        return plot

    def _crosshair(self, plot: Any) -> Any:
        line = pg.InfiniteLine(angle=90, movable=False)
        line.setVisible(False)
        plot.addItem(line, ignoreBounds=True)
        return line

    def _colour(self, items: RunItems) -> None:
        items.recolour(QColor(self._colours[items.place]), self._ground)


def _step_texts(values: Sequence[float], scale: float, spacing: float) -> list[str]:
    """Return the labels that pyqtgraph requests: only whole steps, and those in full."""
    return [f"{value:,.0f}" if spacing >= 1 else "" for value in values]
