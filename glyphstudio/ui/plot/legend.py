"""The legend of the curves: a check box for each measure and each run, which shows or hides it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from glyphstudio.ui.parts.flow_layout import FlowLayout
from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.plot.colours import RUN_MARKS
from glyphstudio.ui.plot.run_curves import Kind
from glyphstudio.ui.plot.run_items import mark_path, pen_of

NAMES = {
    Kind.LOSS: "Training loss",
    Kind.VALIDATION_LOSS: "Validation loss",
    Kind.BEFORE: "Before adaptation",
    Kind.AFTER: "After adaptation",
    Kind.VALIDATION: "Validation accuracy",
}
_TIPS = {
    Kind.LOSS: "Loss of the queries while training, in nats. Lower is better.",
    Kind.VALIDATION_LOSS: "The same on glyphs that are never trained on.",
    Kind.BEFORE: "Right answers to queries before the learner has seen the support set. They should be mere guesses.",
    Kind.AFTER: "Right answers to queries after it has learned from the support set.",
    Kind.VALIDATION: "The same on glyphs that are never trained on, with the 95 % interval.",
}
_SAMPLE = QSize(24, 14)
_WIDEST = 30 * UNIT  # of a run's entry


class Entry(QCheckBox):
    """A check box of the legend. Its text may be a shortened `name`."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self.setChecked(True)
        self.setIconSize(_SAMPLE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rename(name, tip)

    def rename(self, name: str, tip: str) -> None:
        self.setAccessibleName(name)
        self.setAccessibleDescription(tip)
        self.setToolTip(escape(tip).replace("\n", "<br>") if "<" in tip else tip)  # show "<" literally
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _WIDEST)
        self.setText(shown.replace("&", "&&"))


class Legend(QWidget):
    """The legend. kinds, runs: its check boxes, by the measure or run that they hide."""

    changed = Signal()  # the user hides something or shows it again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = {kind: Entry(NAMES[kind], _TIPS[kind]) for kind in Kind}
        self.runs: dict[str, Entry] = {}
        self._places: dict[str, int] = {}
        self._kinds_line, self._runs_line = FlowLayout(), FlowLayout()
        self._kinds_line.setSpacing(2 * UNIT)
        self._runs_line.setSpacing(2 * UNIT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT // 2)
        layout.addLayout(self._kinds_line)
        layout.addLayout(self._runs_line)
        for entry in self.kinds.values():
            entry.toggled.connect(self._toggled)
            self._kinds_line.addWidget(entry)

    @property
    def shown_kinds(self) -> frozenset[Kind]:
        return frozenset(kind for kind, entry in self.kinds.items() if entry.isChecked())

    @property
    def hidden_runs(self) -> set[str]:
        return {key for key, entry in self.runs.items() if not entry.isChecked()}

    def put(self, key: str, title: str, settings: str, place: int) -> None:
        """Add or rename a run's entry. place: 0..4, which chooses its mark."""
        tip = f"{title}\n{settings}".strip()
        self._places[key] = place
        entry = self.runs.get(key)
        if entry is not None:
            entry.rename(title, tip)
            return
        self.runs[key] = entry = Entry(title, tip)
        entry.toggled.connect(self._toggled)
        self._runs_line.addWidget(entry)
        entry.show()  # at once, because a hidden entry gets no room

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else -1

    def remove(self, key: str) -> None:
        entry = self.runs.pop(key)
        self._runs_line.removeWidget(entry)
        entry.hide()
        entry.deleteLater()

    def recolour(self, colour: Callable[[str], QColor], palette: QPalette) -> None:
        """colour: returns the colour of the run with this key."""
        text = palette.color(QPalette.ColorRole.WindowText)
        ratio = self.devicePixelRatioF()
        for kind, entry in self.kinds.items():
            entry.setIcon(_sample(pen_of(kind, text), "o" if kind.measured else None, ratio))
        for key, entry in self.runs.items():
            entry.setIcon(_sample(QPen(colour(key), 2), RUN_MARKS[self._places[key]], ratio))

    @Slot()
    def _toggled(self) -> None:
        self.changed.emit()


def _sample(pen: QPen, mark: str | None, ratio: float) -> QIcon:
    """Return an icon that shows a piece of a curve."""
    pixmap = QPixmap(_SAMPLE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    middle = QPointF(_SAMPLE.width() / 2, _SAMPLE.height() / 2)
    painter.setPen(pen)
    painter.drawLine(QPointF(0, middle.y()), QPointF(_SAMPLE.width(), middle.y()))
    if mark is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.translate(middle)
        painter.scale(9, 9)
        painter.drawPath(mark_path(mark))
    painter.end()
    return QIcon(pixmap)
