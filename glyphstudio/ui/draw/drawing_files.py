"""Moves drawings in and out of the canvas: opens, drops, pastes, copies, exports, and keeps drafts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from glyphstudio.glyphs.formats import suffixes
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import pack
from glyphstudio.ui.draw.adjusting import Adjusting
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.draw.draft import draft_path
from glyphstudio.ui.draw.files_worker import FilesWorker
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import drawing_image
from glyphstudio.ui.scan.source import Source

DRAWING_FILES = f"Pictures and ink ({' '.join(f'*.{suffix}' for suffix in suffixes.EVERY)});;All files (*)"
PAGE_FILES = f"Pages ({' '.join(f'*.{suffix}' for suffix in (*suffixes.PICTURES, 'pdf'))});;All files (*)"
EXPORT_FILES = {"PNG picture (*.png)": ".png", "SVG drawing (*.svg)": ".svg", "InkML ink (*.inkml)": ".inkml"}
_COPY_SIDE = 512  # pixels


class DrawingFiles(QObject):
    """Connects the canvas to the files' worker."""

    pages_wanted = Signal(object)  # list of paths: pages of glyphs, for the tray

    def __init__(self, canvas_column: CanvasColumn, files: FilesWorker, model: GalleryModel, drafts: Path) -> None:
        """drafts: the folder for unsaved drawings."""
        super().__init__(canvas_column)
        self._model = model
        self._canvas_column, self._canvas, self._files, self._drafts = (
            canvas_column,
            canvas_column.canvas,
            files,
            drafts,
        )
        self._library: Path | None = None
        self.adjusting = Adjusting(self._canvas, files.log_file)
        files.loaded.connect(self._loaded)
        files.page_found.connect(self._page_found)
        files.refused.connect(canvas_column.notice.warn)
        files.exported.connect(self._exported)
        files.draft_found.connect(self._draft_found)
        self._canvas.arrived.connect(files.load)
        self._canvas.pages_arrived.connect(self.pages_wanted)
        self._canvas.changed.connect(self.keep_draft)

    def library_opened(self, path: Path) -> None:
        """Switch to another library's draft. Keep the canvas' unsaved drawing in it, or restore the draft's own."""
        if self._library is not None:
            self._files.keep_draft(draft_path(self._drafts, self._library), None)
        self._library = path
        if self._canvas.has_drawing and not self._canvas.settled:
            self.keep_draft()
        else:
            self._files.find_draft(draft_path(self._drafts, path))

    @Slot()
    def keep_draft(self) -> None:
        """Keep the drawing on the canvas as the draft, unless the library has it."""
        if self._library is not None:
            unsaved = self._canvas.drawing if self._canvas.has_drawing and not self._canvas.settled else None
            self._files.keep_draft(draft_path(self._drafts, self._library), unsaved)

    @Slot(object)
    def _draft_found(self, drawing: Drawing) -> None:
        if not self._canvas.has_drawing and not self._canvas.drawing_now and not self._is_enrolled(drawing):
            self._canvas.show_drawing(drawing)
            self._canvas_column.notice.say(wording.RESTORED)

    def _is_enrolled(self, drawing: Drawing) -> bool:
        """Return whether it is the newest shot: the app may have ended after enrolling it, with its draft kept."""
        shots = [shot for glyph in self._model.glyphs for shot in glyph.shots]
        last = max(shots, key=lambda shot: shot.id, default=None)
        return last is not None and pack(drawing) == (last.kind, last.data)

    @Slot(object, object)
    def _loaded(self, drawing: Drawing | None, source: Source | None) -> None:
        self._canvas_column.notice.clear()
        self.adjusting.show(drawing, source)

    @Slot(object)
    def _page_found(self, path: Path) -> None:
        self._canvas_column.notice.clear()
        self.pages_wanted.emit([path])

    @Slot(object)
    def open_whole(self, path: Path) -> None:
        """Put a picture on the canvas as one drawing, even if it has several glyphs."""
        self._files.load_whole(path)

    @Slot()
    def choose_pages(self) -> None:
        """Ask for pictures of pages, and open them in the tray, even if they have one glyph."""
        names, _ = QFileDialog.getOpenFileNames(self._canvas_column, "Open Pages", str(Path.home()), PAGE_FILES)
        if names:
            self.pages_wanted.emit([Path(name) for name in names])

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder of pages, and open them in the tray."""
        name = QFileDialog.getExistingDirectory(self._canvas_column, "Open Folder of Pages", str(Path.home()))
        if name:
            self.pages_wanted.emit([Path(name)])

    @Slot()
    def choose_drawing(self) -> None:
        """Ask for a picture or ink file, and put it on the canvas."""
        name, _ = QFileDialog.getOpenFileName(
            self._canvas_column, "Open Picture or Ink", str(Path.home()), DRAWING_FILES
        )
        if name:
            self._files.load(Path(name))

    @Slot()
    def choose_export(self) -> None:
        """Ask where to write the drawing on the canvas."""
        drawing = self._canvas.drawing
        if not drawing:
            self._canvas_column.notice.say(wording.NO_INK)
            return
        name, chosen = QFileDialog.getSaveFileName(
            self._canvas_column, "Export Drawing", str(Path.home() / "glyph.png"), ";;".join(EXPORT_FILES)
        )
        if name:
            path = Path(name)
            self._files.export(path if path.suffix else path.with_suffix(EXPORT_FILES.get(chosen, ".png")), drawing)

    @Slot(object)
    def _exported(self, path: Path) -> None:
        self._canvas_column.notice.say(wording.exported(path))

    @Slot()
    def copy(self) -> None:
        """Copy the drawing to the clipboard as a picture."""
        drawing = self._canvas.drawing
        if drawing:
            QGuiApplication.clipboard().setImage(drawing_image(drawing, _COPY_SIDE, paper=QColor("white")))
            self._canvas_column.notice.say(wording.COPIED)

    @Slot()
    def paste(self) -> None:
        """Paste a picture or file from the clipboard."""
        if not self._canvas.take(QGuiApplication.clipboard().mimeData()):
            self._canvas_column.notice.say(wording.NO_PICTURE)
