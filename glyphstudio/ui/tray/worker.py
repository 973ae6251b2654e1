"""The tray's worker: reads pages, finds their cells and cuts them out, off the window's thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from glyphstudio.glyphs.page.cell import Cell, merged
from glyphstudio.glyphs.page.page import Page, has_many
from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.parts.painting import image_of
from glyphstudio.ui.tray.sheet import Item, Sheet, State
from glyphstudio.ui.work.worker import Worker

_SCREEN = 1100  # pixels: a page more than twice as large is shown at half its size


class PagesWorker(Worker):
    read_one = Signal(int, object)  # job, Sheet
    progress = Signal(int, int, int)  # job, files done, files in total
    unreadable = Signal(int, str)  # job, sentence
    finished = Signal(int)  # job
    edited = Signal(object, object, object)  # Sheet, indices of the old items, new items; empty if nothing came out
    shown = Signal(object, object)  # Sheet, QImage

    _read_further = Signal()

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("pages", log_file, parent)
        self._job = self._cancelled = 0  # the newest job, and the newest that was cancelled
        self._reading: deque[tuple[int, Iterator[Sheet]]] = deque()  # jobs in the thread, and their pages still to come
        self._with_ink: Page | None = None  # the only page whose mask is kept
        self._read_further.connect(self._go_on)

    def read(self, paths: Sequence[Path]) -> int:
        """Read pages: `read_one` follows for each, and `finished` at the end. Return the job's number."""
        self._job += 1
        self.do(self._read, self._job, list(paths))
        return self._job

    @Slot()
    def _go_on(self) -> None:
        self.do(self._read_one)

    def cancel(self) -> None:
        """End all jobs after the page that is being read."""
        self._cancelled = self._job

    def show(self, sheet: Sheet) -> None:
        """Make the image of a page; `shown` follows."""
        self.do(self._show, sheet)

    def edit(self, sheet: Sheet, old: Sequence[int], make: Callable[[], Sequence[Cell]]) -> None:
        """Cut the cells that `make` returns, in place of the items `old`; `edited` follows."""
        self.do(self._edit, sheet, tuple(old), make)

    # --- in the worker's thread ---

    def _over(self, job: int) -> bool:
        return job <= self._cancelled or self.closing

    def _read(self, job: int, paths: list[Path]) -> None:
        self._reading.append((job, self._sheets(job, paths)))
        if len(self._reading) == 1:
            self._read_one()

    def _read_one(self) -> None:
        """Read one page. What the user asks for meanwhile, such as the image of the first page, comes before the
        next one."""
        while self._reading and self._over(self._reading[0][0]):
            self._reading.popleft()
        if not self._reading:
            return
        job, sheets = self._reading[0]
        try:
            sheet = next(sheets, None)
            if sheet is None:
                self._reading.popleft()
                self.tell(self.finished, job)
            else:
                self.tell(self.read_one, job, sheet)
        finally:
            if self._reading:
                self.tell(self._read_further)

    def _sheets(self, job: int, paths: list[Path]) -> Iterator[Sheet]:
        from glyphstudio.glyphs.importing import ImportFailure
        from glyphstudio.glyphs.page.opening import load_pages, page_files

        try:
            files = page_files(paths)
        except ImportFailure as error:
            self.tell(self.unreadable, job, str(error))
            return
        for done, file in enumerate(files):
            self.tell(self.progress, job, done, len(files))
            try:
                for page in load_pages(file.path):
                    yield self._cut_up(page, file.glyph)
            except ImportFailure as error:
                self.tell(self.unreadable, job, str(error))
            if self._over(job):
                return

    def shut(self) -> None:
        self._reading.clear()  # closes the file that is open

    def _cut_up(self, page: Page, glyph: str | None) -> Sheet:
        """Return the page's sheet. glyph: the name of the class folder that the page is in."""
        from glyphstudio.glyphs.page.segmenting import find_cells

        self._keep_ink_of(page)
        cells = find_cells(page.ink)
        if glyph and cells and not has_many(page, cells):
            whole = merged(cells)
            return Sheet(page, [Item(whole, page.cut(whole), folder=glyph)])
        return Sheet(page, [Item(cell, page.cut(cell), State.SKIPPED if cell.aside else State.OPEN) for cell in cells])

    def _edit(self, sheet: Sheet, old: tuple[int, ...], make: Callable[[], Sequence[Cell]]) -> None:
        self._keep_ink_of(sheet.page)
        items = [Item(cell, sheet.page.cut(cell)) for cell in make()]
        self.tell(self.edited, sheet, old, items)

    def _show(self, sheet: Sheet) -> None:
        self.tell(self.shown, sheet, page_image(sheet.page))

    def _keep_ink_of(self, page: Page) -> None:
        if self._with_ink is not None and self._with_ink is not page:
            self._with_ink.forget_ink()
        self._with_ink = page


def page_image(page: Page) -> QImage:
    """Return a page as an image, at half its size if it is large: a screen shows no more of a whole page."""
    grey = page.grey
    if max(grey.shape) > 2 * _SCREEN:
        grey = grey[: grey.shape[0] // 2 * 2, : grey.shape[1] // 2 * 2]
        grey = ((grey[::2, ::2].astype("u2") + grey[1::2, ::2] + grey[::2, 1::2] + grey[1::2, 1::2]) // 4).astype("u1")
    return image_of(Picture(grey.copy()))
