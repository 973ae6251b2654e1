"""Shows an evaluation's result: the figure, the pairs mixed up most, and whether probabilities can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from glyphstudio.ui.evaluate.messages import HELD_OUT, Evaluated
from glyphstudio.ui.evaluate.pairs import FIRST, PairList
from glyphstudio.ui.evaluate.words import (
    FEW_MEETINGS,
    FITTED,
    NOTHING_MIXED_UP,
    PROBABILITY,
    adapting,
    headline,
    met_seldom,
    protocol,
    settings,
    trust,
)
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font

if TYPE_CHECKING:
    from glyphstudio.ui.plot.reliability import ReliabilityPlot


class EvaluateResult(QWidget):
    """The result. All its text can be copied."""

    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Evaluated | None = None
        self.figure = _text(2.0, weight=QFont.Weight.DemiBold)
        self.settings = _text()
        self.adapting = _text()
        self.protocol = _text(0.88, quiet=True)
        self.pairs_heading, self.pairs_note = _heading("These two are mixed up most"), _text(0.88, quiet=True)
        self.pairs = PairList()
        self.trust = _text()
        self.trust_note = _text(0.88, quiet=True)
        self.plot: ReliabilityPlot | None = None  # see `prepare`
        self.export = QPushButton("Export…")
        self.export.setToolTip("Figures and settings as JSON, pairs as CSV, the diagram as PNG, in a new folder.")
        self.export.clicked.connect(self.export_wanted)
        self.said = _text(0.88)  # the outcome of an export
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(UNIT)
        for widget in (self.figure, self.settings, self.adapting, self.protocol):
            self._column.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.export)
        row.addWidget(self.said, 1)
        self._column.addLayout(row)
        self._column.addSpacing(2 * UNIT)
        self._column.addWidget(self.pairs_heading)
        self._column.addWidget(self.pairs)
        self._column.addWidget(self.pairs_note)
        self._column.addSpacing(2 * UNIT)
        self._column.addWidget(_heading("Can its probabilities be trusted?"))
        self._column.addWidget(self.trust)
        self._place_of_plot = self._column.count()
        self._column.addWidget(self.trust_note)

    @Slot()
    def prepare(self) -> None:
        """Make the plot, which takes a while to load, so that it is ready when a result comes."""
        self._made_plot()

    def _made_plot(self) -> ReliabilityPlot:
        from glyphstudio.ui.plot.reliability import ReliabilityPlot

        if self.plot is None:
            self.plot = ReliabilityPlot()
            self._column.insertWidget(self._place_of_plot, self.plot)
        return self.plot

    def show_result(self, result: Evaluated) -> None:
        self.result = result
        self.said.clear()
        self.figure.setText(headline(result))
        self.settings.setText(settings(result.evaluation))
        self.adapting.setText(adapting(result))
        self.adapting.setVisible(result.gain is not None and result.steps != 0)
        self.protocol.setText(protocol(result))
        shown = result.pairs[:FIRST]
        self.pairs.show_pairs(result.pairs)
        self.pairs_note.setText(FEW_MEETINGS if shown else NOTHING_MIXED_UP)
        self.pairs_note.setVisible(not shown or met_seldom(shown))
        self.trust.setText(trust(result.reliability))
        fitted = result.evaluation.part == HELD_OUT and not result.evaluation.of_library
        self.trust_note.setText(PROBABILITY + (FITTED if fitted else ""))
        plot = self._made_plot()
        plot.show_reliability(result.reliability)
        plot.setVisible(bool(result.reliability.bins))

    def say(self, sentence: str, *, warning: bool = False) -> None:
        """Show the outcome of an export."""
        self.said.setForegroundRole(WARNING if warning else QUIET)
        self.said.setText(sentence)

    def diagram(self) -> bytes:
        """Return the reliability diagram of the result shown, as a PNG."""
        from glyphstudio.ui.plot.reliability import png

        if self.result is None:
            return b""
        return png(self.result.reliability, f"{self.result.title}: {settings(self.result.evaluation)}")


def _text(size: float = 1.0, *, quiet: bool = False, weight: QFont.Weight | None = None) -> QLabel:
    label = QLabel()
    label.setFont(scaled_font(label.font(), size, weight))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    if quiet:
        label.setForegroundRole(QUIET)
    return label


def _heading(text: str) -> QLabel:
    label = _text(weight=QFont.Weight.DemiBold)
    label.setText(text)
    return label
