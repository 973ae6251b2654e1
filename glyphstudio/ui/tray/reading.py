"""Reads pages into the tray, one after the other, with progress and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.glyphs.page.page import PAGE_SIDE
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.rows import Header
from glyphstudio.ui.tray.sheet import Sheet
from glyphstudio.ui.tray.worker import PagesWorker

MOST_ROOM = 50 * PAGE_SIDE**2  # pixels of all pages in the tray: 50 large ones
_LEAST_ROOM = MOST_ROOM // 500  # pixels that a small page counts for: 500 pictures of class folders


class Reading(QObject):
    """Pages appear as they are read, so that the first can be named while the others are still coming."""

    has_first = Signal()  # the first page is there, and has cells
    finished = Signal()

    def __init__(self, desk: Desk, pages: PagesWorker, header: Header, notice: Notice, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._pages, self._header, self._notice = desk, pages, header, notice
        self._jobs: set[int] = set()
        pages.read_one.connect(self._read_one)
        pages.progress.connect(self._progress)
        pages.unreadable.connect(self._unreadable)
        pages.finished.connect(self._finished)

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def start(self, paths: Sequence[Path]) -> None:
        """Read these files and folders, after any that are still being read."""
        self._jobs.add(self._pages.read(paths))
        self._header.show_progress(0)

    @Slot()
    def cancel(self) -> None:
        """Stop. The pages read so far stay."""
        self._pages.cancel()
        self._jobs.clear()
        self._header.show_progress(None)

    @Slot(int, object)
    def _read_one(self, job: int, sheet: Sheet) -> None:
        if job not in self._jobs:
            return
        if sum(map(_room_of, (*self._desk.sheets, sheet))) > MOST_ROOM:
            self.cancel()
            self._notice.warn(wording.TOO_MANY_PAGES, sticky=True)
            self.finished.emit()
            return
        self._desk.add(sheet)
        if not len(sheet):
            self._notice.say(wording.page_empty(Header.name_of(sheet)))
        elif len(self._desk.sheets) == 1:
            self.has_first.emit()

    @Slot(int, int, int)
    def _progress(self, job: int, done: int, total: int) -> None:
        if job in self._jobs:
            self._header.show_progress(done, total)

    @Slot(int, str)
    def _unreadable(self, job: int, sentence: str) -> None:
        if job in self._jobs:
            self._notice.warn(sentence, sticky=True)

    @Slot(int)
    def _finished(self, job: int) -> None:
        self._jobs.discard(job)
        if not self._jobs:
            self._header.show_progress(None)
            self.finished.emit()


def _room_of(sheet: Sheet) -> int:
    """Return the room that a page takes in the tray, in pixels."""
    return max(sheet.page.grey.size, _LEAST_ROOM)
