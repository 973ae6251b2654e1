"""Asks the recogniser about the cells of one page: again after each name, because the named cells count already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.names import name_key
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.tray.sheet import Item, Sheet, State

if TYPE_CHECKING:
    from glyphstudio.studio import Ranking


class Judging(QObject):
    """Only the newest question counts. An answer belongs to the items that were asked, wherever they are by then."""

    changed = Signal(object)  # Sheet with new rankings
    alike = Signal(object, object)  # Sheet, indices of the cells that look like the one asked about
    failed = Signal(str)

    def __init__(self, studio: StudioWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._job = -1
        self._sheet: Sheet | None = None
        self._asked: list[Item] = []
        self._wanted = ""  # the name of which look-alikes are looked for
        self._found: list[Item] = []
        self._answered = 0
        studio.judged.connect(self._judged)
        studio.not_judged.connect(self._not_judged)

    def ask(self, sheet: Sheet, named: Sequence[tuple[str, Drawing]]) -> None:
        """Ask about all cells of a page that have no name. named: the pictures named so far, on all pages."""
        self._begin(sheet, [item for item in sheet.items if item.state is State.OPEN], named, "")

    def find_alike(self, sheet: Sheet, name: str, named: Sequence[tuple[str, Drawing]]) -> None:
        """Find the cells without a name that would be known as `name`; `alike` follows. `named` includes the one that
        they should look like."""
        self._begin(sheet, [item for item in sheet.items if item.state is State.OPEN], named, name)

    def stop(self) -> None:
        """Drop the question and any late answer."""
        self._studio.stop_judging()
        self._job, self._sheet = -1, None

    def _begin(self, sheet: Sheet, asked: list[Item], named: Sequence[tuple[str, Drawing]], wanted: str) -> None:
        self._sheet, self._asked, self._wanted = sheet, asked, wanted
        self._found, self._answered = [], 0
        self._job = self._studio.judge([item.picture for item in asked], list(named))
        if not asked and wanted:
            self.alike.emit(sheet, [])

    @Slot(int, int, object)
    def _judged(self, job: int, start: int, rankings: list[Ranking]) -> None:
        sheet = self._sheet
        if job != self._job or sheet is None:
            return
        places = {id(item.picture): index for index, item in enumerate(sheet.items)}
        for item, ranking in zip(self._asked[start : start + len(rankings)], rankings, strict=True):
            index = places.get(id(item.picture))
            if index is None or sheet.items[index].state is not State.OPEN:
                continue
            if not self._wanted:
                sheet.judged(index, ranking)
            elif (
                ranking.known and ranking.candidates and name_key(ranking.candidates[0].name) == name_key(self._wanted)
            ):
                self._found.append(item)
        self._answered += len(rankings)
        if not self._wanted:
            self.changed.emit(sheet)
        elif self._answered == len(self._asked):
            self._job = -1
            self.alike.emit(
                sheet, sorted(places[id(item.picture)] for item in self._found if id(item.picture) in places)
            )

    @Slot(int, str)
    def _not_judged(self, job: int, sentence: str) -> None:
        if job == self._job:
            self._job = -1
            self.failed.emit(sentence)
