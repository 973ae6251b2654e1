"""The table of runs: it sorts by any column, searches, and lets names and notes be edited in place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from glyphstudio.names import name_key, natural_key
from glyphstudio.ui.runs.words import (
    MAIN_FIGURE,
    Listed,
    accuracy_of,
    date_of,
    figure_of,
    main_figure,
    settings_of,
    source_of,
    state_of,
    tip,
)

LISTED = Qt.ItemDataRole.UserRole
SORTED_BY = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    NAME = 0
    ACCURACY = 1
    STATE = 2
    LEARNER = 3
    SOURCE = 4
    SETTINGS = 5
    DATE = 6
    NOTE = 7


TITLES = ("Name", f"Right, {MAIN_FIGURE}", "State", "Learner", "Source", "Settings", "Date", "Note")


class RunsModel(QAbstractTableModel):
    """The runs, identified by their folders, so that a selection stays when others come and go."""

    rename_wanted = Signal(object, str)  # Run, and the typed name; the table shows it only once it is saved
    note_wanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Listed] = []

    def load(self, found: Sequence[Listed]) -> None:
        """Show these runs with as few changes to the table as possible."""
        new = {listed.key: listed for listed in found}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].key not in new:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, old in enumerate(self._rows):
            listed = new.pop(old.key)
            if listed != old:
                self._rows[row] = listed
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(TITLES) - 1))
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows += new.values()
            self.endInsertRows()

    # Answers to Qt

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.ACCURACY:
            return "On held-out glyphs, 5-way 1-shot unless it says otherwise, with its 95 % interval"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        listed = self._rows[index.row()]
        if role == LISTED:
            return listed
        if role == SORTED_BY:
            return _sorted_by(listed, index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return " ".join(_text(listed, index.column()).split())
            case Qt.ItemDataRole.EditRole:
                return _text(listed, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return tip(_tip(listed, index.column()))
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        listed = self.data(index, LISTED)
        if not isinstance(listed, Listed) or not isinstance(value, str):
            return False
        if value != _text(listed, index.column()):
            wanted = self.rename_wanted if index.column() == Column.NAME else self.note_wanted
            wanted.emit(listed.run, value)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.isValid() and index.column() in (Column.NAME, Column.NOTE):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags


class RunsTable(QSortFilterProxyModel):
    """The runs that match the search, in the chosen order; equal ones newest first."""

    def __init__(self, model: RunsModel) -> None:
        super().__init__()
        self._search = ""
        self.setSourceModel(model)
        self.sort(Column.DATE, Qt.SortOrder.DescendingOrder)

    def search(self, text: str) -> None:
        """Show only runs whose name, note, learner, source, state and settings contain every word of `text`."""
        self.beginFilterChange()
        self._search = name_key(" ".join(text.split()))
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        listed = self.sourceModel().index(row, 0).data(LISTED)
        if not isinstance(listed, Listed):
            return False
        run = listed.run
        said = (run.name, run.note, run.learner, source_of(run), state_of(listed), settings_of(run))
        text = name_key(" ".join(said))
        return all(word in text for word in self._search.split())

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(SORTED_BY), right.data(SORTED_BY)
        if one == other:
            age, other_age = left.data(LISTED).run.created, right.data(LISTED).run.created
            return bool(age > other_age if self.sortOrder() is Qt.SortOrder.AscendingOrder else age < other_age)
        return bool(one < other)


def _text(listed: Listed, column: int) -> str:
    run = listed.run
    match column:
        case Column.NAME:
            return run.name
        case Column.STATE:
            return state_of(listed)
        case Column.ACCURACY:
            return accuracy_of(run)
        case Column.LEARNER:
            return run.learner
        case Column.SOURCE:
            return source_of(run)
        case Column.SETTINGS:
            return settings_of(run)
        case Column.DATE:
            return date_of(run)
        case Column.NOTE:
            return run.note
    return ""


def _tip(listed: Listed, column: int) -> str:
    """Return the cell's tooltip: what does not fit into the cell."""
    run = listed.run
    match column:
        case Column.STATE:
            return run.problem or state_of(listed)
        case Column.ACCURACY:
            return "\n".join(f"{name}: {figure_of(figure)}" for name, figure in run.figures.items())
        case Column.SOURCE:
            return run.described or source_of(run)
        case Column.NOTE:
            return run.note or "Press F2 or double-click to write a note"
    return _text(listed, column)


def _sorted_by(listed: Listed, column: int) -> object:
    if column == Column.ACCURACY:
        accuracy = main_figure(listed.run)[1].get("accuracy", math.nan)
        return accuracy if math.isfinite(accuracy) else -1.0
    if column == Column.DATE:
        return listed.run.created
    return natural_key(_text(listed, column)[:500])
