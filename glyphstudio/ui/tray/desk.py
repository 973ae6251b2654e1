"""The pages in the tray, and which cell the user is at: selecting, moving, naming. It has no widget of its own."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Entry
from glyphstudio.ui.tray.sheet import Item, Sheet, State

_SIDEWAYS = 2.0  # how much worse a step aside is than one in the direction of the arrow key


class Desk(QObject):
    """Every change emits `changed`; another page emits `turned` first."""

    turned = Signal()
    changed = Signal()
    moved = Signal()  # another cell is the current one
    named = Signal()  # the named cells changed, and so may the verdicts

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheets: list[Sheet] = []
        self.page = 0
        self.current = -1
        self.chosen: set[int] = set()

    # --- reading ---

    @property
    def sheet(self) -> Sheet | None:
        return self.sheets[self.page] if self.page < len(self.sheets) else None

    @property
    def item(self) -> Item | None:
        sheet = self.sheet
        return sheet.items[self.current] if sheet is not None and 0 <= self.current < len(sheet) else None

    def count(self, state: State) -> int:
        """Return how many cells of all pages are in a state."""
        return sum(sheet.count(state) for sheet in self.sheets)

    def pictures_named(self) -> list[tuple[str, Drawing]]:
        """Return name and picture of the cells of all pages that are named but not enrolled."""
        return [(item.name, item.picture) for sheet in self.sheets for item in sheet.items if item.state is State.NAMED]

    def entries(self) -> list[Entry]:
        return [entry for sheet in self.sheets for entry in sheet.entries()]

    # --- pages ---

    def clear(self) -> None:
        self.sheets, self.page, self.current, self.chosen = [], 0, -1, set()
        self.turned.emit()
        self.changed.emit()

    def add(self, sheet: Sheet) -> None:
        """Add a page. The first one is shown."""
        self.sheets.append(sheet)
        if len(self.sheets) == 1:
            self.go_to_page(0)
        else:
            self.changed.emit()

    def turn(self, step: int) -> None:
        """Show the next page, or the one before."""
        if 0 <= self.page + step < len(self.sheets):
            self.go_to_page(self.page + step)

    def go_to_page(self, page: int) -> None:
        """Show a page, at its first cell without a name."""
        self.page = page
        sheet = self.sheets[page]
        first = sheet.next_open(-1)
        self.current = first if first is not None else 0 if len(sheet) else -1
        self.chosen = {self.current} if self.current >= 0 else set()
        self.turned.emit()
        self.moved.emit()
        self.changed.emit()

    # --- selecting ---

    def select(self, index: int, joins: bool = False) -> None:
        """Go to a cell. joins: add it to the selection, or remove it from there."""
        if joins and index in self.chosen and len(self.chosen) > 1:
            self.chosen.discard(index)
            index = self.current if self.current in self.chosen else min(self.chosen)
        elif joins:
            self.chosen.add(index)
        else:
            self.chosen = {index}
        self.current = index
        self.moved.emit()
        self.changed.emit()

    def move(self, columns: int, rows: int, grow: bool) -> None:
        """Go to the next cell in the direction of an arrow key. grow: keep the selection, and add that cell."""
        sheet = self.sheet
        if sheet is None or not len(sheet):
            return
        goal = self.current + columns if columns else self._above_or_below(sheet, rows)
        if 0 <= goal < len(sheet) and goal != self.current:
            if grow:
                self.chosen.add(goal)
                self.current = goal
                self.moved.emit()
                self.changed.emit()
            else:
                self.select(goal)

    def _above_or_below(self, sheet: Sheet, rows: int) -> int:
        x, y = sheet.items[self.current].cell.middle
        best, goal = float("inf"), self.current
        for index, item in enumerate(sheet.items):
            left, top, right, bottom = item.cell.box
            dx, dy = (left + right) / 2 - x, ((top + bottom) / 2 - y) * rows
            if dy > (bottom - top) / 2 and dy + _SIDEWAYS * abs(dx) < best:
                best, goal = dy + _SIDEWAYS * abs(dx), index
        return goal

    # --- naming ---

    def settle(self, state: State, name: str = "") -> bool:
        """Name or skip the selected cells, and go on. Return False if no cell without a name is left on any page."""
        sheet = self.sheet
        if sheet is None:
            return False
        sheet.remember()
        sheet.set((index for index in self.chosen if sheet.items[index].state is not State.ENROLLED), state, name)
        self.named.emit()
        return self.go_on()

    def go_on(self) -> bool:
        """Go to the next cell without a name, on this page or the following ones."""
        sheet = self.sheet
        goal = None if sheet is None else sheet.next_open(self.current)
        if goal is not None:
            self.select(goal)
            return True
        pages = [*range(self.page + 1, len(self.sheets)), *range(self.page)]
        page = next((page for page in pages if self.sheets[page].count(State.OPEN)), None)
        if page is not None:
            self.go_to_page(page)
            return True
        self.select(self.current)
        return False

    def set(self, indices: Iterable[int], state: State, name: str = "") -> None:
        """Change the state of cells of this page."""
        if self.sheet is not None:
            self.sheet.set(indices, state, name)
            self.changed.emit()

    def exchange(self, sheet: Sheet, old: tuple[int, ...], new: list[Item]) -> None:
        """Put new cells of a page in the place of old ones, and go to the first."""
        sheet.remember()
        place = sheet.exchange(old, new)
        if sheet is self.sheet:
            self.chosen = {place}
            self.current = place
            self.moved.emit()
        self.named.emit()
        self.changed.emit()

    def undo(self) -> bool:
        """Undo the last edit of this page. Return False if there is none."""
        sheet = self.sheet
        if sheet is None or not sheet.can_undo:
            return False
        sheet.undo()
        self.current = min(max(self.current, 0), len(sheet) - 1)
        self.chosen = {self.current} if self.current >= 0 else set()
        self.moved.emit()
        self.named.emit()
        self.changed.emit()
        return True
