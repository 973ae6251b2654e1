"""Shows the curves' values at the crosshair: a small table on each plot, on the side away from the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from glyphstudio.ui.parts.theme import UNIT, scaled_font
from glyphstudio.ui.plot.run_curves import Kind, Reading

_HEADS = {
    Kind.LOSS: "training",
    Kind.VALIDATION_LOSS: "validation",
    Kind.BEFORE: "before",
    Kind.AFTER: "after",
    Kind.VALIDATION: "validation",
}
_ROOM_FOR_TITLES = 60 * UNIT  # the least width of a plot that has room for titles; the legend has them anyway
_LONGEST = 28  # characters of a title


@dataclass(frozen=True)
class Row:
    """A run's values. colour: as #rrggbb."""

    title: str
    sign: str
    colour: str
    readings: dict[Kind, Reading | None]


def value_text(kind: Kind, reading: Reading | None) -> str:
    """Return a value such as "0.4120" or "93.6 ± 0.4 %"."""
    if reading is None:
        return "–"
    if kind.loss:
        return f"{reading.value:#.4g}"
    interval = f" ± {100 * reading.ci95:.1f}" if reading.ci95 == reading.ci95 else ""
    return f"{100 * reading.value:.1f}{interval} %"


class Readout(QLabel):
    """The table on one plot. It lets the pointer through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setContentsMargins(UNIT // 2, UNIT // 4, UNIT // 2, UNIT // 4)
        self.setFont(scaled_font(self.font(), 0.88))
        self.hide()

    def show_rows(self, step: int, kinds: Sequence[Kind], rows: Sequence[Row], room: QRectF, left: bool) -> None:
        """room: of the plot, in the parent's pixels. left: whether the table is on the left side.

        It is at the top for losses and in the middle for accuracies, where the curves mostly leave room.
        """
        if not kinds or not rows:
            self.hide()
            return
        titles = room.width() >= _ROOM_FOR_TITLES
        head = "".join(f'<td align="right">&nbsp;&nbsp;{_HEADS[kind]}</td>' for kind in kinds)
        lines = [f"<tr><td>step {step:,}</td>{head}</tr>"]
        for row in rows:
            title = row.title if len(row.title) <= _LONGEST else row.title[: _LONGEST - 1] + "…"
            name = f'<span style="color:{row.colour}">{row.sign}</span> {escape(title) if titles else ""}'
            cells = "".join(
                f'<td align="right" style="white-space:nowrap">&nbsp;&nbsp;{value_text(kind, row.readings[kind])}</td>'
                for kind in kinds
            )
            lines.append(f'<tr><td style="white-space:nowrap">{name}</td>{cells}</tr>')
        self.setText(f"<table cellspacing=0>{''.join(lines)}</table>")
        self.adjustSize()
        x = room.left() + UNIT / 2 if left else room.right() - self.width() - UNIT / 2
        y = room.top() + (UNIT / 2 if kinds[0].loss else max((room.height() - self.height()) / 2, 0))
        self.move(round(max(x, 0)), round(y))
        self.show()
        self.raise_()


def spoken(step: int, kinds: Sequence[Kind], rows: Sequence[Row], names: dict[Kind, str]) -> str:
    """Return the same values as a sentence, for screen readers."""
    runs = [
        f"{row.title}: " + ", ".join(f"{names[kind].lower()} {value_text(kind, row.readings[kind])}" for kind in kinds)
        for row in rows
    ]
    return f"Step {step:,}. " + ". ".join(runs)
