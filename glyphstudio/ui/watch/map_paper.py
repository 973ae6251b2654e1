"""Paints the map: glyphs as pictures, shots as dots, the drawing as a mark with a line to its nearest prototype.

It paints everything but the mark into a pixmap once, because only the mark changes while the user draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Slot
from PySide6.QtGui import (
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.parts.theme import ACCENT, PAPER, QUIET, UNIT, scaled_font
from glyphstudio.ui.watch.map_layout import Places, Sight, names_with_room, with_room
from glyphstudio.ui.watch.map_pictures import SIDE, MapPictures
from glyphstudio.ui.watch.messages import LibraryMap, Mark

_MARGIN = 5 * UNIT
_NAME = 11 * UNIT  # the greatest width of a name
_MOST_DOTS = 200  # names avoid up to so many dots; among more there would be no room for names


class MapPaper(QWidget):
    """The painted map, as `_sight` shows it. `MapCanvas` lets the user move it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyphs: Sequence[Glyph] = ()
        self._map: LibraryMap | None = None
        self._mark: Mark | None = None
        self._sight = Sight(0, 0, 1)
        self._whole = True  # show the whole map, also after a change of size
        self._hovered: int | None = None
        self._still: QPixmap | None = None  # everything but the mark, until something else changes
        self._pixels: Places = np.zeros((0, 2))  # of the glyphs, in `_still`
        self._shown: list[int] = []  # glyphs that are shown as pictures in `_still`
        self._pictures = MapPictures(self)
        self._pictures.made.connect(self._changed)
        self.setMinimumSize(20 * UNIT, 20 * UNIT)

    def show_map(self, glyphs: Sequence[Glyph], library: LibraryMap) -> None:
        """glyphs: one for each place of `library`, by index."""
        self._glyphs, self._map, self._mark, self._hovered = glyphs, library, None, None
        self._pictures.show_glyphs(glyphs, self.devicePixelRatioF())
        self.fit()

    def show_mark(self, mark: Mark | None) -> None:
        self._mark = mark
        self.update()

    @property
    def sight(self) -> Sight:
        return self._sight

    @Slot()
    def fit(self) -> None:
        """Show all of the library."""
        self._whole = True
        self._changed()

    def place_of(self, index: int) -> QPointF:
        """Return the place of the glyph with this index, in pixels."""
        return self._on_screen(self._map.glyphs[index]) if self._map is not None else QPointF()

    def _on_screen(self, place: NDArray[np.float64]) -> QPointF:
        x, y = self._sight.pixels(place[None], self._size())[0].tolist()
        return QPointF(x, y)

    def sizeHint(self) -> QSize:
        return QSize(60 * UNIT, 50 * UNIT)

    def _size(self) -> QSizeF:
        return QSizeF(self.size())

    def _whole_sight(self) -> Sight:
        if self._map is None:
            return self._sight
        return Sight.of_all(np.concatenate([self._map.glyphs, self._map.shots]), self._size(), _MARGIN)

    @Slot()
    def _changed(self) -> None:
        if self._whole and self._map is not None:
            self._sight = self._whole_sight()
        self._still = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._map is None:
            return
        painter = QPainter(self)
        if self._still is None:
            self._still = self._paint_still(self._map)
        painter.drawPixmap(0, 0, self._still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._mark is not None:
            self._paint_mark(painter, self._mark)
        if self._hovered is not None:
            self._paint_named(painter, self._hovered)
        painter.end()

    def _side(self) -> float:
        """Return the side of a picture: larger if there are few glyphs, and larger when zoomed in."""
        base = 40.0 if len(self._glyphs) <= 24 else 32.0 if len(self._glyphs) <= 120 else 24.0
        closer = self._sight.scale / self._whole_sight().scale
        return min(float(SIDE), base * float(max(1.0, closer) ** 0.3))

    def _paint_still(self, library: LibraryMap) -> QPixmap:
        ratio = self.devicePixelRatioF()
        still = QPixmap(self.size() * ratio)
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side, size = self._side(), self._size()
        self._pixels = self._sight.pixels(library.glyphs, size)
        # The places on the whole map decide, so that no picture comes or goes when the map moves.
        self._shown = with_room(library.glyphs * self._sight.scale, side)
        shots = self._sight.pixels(library.shots, size)
        self._paint_dots(painter, shots, 3.0)
        shown = set(self._shown)
        self._paint_dots(painter, self._pixels[[i for i in range(len(self._glyphs)) if i not in shown]], 7.0)
        window = QRectF(self.rect()).adjusted(-side, -side, side, side)
        inside = [index for index in self._shown if window.contains(QPointF(*self._pixels[index].tolist()))]
        for index in inside:
            self._paint_tile(painter, index, side)
        dots = shots.tolist() if len(shots) <= _MOST_DOTS else []
        self._paint_names(painter, inside, side, [QRectF(x - 2, y - 2, 4, 4) for x, y in dots])
        painter.end()
        return still

    def _paint_dots(self, painter: QPainter, pixels: Places, width: float) -> None:
        pen = QPen(self.palette().color(QUIET), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        seen = pixels[((pixels > -9) & (pixels < [self.width() + 9, self.height() + 9])).all(1)]
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in seen.tolist()]))

    def _tile(self, index: int, side: float) -> QRectF:
        x, y = self._pixels[index].tolist()
        return QRectF(x - side / 2, y - side / 2, side, side)

    def _paint_tile(self, painter: QPainter, index: int, side: float, edge: QPen | None = None) -> None:
        tile = self._tile(index, side)
        colours = self.palette()
        painter.setPen(edge or QPen(colours.color(QUIET), 0.5))
        painter.setBrush(colours.color(PAPER))
        painter.drawRoundedRect(tile, 4, 4)
        picture = self._pictures.of(self._glyphs[index])
        if picture is not None:
            painter.drawPixmap(tile, picture, QRectF(picture.rect()))

    def _paint_names(self, painter: QPainter, indices: Sequence[int], side: float, dots: list[QRectF]) -> None:
        painter.setFont(scaled_font(self.font(), 0.88))
        painter.setPen(self.palette().color(self.palette().ColorRole.WindowText))
        boxes = [self._name_box(painter, index, side) for index in indices]
        for found in names_with_room(boxes, [self._tile(index, side) for index in indices] + dots):
            self._paint_name(painter, indices[found], boxes[found])

    def _name_box(self, painter: QPainter, index: int, side: float, widest: int = _NAME) -> QRectF:
        metrics, tile = painter.fontMetrics(), self._tile(index, side)
        width = min(metrics.horizontalAdvance(self._glyphs[index].name), widest) + 4
        return QRectF(tile.center().x() - width / 2, tile.bottom() + 1, width, metrics.height())

    def _paint_name(self, painter: QPainter, index: int, box: QRectF) -> None:
        metrics = painter.fontMetrics()
        name = metrics.elidedText(self._glyphs[index].name, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)

    def _paint_named(self, painter: QPainter, index: int) -> None:
        """Paint a glyph above all others, with lines to its shots and its full name on a background."""
        colours, side = self.palette(), max(self._side(), 32.0)
        self._paint_ties(painter, index)
        self._paint_tile(painter, index, side, QPen(colours.color(ACCENT), 2))
        painter.setFont(scaled_font(self.font(), 0.88, self.font().Weight.DemiBold))
        box = self._name_box(painter, index, side, self.width() - 2 * UNIT).adjusted(-4, 2, 4, 4)
        box.moveLeft(min(max(box.left(), 2.0), max(self.width() - box.width() - 2, 2.0)))
        if box.bottom() > self.height():
            box.moveBottom(self._tile(index, side).top() - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(colours.ColorRole.Base))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(colours.color(colours.ColorRole.WindowText))
        self._paint_name(painter, index, box)

    def _paint_ties(self, painter: QPainter, index: int) -> None:
        if self._map is None:
            return
        middle = self.place_of(index)
        shots = self._sight.pixels(self._map.shots[self._map.ways == index], self._size()).tolist()
        accent = self.palette().color(ACCENT)
        painter.setPen(QPen(accent, 1, Qt.PenStyle.DotLine))
        for x, y in shots:
            painter.drawLine(middle, QPointF(x, y))
        pen = QPen(accent, 5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in shots]))

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        """Paint the drawing's mark, at the edge if its place is outside the visible part."""
        accent = self.palette().color(ACCENT)
        place = self._on_screen(mark.place)
        to = self.place_of(mark.nearest)
        painter.setPen(QPen(accent, 2))
        painter.drawLine(place, to)
        self._paint_named(painter, mark.nearest)
        edge = QRectF(self.rect()).adjusted(UNIT, UNIT, -UNIT, -UNIT)
        held = QPointF(min(max(place.x(), edge.left()), edge.right()), min(max(place.y(), edge.top()), edge.bottom()))
        painter.setPen(QPen(self.palette().color(self.palette().ColorRole.Window), 2))
        painter.setBrush(accent)
        painter.drawEllipse(held, 8, 8)

    # Events of the window

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._changed()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._changed()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._pictures.go_on()

    def hideEvent(self, event: QHideEvent) -> None:
        self._pictures.pause()
