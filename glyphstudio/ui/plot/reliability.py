"""Draws the reliability diagram, on screen and as a picture: how often answers are right against how sure they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import QWidget

from glyphstudio.engine.evaluate.reliability import Reliability
from glyphstudio.ui.parts.theme import LIGHT, LINE, QUIET, UNIT, palette_of

import pyqtgraph as pg  # type: ignore[import-untyped]  # isort: skip - after PySide6, whose absence has a sentence

# Okabe and Ito (2008), "Color Universal Design", as in `adaptation`: their blue on light, their sky blue on dark.
_ON_LIGHT, _ON_DARK = "#0072B2", "#56B4E9"
_PICTURE = QSize(900, 720)
_TICKS = [(share / 100, f"{share} %") for share in (0, 20, 40, 60, 80, 100)]
_ROOM = 0.035  # around the square of shares, so that nothing at 0 or 100 % is cut off
_HEIGHT = 0.16  # of the tallest bar


class ReliabilityPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The diagram, with a dot for each bin and the 95 % interval of its share of right answers.

    A bin on the dashed line is as sure as it should be. Bars at the bottom show the number of answers in each bin. The
    diagram has no crosshair and cannot be moved.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Reliability | None = None
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.setRange(xRange=(-_ROOM, 1 + _ROOM), yRange=(-_ROOM, 1 + _ROOM), padding=0)
        for side, what in (("bottom", "How sure it was"), ("left", "Right answers")):
            axis = plot.getAxis(side)
            axis.setTicks([_TICKS])
            axis.setLabel(what)
            axis.setStyle(tickLength=0, tickTextOffset=UNIT, hideOverlappingLabels=False)
        plot.layout.setContentsMargins(0, UNIT, 2 * UNIT, 0)
        self.setFixedHeight(36 * UNIT)
        self.setMinimumWidth(30 * UNIT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Reliability diagram")

    def show_reliability(self, seen: Reliability) -> None:
        self._shown = seen
        said = (
            f"{100 * one.confidence:.0f} % sure: {100 * one.right:.0f} % right of {one.answers:,}" for one in seen.bins
        )
        self.setAccessibleDescription("; ".join(said))
        self._draw()

    def _draw(self) -> None:
        plot, colours = self.getPlotItem(), self.palette()
        window = colours.color(QPalette.ColorRole.Window)
        self.setBackground(window)
        colour = QColor(_ON_DARK if window.lightness() < 128 else _ON_LIGHT)
        text, line, quiet = colours.color(QPalette.ColorRole.WindowText), colours.color(LINE), colours.color(QUIET)
        for side in ("bottom", "left"):
            plot.getAxis(side).setPen(window)
            plot.getAxis(side).setTextPen(text)
        plot.clear()
        for share, _ in _TICKS:
            for ends in (((0, 1), (share, share)), ((share, share), (0, 1))):
                plot.addItem(pg.PlotDataItem(*ends, pen=pg.mkPen(line, width=1)))
        dashes = pg.mkPen(quiet, width=1.5, style=Qt.PenStyle.DashLine)
        plot.addItem(pg.PlotDataItem((0, 1), (0, 1), pen=dashes, antialias=True))
        if self._shown is None or not self._shown.bins:
            return
        bins = self._shown.bins
        x = np.array([one.confidence for one in bins])
        right = np.array([one.right for one in bins])
        low, high = np.array([one.right_low for one in bins]), np.array([one.right_high for one in bins])
        answers = np.array([one.answers for one in bins])
        edges = np.array([(one.low, one.high) for one in bins])
        shade = QColor(colour)
        shade.setAlpha(70)
        plot.addItem(
            pg.BarGraphItem(
                x0=edges[:, 0] + 0.01,
                x1=edges[:, 1] - 0.01,
                y0=np.zeros(len(bins)),
                height=_HEIGHT * answers / answers.max(),
                brush=shade,
                pen=pg.mkPen(None),
            )
        )
        pen = pg.mkPen(colour, width=2)
        plot.addItem(pg.ErrorBarItem(x=x, y=right, top=high - right, bottom=right - low, beam=0.015, pen=pen))
        plot.addItem(pg.ScatterPlotItem(x, right, size=9, brush=pg.mkBrush(colour), pen=pg.mkPen(window, width=1.5)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        recolours = event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if recolours and hasattr(self, "_shown") and self.getPlotItem() is not None:  # None after closing
            self._draw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel around the diagram."""
        event.ignore()


def png(seen: Reliability, title: str) -> bytes:
    """Return the diagram as a PNG on white. Call this in the window's thread."""
    plot = ReliabilityPlot()
    plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    palette = palette_of(LIGHT)
    palette.setColor(QPalette.ColorRole.Window, QColor("white"))
    plot.setPalette(palette)
    plot.getPlotItem().layout.setContentsMargins(2 * UNIT, 2 * UNIT, 4 * UNIT, 2 * UNIT)
    plot.getPlotItem().setTitle(title, color=LIGHT.text, size="12pt")
    plot.setFixedSize(_PICTURE)
    plot.show_reliability(seen)
    plot.show()  # not on the screen, but it now has its geometry
    image = QImage(_PICTURE, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    scene = plot.scene()
    scene.prepareForPaint()
    scene.render(painter, QRectF(image.rect()), QRectF(image.rect()))
    painter.end()
    plot.close()
    plot.deleteLater()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stubs want bytes, and it wants text
    return bytes(buffer.data().data())
