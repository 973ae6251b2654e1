"""Changes where the cells of a page are: merges, splits and redraws them. The worker cuts the new pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.glyphs.page.cell import Box, Cell, cell_in, merged
from glyphstudio.glyphs.page.page import Page
from glyphstudio.glyphs.page.splitting import split
from glyphstudio.ui.parts import wording
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.look_alikes import LookAlikes
from glyphstudio.ui.tray.sheet import Item, Sheet, State
from glyphstudio.ui.tray.worker import PagesWorker

_STEP = 0.006  # of the page's longer side: how far a key moves an edge of a box


class Editing(QObject):
    """One edit at a time; until it is done, no cell can be selected or named."""

    done = Signal()
    said = Signal(str)  # why an edit changed nothing

    def __init__(self, desk: Desk, pages: PagesWorker, alike: LookAlikes, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._pages, self._alike = desk, pages, alike
        self.busy = False
        pages.edited.connect(self._edited)

    @property
    def blocked(self) -> bool:
        """Whether cells are being changed or look-alikes checked, so that nothing else may happen to them."""
        return self.busy or self._alike.busy

    @property
    def can_merge(self) -> bool:
        sheet = self._desk.sheet
        chosen = [] if sheet is None else [sheet.items[index] for index in self._desk.chosen]
        return len(chosen) > 1 and all(item.state is not State.ENROLLED for item in chosen)

    @Slot()
    def merge(self) -> None:
        """Make one cell of the selected ones."""
        sheet = self._desk.sheet
        if sheet is None or not self.can_merge:
            self.said.emit(wording.SELECT_TO_MERGE)
            return
        old = sorted(self._desk.chosen)
        self._edit(sheet, old, partial(_merged, [sheet.items[index].cell for index in old]))

    @Slot()
    def split(self) -> None:
        """Make two cells of the current one."""
        sheet, item = self._desk.sheet, self._desk.item
        if sheet is not None and item is not None and item.state is not State.ENROLLED:
            self._edit(sheet, [self._desk.current], partial(_split, item.cell))

    @Slot(object)
    def redraw(self, box: Box) -> None:
        """Make a cell of the ink in a box, in place of the cells that are in it."""
        sheet = self._desk.sheet
        if sheet is not None:
            self._edit(sheet, sheet.covered(box), partial(_boxed, sheet.page, box))

    @Slot(int, int, bool)
    def nudge(self, columns: int, rows: int, smaller: bool) -> None:
        """Move the edge of the current cell's box that an arrow key points to outwards, or inwards if `smaller`."""
        sheet, item = self._desk.sheet, self._desk.item
        if sheet is None or item is None or item.state is State.ENROLLED:
            return
        step = max(round(_STEP * max(sheet.page.grey.shape)), 1) * (-1 if smaller else 1)
        left, top, right, bottom = item.cell.box
        box = (
            left - step * (columns < 0),
            top - step * (rows < 0),
            right + step * (columns > 0),
            bottom + step * (rows > 0),
        )
        if box[0] < box[2] and box[1] < box[3]:
            self._edit(sheet, [self._desk.current], partial(_exactly, sheet.page, box))

    def _edit(self, sheet: Sheet, old: Sequence[int], make: Callable[[], Sequence[Cell]]) -> None:
        if not self.blocked:
            self.busy = True
            self._pages.edit(sheet, old, make)

    @Slot(object, object, object)
    def _edited(self, sheet: Sheet, old: tuple[int, ...], new: list[Item]) -> None:
        self.busy = False
        if sheet not in self._desk.sheets:
            return
        if new:
            self._desk.exchange(sheet, old, new)
            self.done.emit()
        else:
            self.said.emit(wording.CANNOT_SPLIT if old else wording.NOTHING_IN_BOX)


def _merged(cells: list[Cell]) -> list[Cell]:
    return [merged(cells)]


def _split(cell: Cell) -> list[Cell]:
    return list(split(cell) or ())


def _boxed(page: Page, box: Box) -> list[Cell]:
    cell = cell_in(page.ink, box)
    return [] if cell is None else [cell]


def _exactly(page: Page, box: Box) -> list[Cell]:
    """Return a cell with this very box, so that the next key press can move the edge on over empty paper."""
    height, width = page.grey.shape
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    ink = page.ink[top:bottom, left:right]
    return [Cell((left, top, right, bottom), ink.copy())] if ink.any() else []
