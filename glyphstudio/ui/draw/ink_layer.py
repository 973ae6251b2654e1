"""Paints the canvas' ink into a pixmap: finished strokes once, and only the new part of the stroke in progress.

A stroke in progress is frozen into the pixmap in pieces of many points. The rest of it is painted on top as one path.
So a frame takes the same time however much is on the canvas, and a stroke has no beads where its pieces meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap

from glyphstudio.glyphs.picture import Drawing, Picture
from glyphstudio.ui.parts.painting import paint_ink, paint_picture, paint_smooth, pen, width_at

_PIECE = 96  # points
Points = Sequence[tuple[float, float]]


class InkLayer:
    """All coordinates are canvas units, 0..1 over the canvas' side. `side` is in points."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._frozen = 1  # the first point of the stroke in progress whose curve is not in the pixmap

    def spoil(self) -> None:
        """Drop the pixmap, so that all ink is painted again when it is next needed."""
        self._pixmap = None
        self._frozen = 1

    def begin(self) -> None:
        """Start a stroke."""
        self._frozen = 1

    def ready(self, drawing: Drawing | None, side: int, ratio: float, width: float) -> QPixmap:
        """Return the finished ink. drawing: None is blank paper. width: the pen's, in canvas units."""
        size = QSizeF(side * ratio, side * ratio).toSize()
        if self._pixmap is None or self._pixmap.size() != size or self._pixmap.devicePixelRatioF() != ratio:
            self._frozen = 1
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(side, side)
            if isinstance(drawing, Picture):
                paint_picture(painter, drawing, QRectF(0.04, 0.04, 0.92, 0.92), clear=True)
            elif drawing:
                paint_ink(painter, drawing, width)
            painter.end()
        return self._pixmap

    def grow(self, points: Points, forces: Sequence[float | None], side: int, width: float) -> QRect:
        """Take the stroke's newest point. Return the part of the canvas, in points, that must be painted again."""
        last = len(points) - 1
        if self._pixmap is not None and last - self._frozen > _PIECE:
            painter = QPainter(self._pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(side, side)
            _paint_piece(painter, points, forces, (self._frozen, last - 1), width)
            painter.end()
            self._frozen = last - 1
        dirty = QRectF()
        for x, y in points[max(0, last - 3) :]:
            dirty = dirty.united(QRectF(x * side, y * side, 1, 1))
        reach = width_at(width * side, 1.0) / 2 + 2
        return dirty.adjusted(-reach, -reach, reach, reach).toAlignedRect()

    def freeze(self, points: Points, forces: Sequence[float | None], side: int, width: float) -> None:
        """Paint all of a finished stroke into the pixmap."""
        if self._pixmap is not None:
            painter = QPainter(self._pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_rest(painter, points, forces, side, width)
            painter.end()

    def paint_rest(
        self, painter: QPainter, points: Points, forces: Sequence[float | None], side: int, width: float
    ) -> None:
        """Paint the part of the stroke in progress that is not yet in the pixmap."""
        painter.save()
        painter.scale(side, side)
        _paint_piece(painter, points, forces, (self._frozen, len(points)), width)
        painter.restore()


def _paint_piece(
    painter: QPainter, points: Points, forces: Sequence[float | None], part: tuple[int, int], width: float
) -> None:
    """Paint the curve at points part[0] to part[1], excluding part[1]. Each point bends the curve between the midpoints
    before and after it. The stroke's last point ends it."""
    first, end = part
    painter.setBrush(Qt.BrushStyle.NoBrush)
    last = len(points) - 1
    if last == 0:
        painter.setPen(pen(width_at(width, forces[0])))
        painter.drawPoint(QPointF(*points[0]))
        return
    path = QPainterPath(_middle(points[first - 1], points[first]) if first > 1 else QPointF(*points[0]))
    for i in range(first, end):
        stop = _middle(points[i], points[i + 1]) if i < last else QPointF(*points[i])
        path.quadTo(QPointF(*points[i]), stop)
        if forces[i] is not None:  # each piece of a stroke with pressure has its own width
            paint_smooth(painter, path, width_at(width, forces[i]))
            path = QPainterPath(stop)
    if forces[0] is None:
        paint_smooth(painter, path, width)


def _middle(a: tuple[float, float], b: tuple[float, float]) -> QPointF:
    return QPointF((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
