"""The files' thread: reads dropped pictures and ink, writes exports and the draft, so that the window never waits."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from glyphstudio.files import write_beside
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.draw.draft import load_draft, save_draft
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import picture_of

log = logging.getLogger(__name__)


class _Drafts:
    """What is to be kept under which path; the newest drawing for a path wins."""

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


class _Worker(QObject):
    loaded = Signal(object)  # Drawing
    refused = Signal(str)  # a sentence
    exported = Signal(object)  # Path
    draft_found = Signal(object)  # Drawing

    def __init__(self, drafts: _Drafts) -> None:
        super().__init__()
        self._drafts = drafts

    @Slot(object)
    def load(self, source: object) -> None:
        try:
            if isinstance(source, QImage):
                drawing: Drawing = picture_of(source)
            elif isinstance(source, Path):
                from glyphstudio.glyphs.importing import load_drawing

                drawing = load_drawing(source)
            else:
                return
        except ValueError as error:  # ImportFailure, PictureError, InkError: each with its sentence
            self.refused.emit(str(error))
        except Exception:
            log.exception("Could not load %s", source)
            self.refused.emit(wording.unexpected(None))
        else:
            self.loaded.emit(drawing)

    @Slot(object, object)
    def export(self, path: Path, drawing: Drawing) -> None:
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
                    self.refused.emit(wording.PICTURE_AS_INKML)
                    return
                case _:
                    self.refused.emit(wording.unknown_format(path))
                    return
            write_beside(path, data)
        except OSError as error:
            self.refused.emit(wording.not_exported(path, error.strerror or str(error)))
        except Exception:
            log.exception("Could not export to %s", path)
            self.refused.emit(wording.unexpected(None))
        else:
            self.exported.emit(path)

    @Slot()
    def keep_draft(self) -> None:
        for path, drawing in self._drafts.take().items():
            try:
                save_draft(path, drawing)
            except OSError:
                log.exception("The draft could not be kept")  # the drawing itself is still on the canvas

    @Slot(object)
    def find_draft(self, path: Path) -> None:
        drawing = load_draft(path)
        if drawing is not None:
            self.draft_found.emit(drawing)

    @Slot()
    def shut(self) -> None:
        self.thread().quit()


class Files(QObject):
    """The window's side of the files' thread."""

    loaded = Signal(object)
    refused = Signal(str)
    exported = Signal(object)
    draft_found = Signal(object)

    _load = Signal(object)
    _export = Signal(object, object)
    _keep = Signal()
    _find = Signal(object)
    _shut = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drafts = _Drafts()
        self._closing = False
        self._worker = _Worker(self._drafts)
        self._thread = QThread(self)
        self._thread.setObjectName("files")
        self._worker.moveToThread(self._thread)
        for name in ("loaded", "refused", "exported", "draft_found"):
            getattr(self._worker, name).connect(getattr(self, name))
        self._load.connect(self._worker.load)
        self._export.connect(self._worker.export)
        self._keep.connect(self._worker.keep_draft)
        self._find.connect(self._worker.find_draft)
        self._shut.connect(self._worker.shut)
        self._thread.start()

    def load(self, source: Path | QImage) -> None:
        """Read a picture or ink; `loaded` or `refused` follows."""
        if not self._closing:
            self._load.emit(source)

    def export(self, path: Path, drawing: Drawing) -> None:
        """Write a drawing as its suffix says; `exported` or `refused` follows."""
        if not self._closing:
            self._export.emit(path, drawing)

    def keep_draft(self, path: Path, drawing: Drawing | None) -> None:
        """Remember the unsaved drawing (None: there is none); the newest wins."""
        if not self._closing:
            self._drafts.put(path, drawing)
            self._keep.emit()

    def find_draft(self, path: Path) -> None:
        """`draft_found` follows where there is one."""
        if not self._closing:
            self._find.emit(path)

    def close(self) -> None:
        """Finish what was asked, then end the thread."""
        if not self._closing:
            self._closing = True
            self._shut.emit()
        self._thread.wait()
