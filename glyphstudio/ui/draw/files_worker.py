"""The files' worker: reads pictures and ink, and writes exports and drafts, off the window's thread."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from glyphstudio.files import write_beside
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.draw.draft import load_draft, save_draft
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import picture_of
from glyphstudio.ui.work.worker import Worker

log = logging.getLogger(__name__)


class _Drafts:
    """The drafts still to be written, by path. The newest drawing for a path wins."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[Path, Drawing | None] = {}

    def put(self, path: Path, drawing: Drawing | None) -> None:
        with self._lock:
            self._waiting[path] = drawing

    def take(self) -> dict[Path, Drawing | None]:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        return waiting


class FilesWorker(Worker):
    loaded = Signal(object)  # Drawing
    page_found = Signal(object)  # Path: the file is no single drawing but a page of glyphs, or a folder of pages
    exported = Signal(object)  # Path
    draft_found = Signal(object)  # Drawing

    priority = QThread.Priority.InheritPriority

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("files", log_file, parent)
        self._drafts = _Drafts()

    def load(self, source: Path | QImage) -> None:
        """Read a picture or ink; `loaded`, `page_found` or `refused` follows."""
        self.do(self._load, source)

    def load_whole(self, path: Path) -> None:
        """Read a picture as one drawing, even if it has several glyphs; `loaded` or `refused` follows."""
        self.do(self._load_whole, path)

    def export(self, path: Path, drawing: Drawing) -> None:
        """Write a drawing in the format of the path's suffix; `exported` or `refused` follows."""
        self.do(self._export, path, drawing)

    def keep_draft(self, path: Path, drawing: Drawing | None) -> None:
        """Write the unsaved drawing as a draft, or delete the draft for None. The newest wins."""
        self._drafts.put(path, drawing)
        self.do(self._keep_drafts)

    def find_draft(self, path: Path) -> None:
        """Look for a draft; `draft_found` follows if there is one."""
        self.do(self._find_draft, path)

    # --- in the worker's thread ---

    def _load(self, source: Path | QImage) -> None:
        from glyphstudio.glyphs.importing import ImportFailure, load_drawing

        if isinstance(source, QImage):
            self.tell(self.loaded, picture_of(source))
            return
        if source.is_dir():
            self.tell(self.page_found, source)
            return
        drawing, failure = None, None
        try:
            drawing = load_drawing(source)
        except ImportFailure as error:  # it may have several pages
            failure = error
        if not isinstance(drawing, Ink) and _has_many_glyphs(source):
            self.tell(self.page_found, source)
        elif failure is not None:
            raise failure
        else:
            self.tell(self.loaded, drawing)

    def _load_whole(self, path: Path) -> None:
        from glyphstudio.glyphs.importing import load_drawing

        self.tell(self.loaded, load_drawing(path))

    def _export(self, path: Path, drawing: Drawing) -> None:
        from glyphstudio.glyphs import export

        try:
            match path.suffix.lower():
                case ".png":
                    data = export.to_png(drawing)
                case ".svg":
                    data = export.to_svg(drawing)
                case ".inkml" if isinstance(drawing, Ink):
                    data = export.to_inkml(drawing)
                case ".inkml":
                    self.tell(self.refused, wording.PICTURE_AS_INKML)
                    return
                case _:
                    self.tell(self.refused, wording.unknown_format(path))
                    return
            write_beside(path, data)
        except OSError as error:
            self.tell(self.refused, wording.not_exported(path, error.strerror or str(error)))
        else:
            self.tell(self.exported, path)

    def _keep_drafts(self) -> None:
        for path, drawing in self._drafts.take().items():
            try:
                save_draft(path, drawing)
            except OSError:
                log.exception("The draft could not be kept")  # the drawing itself is still on the canvas

    def _find_draft(self, path: Path) -> None:
        drawing = load_draft(path)
        if drawing is not None:
            self.tell(self.draft_found, drawing)


def _has_many_glyphs(path: Path) -> bool:
    """Return whether a file has several glyphs or pages. A file that is no picture has not."""
    from glyphstudio.glyphs.importing import ImportFailure
    from glyphstudio.glyphs.page.opening import load_pages
    from glyphstudio.glyphs.page.page import has_many
    from glyphstudio.glyphs.page.segmenting import find_cells

    pages = load_pages(path)
    try:
        first = next(pages, None)
        if first is None:
            return False
        return has_many(first, find_cells(first.ink)) or next(pages, None) is not None
    except ImportFailure:  # ink, or a file that cannot be read
        return False
