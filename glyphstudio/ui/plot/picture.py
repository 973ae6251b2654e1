"""Turns a scene of pyqtgraph into a picture file: PNG or SVG."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QRectF, QSize
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtSvg import QSvgGenerator

PICTURES = (".png", ".svg")
PAPER, INK, FAINT, GREY = "#ffffff", "#222222", "#e4e4e4", "#777777"
SHARP = 2  # pixels of a PNG per pixel of the scene


class PlotError(Exception):
    """A picture that cannot be made; the message is a sentence for the user."""


def check_place(path: Path, suffixes: Sequence[str] = PICTURES, what: str = "The plot") -> None:
    """Check that `what` can be saved as `path`. Raises PlotError if it cannot."""
    if path.suffix.lower() not in suffixes:
        names = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise PlotError(f"{what} cannot be saved as {path}. Choose a name that ends in {names}.")
    if path.is_dir():
        raise PlotError(f"{what} cannot be saved as {path}, which is a folder. Choose another name.")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise PlotError(f"{what} cannot be saved as {path}: there is no folder {folder}. Make it, or choose another.")
    if not os.access(folder, os.W_OK):
        raise PlotError(f"{what} cannot be saved as {path}: {folder} is not writable. Choose another folder.")


@dataclass(frozen=True, eq=False)
class Stroke:
    """Lines in the scene's pixels, or shapes if there is a `fill`; only what is inside `room` is painted."""

    lines: tuple[QPolygonF, ...]
    pen: QPen
    room: QRectF
    fill: QBrush | None = None


@dataclass(frozen=True, eq=False)
class Sketch:
    """A picture whose curves are not painted yet. Painting them takes a while and may happen in any thread."""

    ground: QImage
    strokes: tuple[Stroke, ...]

    def png(self) -> bytes:
        image = self.ground.copy()
        painter = QPainter(image)
        _paint_strokes(painter, self.strokes)
        painter.end()
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stubs want bytes, and it wants text
        return bytes(buffer.data().data())


def sketch_of(view: Any, size: QSize, strokes: Sequence[Stroke] = ()) -> Sketch:
    """Return the picture of a view. view: a GraphicsView of this size with its geometry. strokes: painted above it."""
    image = QImage(size * SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    painter = QPainter(image)
    _paint_scene(painter, view, size)
    painter.end()
    return Sketch(image, tuple(strokes))


def svg_of(view: Any, size: QSize, title: str, strokes: Sequence[Stroke] = ()) -> bytes:
    """Return the same picture as `sketch_of`, complete, as an SVG."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(view.logicalDpiX())  # the resolution for which the axes were drawn
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    _paint_scene(painter, view, size)
    _paint_strokes(painter, strokes)
    painter.end()
    return bytes(buffer.data().data())


def _paint_scene(painter: QPainter, view: Any, size: QSize) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    whole = QRectF(0, 0, size.width(), size.height())
    painter.fillRect(whole, QColor(PAPER))
    scene = view.scene()
    scene.prepareForPaint()
    scene.render(painter, whole, whole)


def _paint_strokes(painter: QPainter, strokes: Sequence[Stroke]) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in strokes:
        painter.setClipRect(stroke.room)
        painter.setPen(stroke.pen)
        painter.setBrush(stroke.fill or QBrush())
        for line in stroke.lines:
            if stroke.fill is None:
                painter.drawPolyline(line)
            else:
                painter.drawPolygon(line)
