"""A scene of pyqtgraph as a picture in a file: PNG or SVG."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

PICTURES = (".png", ".svg")
PAPER, INK, FAINT, GREY = "#ffffff", "#222222", "#e4e4e4", "#777777"
Above = Callable[[QPainter], None]
SHARP = 2  # pixels of a PNG for each of the scene's


class PlotError(Exception):
    """A picture that cannot be made; the message is a sentence for the user."""


def check_place(path: Path, suffixes: Sequence[str] = PICTURES, what: str = "The plot") -> None:
    """Raises PlotError where `what` could not be saved as `path`."""
    if path.suffix.lower() not in suffixes:
        names = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise PlotError(f"{what} cannot be saved as {path}. Give a name that ends in {names}.")
    if path.is_dir():
        raise PlotError(f"{what} cannot be saved as {path}, which is a folder. Give another name.")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise PlotError(f"{what} cannot be saved as {path}: there is no folder {folder}. Make it, or give another.")
    if not os.access(folder, os.W_OK):
        raise PlotError(f"{what} cannot be saved as {path}: nothing can be written in {folder}. Give another place.")


def picture_of(view: Any, size: QSize, title: str, suffix: str, above: Above | None = None) -> bytes:
    """view: a GraphicsView of this size that has its geometry. suffix: one of PICTURES. above: paints on top of it."""
    return _svg(view, size, title, above) if suffix == ".svg" else _png(view, size, above)


def _png(view: Any, size: QSize, above: Above | None) -> bytes:
    image = QImage(size * SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    _paint(view, size, QPainter(image), above)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stubs want bytes, and it wants text
    return bytes(buffer.data().data())


def _svg(view: Any, size: QSize, title: str, above: Above | None) -> bytes:
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(view.logicalDpiX())  # which the axes have been drawn for
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    _paint(view, size, QPainter(generator), above)
    return bytes(buffer.data().data())


def _paint(view: Any, size: QSize, painter: QPainter, above: Above | None) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    whole = QRectF(0, 0, size.width(), size.height())
    painter.fillRect(whole, QColor(PAPER))
    scene = view.scene()
    scene.prepareForPaint()
    scene.render(painter, whole, whole)
    if above is not None:
        above(painter)
    painter.end()
