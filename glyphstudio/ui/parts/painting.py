"""Paints drawings: strokes as smooth paths, pictures as pixels, and thumbnails of both."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.picture import MAX_SIDE, Drawing, Picture
from glyphstudio.ui.parts.theme import INK

_FINE = 2048.0  # curves become straight lines on a grid of this many steps a canvas side
_CACHED = 800  # thumbnails; a gallery shows about a hundred at once


def pen(width: float, colour: QColor = INK) -> QPen:
    """Return a round pen. width: in the painter's units."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def width_at(width: float, pressure: float | None) -> float:
    """Return the width to paint at `pressure` (0..1). Half pressure, or None, gives `width`."""
    return width if pressure is None else width * (0.4 + 1.2 * pressure)


def stroke_path(points: Sequence[Sequence[float]]) -> QPainterPath:
    """Return a smooth path from the first point to the last, through the midpoints; the points between are controls."""
    path = QPainterPath(QPointF(points[0][0], points[0][1]))
    for (x, y), (next_x, next_y) in pairwise(points[1:]):
        path.quadTo(x, y, (x + next_x) / 2, (y + next_y) / 2)
    path.lineTo(points[-1][0], points[-1][1])
    return path


def paint_smooth(painter: QPainter, path: QPainterPath, width: float) -> None:
    """Paint a path in canvas units as straight lines: Qt's outline of a wide curve has hairline gaps where the curve
    turns more sharply than the pen is wide."""
    painter.save()
    painter.scale(1 / _FINE, 1 / _FINE)
    painter.setPen(pen(width * _FINE))
    if path.boundingRect().isNull():  # the pen rested: a line of no length would not show
        painter.drawPoint(path.currentPosition() * _FINE)
    for line in path.toSubpathPolygons(QTransform.fromScale(_FINE, _FINE)):
        painter.drawPolyline(line)
    painter.restore()


def paint_stroke(painter: QPainter, stroke: Stroke, width: float) -> None:
    """Paint a stroke in canvas units, `width` units wide."""
    points = stroke.xy.tolist()
    if len(points) == 1:
        force = None if stroke.pressure is None else float(stroke.pressure[0])
        painter.setPen(pen(width_at(width, force)))
        painter.drawPoint(QPointF(*points[0]))
    elif stroke.pressure is None:
        paint_smooth(painter, stroke_path(points), width)
    else:
        forces = stroke.pressure.tolist()
        for (x0, y0), (x1, y1), force in zip(points[:-1], points[1:], forces[1:], strict=True):
            painter.setPen(pen(width_at(width, force)))
            painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))


def paint_ink(painter: QPainter, ink: Ink, width: float) -> None:
    """Paint ink in canvas units."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in ink.strokes:
        paint_stroke(painter, stroke, width)


def paint_picture(painter: QPainter, picture: Picture, room: QRectF, clear: bool = False) -> None:
    """Paint a picture as large as fits into `room`. Its white takes the paper's colour. clear: there is no paper yet,
    so white stays transparent."""
    image = image_of(picture)
    if clear:
        image.invertPixels()
        image.reinterpretAsFormat(QImage.Format.Format_Alpha8)  # black, as opaque as the picture is dark
    size = QSizeF(image.size()).scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    where = QRectF(QPointF(), size)
    where.moveCenter(room.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if not clear:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    painter.drawImage(where, image)
    painter.restore()


def image_of(picture: Picture) -> QImage:
    """Return a picture as a QImage with its own copy of the pixels."""
    grey = np.ascontiguousarray(picture.grey)
    height, width = grey.shape
    return QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


def image_of_colours(colours: NDArray[np.uint8]) -> QImage:
    """Return red, green and blue (H, W, 3) as a QImage with its own copy of the pixels."""
    height, width, _ = colours.shape
    return QImage(colours.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def png_of(image: QImage) -> bytes:
    """Return an image as a quickly packed PNG file, scaled down to MAX_SIDE in width and height; nothing for a null
    image."""
    if image.isNull():
        return b""
    if max(image.width(), image.height()) > MAX_SIDE:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(MAX_SIDE, MAX_SIDE, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 90)  # type: ignore[call-overload]  # PySide6's stubs want bytes
    return bytes(buffer.data().data())


def drawing_image(drawing: Drawing, side: int, ratio: float = 1.0, paper: QColor | None = None) -> QImage:
    """Return a drawing, centred and as large as fits, in a square of `side` points (`side` x `ratio` pixels).

    paper: the background colour; None is transparent. Very small ink is enlarged, but a dot stays a dot.
    """
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent if paper is None else paper)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    margin = side * 0.14
    room = QRectF(margin, margin, side - 2 * margin, side - 2 * margin)
    if isinstance(drawing, Picture):
        paint_picture(painter, drawing, room, clear=paper is None)
    elif drawing:
        points = np.concatenate([stroke.xy for stroke in drawing.strokes]).astype(float)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = room.width() / max(float((high - low).max()), 0.2)
        middle = (low + high) / 2
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-float(middle[0]), -float(middle[1]))
        paint_ink(painter, drawing, side * 0.05 / scale)
    painter.end()
    return image


class Thumbnails:
    """Pixmaps of drawings by shot id. Each is made when first shown; the least recently used ones are dropped."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, float], QPixmap] = OrderedDict()

    def of(self, shot_id: int, drawing: Drawing, side: int, ratio: float) -> QPixmap:
        """Return a shot's transparent thumbnail. side: in points. ratio: the device pixel ratio."""
        key = (shot_id, side, ratio)
        found = self._kept.get(key)
        if found is None:
            found = QPixmap.fromImage(drawing_image(drawing, side, ratio))
            self._kept[key] = found
            if len(self._kept) > _CACHED:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def forget(self) -> None:
        """Drop all thumbnails: another library has other shots under the same ids."""
        self._kept.clear()
