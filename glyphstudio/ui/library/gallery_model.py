"""The library's glyphs as a list model: sorted, searchable, and fast with ten thousand of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from glyphstudio.library.glyph import Glyph
from glyphstudio.names import name_key, natural_key
from glyphstudio.plural import counted

GLYPH = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_Key = tuple[tuple[str | int, ...], int]


def _key(glyph: Glyph) -> _Key:
    return natural_key(glyph.name), glyph.id


class GalleryModel(QAbstractListModel):
    """Lists the glyphs whose names contain the search text. It finds all glyphs by id and by name."""

    rename_wanted = Signal(int, str)  # glyph id and the typed name: the library decides

    def __init__(self) -> None:
        super().__init__()
        self._all: dict[int, Glyph] = {}
        self._ids_by_name: dict[str, int] = {}
        self._shown: list[Glyph] = []
        self._keys: list[_Key] = []  # of the shown glyphs
        self._search = ""

    def __len__(self) -> int:
        return len(self._all)

    @property
    def shown(self) -> list[Glyph]:
        """The glyphs that match the search, in order."""
        return list(self._shown)

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        """All of the library's glyphs in the order they were added, ignoring the search."""
        return tuple(self._all[glyph_id] for glyph_id in sorted(self._all))

    def glyph(self, glyph_id: int) -> Glyph | None:
        return self._all.get(glyph_id)

    def named(self, name: str) -> Glyph | None:
        """Return the glyph that the library would find as `name`."""
        glyph_id = self._ids_by_name.get(name_key(" ".join(name.split())))
        return None if glyph_id is None else self._all[glyph_id]

    def load(self, glyphs: Iterable[Glyph]) -> None:
        """Show another library."""
        self._all = {glyph.id: glyph for glyph in glyphs}
        self._ids_by_name = {name_key(glyph.name): glyph.id for glyph in self._all.values()}
        self._refill()

    def search(self, text: str) -> None:
        """Show only glyphs whose names contain `text`, ignoring case."""
        wanted = name_key(" ".join(text.split()))
        if wanted != self._search:
            self._search = wanted
            self._refill()

    def put(self, glyph: Glyph) -> None:
        """Show a glyph as it is now: it may be new, renamed, or have other shots."""
        old = self._all.get(glyph.id)
        if old is not None and _key(old) == _key(glyph):
            self._all[glyph.id] = glyph
            row = self.row_of(glyph.id)
            if row is not None:
                self._shown[row] = glyph
                self.dataChanged.emit(self.index(row), self.index(row))
            self._ids_by_name[name_key(glyph.name)] = glyph.id
            return
        if old is not None:
            self.remove(glyph.id)
        self._all[glyph.id] = glyph
        self._ids_by_name[name_key(glyph.name)] = glyph.id
        if self._matches(glyph):
            row = bisect_left(self._keys, _key(glyph))
            self.beginInsertRows(QModelIndex(), row, row)
            self._shown.insert(row, glyph)
            self._keys.insert(row, _key(glyph))
            self.endInsertRows()

    def remove(self, glyph_id: int) -> None:
        """Remove a glyph. A missing one is no error."""
        row = self.row_of(glyph_id)
        glyph = self._all.pop(glyph_id, None)
        if glyph is not None:
            self._ids_by_name.pop(name_key(glyph.name), None)
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._shown[row], self._keys[row]
            self.endRemoveRows()

    def row_of(self, glyph_id: int) -> int | None:
        """Return the row that shows a glyph, or None."""
        glyph = self._all.get(glyph_id)
        if glyph is None:
            return None
        row = bisect_left(self._keys, _key(glyph))
        return row if row < len(self._shown) and self._shown[row].id == glyph_id else None

    def _matches(self, glyph: Glyph) -> bool:
        return self._search in name_key(glyph.name)

    def _refill(self) -> None:
        self.beginResetModel()
        self._shown = sorted((glyph for glyph in self._all.values() if self._matches(glyph)), key=_key)
        self._keys = [_key(glyph) for glyph in self._shown]
        self.endResetModel()

    # --- what Qt calls ---

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        glyph = self._shown[index.row()]
        shots = len(glyph.shots)
        if role == GLYPH:
            return glyph
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return glyph.name
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{glyph.name}, {counted(shots, 'drawing')}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        glyph = self.data(index, GLYPH)
        if not isinstance(glyph, Glyph) or not isinstance(value, str):
            return False
        if value.strip() and value != glyph.name:
            self.rename_wanted.emit(glyph.id, value)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemNeverHasChildren
