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
from glyphstudio.names import shown
from glyphstudio.ui.draw.draft import load_draft, save_draft
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import png_of
from glyphstudio.ui.scan.source import Source
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
    loaded = Signal(object, object)  # Drawing, or None if none was found; its Source, or None for ink
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
        from glyphstudio.glyphs.importing import ImportFailure

        if isinstance(source, QImage):
            self._tell_loaded(*_read(png_of(source), "The pasted picture"))
            return
        if source.is_dir():
            self.tell(self.page_found, source)
            return
        loaded, failure = None, None
        try:
            loaded = _read_file(source)
        except ImportFailure as error:  # it may have several pages
            failure = error
        if (loaded is None or not isinstance(loaded[0], Ink)) and _has_many_glyphs(source):
            self.tell(self.page_found, source)
        elif failure is not None:
            raise failure
        elif loaded is not None:
            self._tell_loaded(*loaded)

    def _load_whole(self, path: Path) -> None:
        self._tell_loaded(*_read_file(path))

    def _tell_loaded(self, drawing: Drawing | None, source: Source | None) -> None:
        self.tell(self.loaded, drawing, source)

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


def _read_file(path: Path) -> tuple[Drawing | None, Source | None]:
    from glyphstudio.glyphs.importing import MAX_SHOWN, file_bytes

    name = shown(path.name or str(path), MAX_SHOWN)
    return _read(file_bytes(path, name), name)


def _read(data: bytes, name: str) -> tuple[Drawing | None, Source | None]:
    """Return the drawing in the bytes of a file, and what it was cut out of if it is a picture. There is no drawing if
    the user has to say first what the ink of a picture is. Raises ImportFailure."""
    from glyphstudio.glyphs.importing import NoInk, drawing_from_bytes

    notes: list[str] = []
    try:
        drawing = drawing_from_bytes(data, name, on_note=notes.append)
    except NoInk as error:
        if error.flat:
            raise
        return None, Source(name, data, (str(error),))
    return drawing, None if isinstance(drawing, Ink) else Source(name, data, tuple(notes))


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
