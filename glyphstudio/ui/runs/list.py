"""The list of runs: a table that a click sorts, with names and notes that are edited in place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.theme import QUIET, UNIT
from glyphstudio.ui.runs.model import LISTED, Column, RunsTable
from glyphstudio.ui.runs.words import Listed

Index = QModelIndex | QPersistentModelIndex
_WIDTHS = {  # in units
    Column.NAME: 26,
    Column.ACCURACY: 18,
    Column.STATE: 26,
    Column.LEARNER: 12,
    Column.SOURCE: 20,
    Column.SETTINGS: 34,
    Column.DATE: 18,
}
_LONGEST = {Column.NAME: 200, Column.NOTE: 4000}


class _Editing(QStyledItemDelegate):
    """An editor as high as its row, which accepts no more characters than a run keeps."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = QLineEdit(parent)
        column = Column(index.column())
        field.setMaxLength(_LONGEST.get(column, 200))
        field.setAccessibleName("Name of the run" if column is Column.NAME else "Note of the run")
        field.setAutoFillBackground(True)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)


class RunsList(QTableView):
    """The view of a RunsTable."""

    delete_wanted = Signal()
    open_wanted = Signal()  # Return, or a double click on a cell that cannot be edited

    def __init__(self, table: RunsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty_text = ""
        self.setModel(table)
        self.setItemDelegate(_Editing(self))
        self.setAccessibleName("Runs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leaves the table, as it does everywhere else
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(4 * UNIT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setMinimumSectionSize(8 * UNIT)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width * UNIT)
        head.setSortIndicator(Column.DATE, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.activated.connect(self._activated)

    @property
    def chosen(self) -> list[Listed]:
        """The selected runs, in the order of the list."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [listed for row in rows if isinstance(listed := row.data(LISTED), Listed)]

    @property
    def is_editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def edit_column(self, column: Column) -> None:
        """Open the name or the note of the selected run for editing."""
        rows = self.selectionModel().selectedRows()
        if len(rows) == 1 and not self.is_editing:
            index = rows[0].siblingAtColumn(column)
            self.setFocus()
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)
            self.edit(index)

    def _activated(self, index: QModelIndex) -> None:
        if index.column() not in (Column.NAME, Column.NOTE):
            self.open_wanted.emit()

    def event(self, event: QEvent) -> bool:
        keys = (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return claim(event, *keys, typing=True) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_F2:
                current = self.currentIndex().column()
                self.edit_column(Column.NOTE if current == Column.NOTE else Column.NAME)
            case Qt.Key.Key_Delete:
                self.delete_wanted.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not self.is_editing:
                self.open_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty_text and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QUIET))
            room = self.viewport().rect().adjusted(2 * UNIT, 2 * UNIT, -2 * UNIT, 0)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(flags), self.empty_text)
            painter.end()
