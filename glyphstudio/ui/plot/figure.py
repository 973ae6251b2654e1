"""Draws the visible curves again as a figure to save: on light paper, with the legend in it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont

from glyphstudio.ui.parts.theme import LIGHT, palette_of
from glyphstudio.ui.plot.colours import SIGNS
from glyphstudio.ui.plot.legend import NAMES
from glyphstudio.ui.plot.picture import INK, PAPER, Sketch
from glyphstudio.ui.plot.run_curves import Kind
from glyphstudio.ui.plot.sheet import Sheet

SIZE = QSize(1100, 760)
_LINE = 22  # height of a line of the legend, in pixels
_SIGNS = {
    Kind.LOSS: "——",
    Kind.VALIDATION_LOSS: "· ● ·",
    Kind.BEFORE: "– –",
    Kind.AFTER: "——",
    Kind.VALIDATION: "· ● ·",
}


def figure(seen: Sheet, suffix: str) -> bytes | Sketch:
    """Return the figure. seen: the sheet that it looks like. suffix: ".svg", or ".png" for a Sketch."""
    seen.draw()  # changes that wait to be drawn
    sheet = Sheet(for_file=True)
    sheet.widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    try:
        sheet.recolour(palette_of(LIGHT), QColor(PAPER))
        font = QFont("sans-serif")
        font.setPixelSize(13)
        sheet.refont(font)
        sheet.look_like(seen)
        sheet.head(_heading(sheet), _LINE * (1 + len(sheet.shown)))
        sheet.widget.resize(SIZE)
        sheet.widget.show()  # not on the screen, but it now has its geometry
        sheet.see_the_same(seen)
        sheet.draw()
        titles = ", ".join(run.title for run in sheet.shown.values())
        return sheet.picture(SIZE, f"Curves of {titles}", suffix)
    finally:
        sheet.widget.close()
        sheet.widget.deleteLater()
        sheet.deleteLater()


def _heading(sheet: Sheet) -> str:
    """Return the legend as HTML."""
    kinds = "&nbsp;&nbsp;&nbsp; ".join(f"{_SIGNS[kind]}&nbsp; {NAMES[kind]}" for kind in Kind if kind in sheet.kinds)
    lines = [
        f'<span style="color:{sheet.colour(key).name()}">{SIGNS[sheet.place(key)]}</span>&nbsp; {escape(run.title)}'
        for key, run in sheet.shown.items()
    ]
    style = f"font-family: sans-serif; font-size: 13px; color: {INK}"
    return f'<div style="{style}">{"<br>".join([*lines, kinds])}</div>'
