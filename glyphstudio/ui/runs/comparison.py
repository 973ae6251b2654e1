"""Compares runs: a table of their figures and settings, which marks differences, above their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QFont, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.log import Curves
from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import HOVER, QUIET, UNIT, scaled_font
from glyphstudio.ui.runs.words import (
    Listed,
    duration_of,
    figure_of,
    rows_of,
    settings_of,
    source_of,
    state_of,
    tip,
)

if TYPE_CHECKING:
    from glyphstudio.ui.plot.curves import CurvesView

MOST = 5  # runs; the curves of more cannot be told apart
_ROW = 3 * UNIT
_NOTHING = "–"  # a run has no such figure or setting
DIFFERS = Qt.ItemDataRole.UserRole


class Comparison(QWidget):
    """The comparison of two to MOST runs."""

    left = Signal()  # back to the list

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: CurvesView | None = None  # made when it is first needed
        self._runs: list[Listed] = []
        self.back = QPushButton("‹ All runs")
        self.back.setProperty("link", True)
        self.back.setAccessibleName("Back to all runs")
        self.back.setCursor(Qt.CursorShape.PointingHandCursor)
        self.back.clicked.connect(self.left)
        self.title = QLabel()
        self.only = QCheckBox("Only differences")
        self.only.setChecked(True)
        self.only.toggled.connect(self._filter)
        self.model = QStandardItemModel(self)
        self.table = _Table()
        self.table.setModel(self.model)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(UNIT)
        head.addWidget(self.back)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.only)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self._below = QScrollArea()
        self._below.setWidgetResizable(True)
        self._below.setFrameShape(QFrame.Shape.NoFrame)
        self._below.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._reading = QLabel("Reading the logs…")
        self._reading.setForegroundRole(QUIET)
        self._reading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.split.addWidget(self._reading)
        self.split.addWidget(self._below)
        self.split.setStretchFactor(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        layout.addLayout(head)
        layout.addWidget(self.split, 1)

    def show_runs(self, chosen: Sequence[Listed]) -> None:
        """Show the table of these runs. Their curves follow by `show_curves`."""
        self.forget()
        self._runs = list(chosen)
        self.title.setText(f"{len(chosen)} runs")
        self._fill()
        if self.curves is None:
            from glyphstudio.ui.plot.curves import CurvesView

            self.curves = CurvesView()
            self.curves.setMinimumHeight(52 * UNIT)
            self._below.setWidget(self.curves)
            self.curves.hide()
        # The table gets the height that it needs, but at most half of the room, because the curves need the rest.
        rows = sum(not self.table.isRowHidden(row) for row in range(self.model.rowCount()))
        needed, room = (rows + 2) * _ROW, self.height() - 6 * UNIT
        height = min(needed, room // 2)
        self.split.setSizes([height, 3 * UNIT, room - height])

    def show_curves(self, key: str, curves: Curves) -> None:
        """Show the curves of one of the runs shown; other runs are ignored."""
        listed = next((one for one in self._runs if one.key == key), None)
        if listed is not None and self.curves is not None:
            run = listed.run
            about = f"{run.learner}, {source_of(run)}, {settings_of(run)}"
            self.curves.show_run(key, run.name, about, curves)
            self.curves.show()
            self._reading.hide()

    def forget(self) -> None:
        """Drop the runs and their curves, because the comparison is no longer visible."""
        if self.curves is not None:
            self.curves.clear()
            self.curves.hide()
        self._reading.show()
        self._runs = []

    def _fill(self) -> None:
        tables = [_facts(listed) for listed in self._runs]
        titles = list(dict.fromkeys(title for table in tables for title in table))
        settings = [rows_of(listed.run) for listed in self._runs]
        titles += dict.fromkeys(title for table in settings for title in table)
        self.model.clear()
        for column, listed in enumerate(self._runs):
            header = QStandardItem(listed.run.name)
            header.setToolTip(tip(listed.run.name))
            self.model.setHorizontalHeaderItem(column, header)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        marked = 0
        for row, title in enumerate(titles):
            values = [table.get(title, own.get(title, _NOTHING)) for table, own in zip(tables, settings, strict=True)]
            measured = any(title in table for table in tables)
            differs = not measured and len(set(values)) > 1
            marked += differs
            for column, value in enumerate(values):
                item = QStandardItem(value)
                item.setEditable(False)
                item.setToolTip(tip(value))
                item.setData(differs, DIFFERS)
                if differs:
                    item.setFont(bold)
                    item.setBackground(QBrush(self.palette().color(HOVER)))
                self.model.setItem(row, column, item)
            header = QStandardItem(f"≠ {title}" if differs else title)
            header.setToolTip(tip(title))
            self.model.setVerticalHeaderItem(row, header)
        self.only.setText(f"Only differences ({marked})")
        self._filter()

    @Slot()
    def _filter(self) -> None:
        """Hide the settings that are the same, if the user wants that. Figures stay visible."""
        measured = {title for listed in self._runs for title in _facts(listed)}
        for row in range(self.model.rowCount()):
            header = self.model.verticalHeaderItem(row)
            same = header.text() not in measured and not self.model.item(row, 0).data(DIFFERS)
            self.table.setRowHidden(row, self.only.isChecked() and same)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._runs:
            self._fill()

    def event(self, event: QEvent) -> bool:
        return claim(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _Table(QTableView):
    """The table, with one column per run. The columns share its width."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Figures and settings of the runs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        columns, rows = self.horizontalHeader(), self.verticalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        columns.setMinimumSectionSize(14 * UNIT)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        for head in (columns, rows):
            head.setTextElideMode(Qt.TextElideMode.ElideRight)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW)
        rows.setMaximumWidth(22 * UNIT)
        rows.setFont(scaled_font(self.font(), 0.88))
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def _facts(listed: Listed) -> Mapping[str, str]:
    """Return the run's results under the names shown to people."""
    run = listed.run
    facts = {name: text for name, figure in run.figures.items() if (text := figure_of(figure))}
    facts["State"] = state_of(listed)
    if run.seconds:
        facts["Trained for"] = duration_of(run.seconds)
    return facts
