"""Draws the SVG icons of assets/icons in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from glyphstudio.resources import asset

_SIZES = (16, 20, 24)
_RATIOS = (1, 2, 3)


def icon(name: str, palette: QPalette) -> QIcon:
    """Return the icon `name` in the palette's text colour, or greyed if disabled. It replaces currentColor."""
    result = QIcon()
    try:
        source = asset("icons", f"{name}.svg").read_text(encoding="utf-8")
    except OSError:  # every icon has a text label too, so the window works without
        return result
    for mode, group in ((QIcon.Mode.Normal, QPalette.ColorGroup.Active), (QIcon.Mode.Disabled, None)):
        colour = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
        if group is None:
            colour = QColor(colour)
            colour.setAlphaF(0.35)
        rgb, opacity = colour.name(), f"{colour.alphaF():.2f}"
        text = source.replace("currentColor", rgb).replace("<svg ", f'<svg opacity="{opacity}" ', 1)
        renderer = QSvgRenderer(QByteArray(text.encode()))
        for size in _SIZES:
            for ratio in _RATIOS:
                result.addPixmap(_draw(renderer, size, ratio), mode)
    return result


def app_icon() -> QIcon:
    """Return the application's icon in its own colours."""
    result = QIcon()
    renderer = QSvgRenderer(str(asset("icons", "glyphstudio.svg")))
    if renderer.isValid():
        for size in (16, 24, 32, 48, 64, 128, 256):
            result.addPixmap(_draw(renderer, size, 1))
    return result


def app_pixmap(size: int, ratio: float) -> QPixmap:
    """Return the application's icon at one size."""
    return _draw(QSvgRenderer(str(asset("icons", "glyphstudio.svg"))), size, ratio)


def _draw(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
