"""All Like This One: finds the cells that look like the current one. They get its name once the user has checked
them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.judging import Judging
from glyphstudio.ui.tray.sheet import Sheet, State


class LookAlikes(QObject):
    """One search at a time: `start`, then `found`, then `agree` or `decline`."""

    found = Signal(int, str)  # how many are to be checked, and their name
    ended = Signal(bool)  # whether a cell without a name is left

    def __init__(self, desk: Desk, judging: Judging, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._judging = desk, judging
        self._sheet: Sheet | None = None
        self._name = ""
        self.checking = False  # they are shown, and wait for an answer
        judging.alike.connect(self._found)

    @property
    def busy(self) -> bool:
        """Whether look-alikes are searched for or checked."""
        return self._sheet is not None

    def start(self, name: str) -> None:
        """Look for the cells of this page that look like the current one, which gets `name`."""
        sheet, item = self._desk.sheet, self._desk.item
        if sheet is None or item is None or self.busy:
            return
        self._sheet, self._name = sheet, name
        sheet.remember()
        self._desk.set([self._desk.current], State.LIKE, name)
        self._judging.find_alike(sheet, name, [*self._desk.pictures_named(), (name, item.picture)])

    @Slot(object, object)
    def _found(self, sheet: Sheet, indices: list[int]) -> None:
        if sheet is self._sheet:
            self._desk.set(indices, State.LIKE, self._name)
            self.checking = True
            self.found.emit(sheet.count(State.LIKE), self._name)

    def toggle(self, index: int) -> None:
        """Add a cell to the look-alikes, or take it away."""
        if self._sheet is None or not self.checking:
            return
        state = self._sheet.items[index].state
        if state in (State.LIKE, State.OPEN):
            self._desk.set([index], State.OPEN if state is State.LIKE else State.LIKE, self._name)
            count = self._sheet.count(State.LIKE)
            if count:
                self.found.emit(count, self._name)
            else:
                self.decline()

    @Slot()
    def agree(self) -> None:
        """Name those that are still marked."""
        sheet, name = self._sheet, self._name
        if sheet is not None and self.checking:
            self._forget()
            sheet.set(sheet.indices(State.LIKE), State.NAMED, name)
            self.ended.emit(self._desk.go_on())

    @Slot()
    def decline(self) -> None:
        """Leave all of them without a name, as before."""
        sheet = self._sheet
        if sheet is not None:
            self._forget()
            if not self._desk.undo():  # others of the page were enrolled meanwhile, which ends what can be undone
                self._desk.set(sheet.indices(State.LIKE), State.OPEN)
            self.ended.emit(True)

    def _forget(self) -> None:
        self._sheet, self.checking = None, False
