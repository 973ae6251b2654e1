"""What the tray knows of one page: its cells in reading order, their names, and how to undo an edit. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from glyphstudio.glyphs.page.cell import Box, Cell
from glyphstudio.glyphs.page.page import Page
from glyphstudio.glyphs.picture import Picture
from glyphstudio.library.glyph import Entry
from glyphstudio.library.origin import Origin

if TYPE_CHECKING:
    from glyphstudio.studio import Ranking

_DEEPEST = 100  # edits of a page that can be undone


class State(StrEnum):
    """A cell's state, in words for people."""

    OPEN = "not named"
    LIKE = "to be checked"  # a look-alike of another cell: it counts once it is confirmed
    NAMED = "named"
    SKIPPED = "skipped"
    ENROLLED = "enrolled"


@dataclass(frozen=True, eq=False)
class Item:
    """A cell of a page, its cut picture, and what is known of it. ranking: None until the recogniser has answered.
    folder: the name that its class folder gives it; empty if it is in none."""

    cell: Cell
    picture: Picture
    state: State = State.OPEN
    name: str = ""
    ranking: Ranking | None = None
    folder: str = ""

    @property
    def guess(self) -> str:
        """The name of the glyph that it is known as; empty if it is unknown."""
        if self.ranking is None or not self.ranking.known or not self.ranking.candidates:
            return ""
        return self.ranking.candidates[0].name

    @property
    def offered(self) -> str:
        """The name to offer to the user: its own, its folder's, or that of the glyph that it is known as; may be
        empty."""
        return self.name or self.folder or self.guess


class Sheet:
    """One page. Its items change only through its methods; an item's index is its place in reading order."""

    def __init__(self, page: Page, items: Iterable[Item]) -> None:
        self.page = page
        self.items: list[Item] = list(items)
        self._before: list[list[Item]] = []

    def __len__(self) -> int:
        return len(self.items)

    def count(self, state: State) -> int:
        return sum(item.state is state for item in self.items)

    def indices(self, state: State) -> list[int]:
        """Return the cells in a state, in reading order."""
        return [index for index, item in enumerate(self.items) if item.state is state]

    def next_open(self, after: int) -> int | None:
        """Return the next cell without a name after a cell, or from the first on; None if there is none."""
        waiting = self.indices(State.OPEN)
        return next((index for index in waiting if index > after), waiting[0] if waiting else None)

    def remember(self) -> None:
        """Keep the items as they are now, for `undo`."""
        self._before = [*self._before, list(self.items)][-_DEEPEST:]

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    def undo(self) -> None:
        """Go back to the items before the last edit. Rankings that came since stay with their cells."""
        if self._before:
            rankings = {item.cell: item.ranking for item in self.items}
            self.items = [replace(item, ranking=rankings.get(item.cell, item.ranking)) for item in self._before.pop()]

    def forget_edits(self) -> None:
        """Make the items as they are now the first that `undo` knows."""
        self._before.clear()

    def set(self, indices: Iterable[int], state: State, name: str = "") -> None:
        """Change cells' state. name: kept only by the states that have one."""
        named = state in (State.NAMED, State.LIKE, State.ENROLLED)
        for index in indices:
            self.items[index] = replace(self.items[index], state=state, name=name if named else "")

    def judged(self, index: int, ranking: Ranking) -> None:
        """Keep the recogniser's answer for a cell."""
        self.items[index] = replace(self.items[index], ranking=ranking)

    def exchange(self, old: Sequence[int], new: Sequence[Item]) -> int:
        """Put new items in the place of the old ones, or, if there are none, where they belong in reading order.
        Return the index of the first new item."""
        place = min(old) if old else self._place(new[0].cell.box)
        self.items = [item for index, item in enumerate(self.items) if index not in old]
        self.items[place:place] = new
        return place

    def _place(self, box: Box) -> int:
        """Return the index for a new cell: before the first one that is to the right in its line, or in a line
        below."""
        middle = (box[1] + box[3]) / 2
        for index, item in enumerate(self.items):
            left, top, right, bottom = item.cell.box
            if middle < top or (middle <= bottom and (box[0] + box[2]) / 2 < (left + right) / 2):
                return index
        return len(self.items)

    def covered(self, box: Box) -> list[int]:
        """Return the cells whose middle is in a box. An enrolled cell is not among them: it stays as it is."""
        inside = []
        for index, item in enumerate(self.items):
            x, y = item.cell.middle
            if box[0] <= x <= box[2] and box[1] <= y <= box[3] and item.state is not State.ENROLLED:
                inside.append(index)
        return inside

    def at(self, x: float, y: float) -> int | None:
        """Return the smallest cell whose box has a point of the page, or None."""
        hit = []
        for index, item in enumerate(self.items):
            left, top, right, bottom = item.cell.box
            if left <= x <= right and top <= y <= bottom:
                hit.append(((right - left) * (bottom - top), index))
        return min(hit)[1] if hit else None

    def entries(self) -> list[Entry]:
        """Return what to enrol: the named cells, with their place on the page."""
        page = self.page
        return [
            Entry(item.name, item.picture, Origin(page.source, page.number, page.in_file(item.cell.box)))
            for item in self.items
            if item.state is State.NAMED
        ]
