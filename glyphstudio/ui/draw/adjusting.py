"""Knows what the picture on the canvas was cut out of, and lets the user correct how it was read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from glyphstudio.glyphs.picture import Drawing, Picture
from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment
from glyphstudio.ui.draw.canvas import Canvas
from glyphstudio.ui.scan.dialog import ScanDialog
from glyphstudio.ui.scan.source import Source
from glyphstudio.ui.scan.worker import ScanWorker


class Adjusting(QObject):
    """Keeps the source of the newest picture, and every reading of it that was put on the canvas."""

    changed = Signal()  # `possible` may have changed

    def __init__(self, canvas: Canvas, log_file: Path | None) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._worker = ScanWorker(log_file, self)
        self._source: Source | None = None
        self._checked: Source | None = None  # the dialog's
        self._readings: list[tuple[Picture, Adjustment]] = []
        self._waiting: Source | None = None  # doubtful, and read while the pen was down
        self.dialog: ScanDialog | None = None
        canvas.changed.connect(self._pen_up)

    @property
    def possible(self) -> bool:
        """Whether the canvas has a picture whose source is known."""
        return self._now() is not None

    def show(self, drawing: Drawing | None, source: Source | None) -> None:
        """Put an imported drawing on the canvas. If its reading is doubtful, the user checks it first. drawing: None if
        no ink was found. source: None for ink."""
        self._waiting = None
        if source is not None and source.notes:
            if self._canvas.drawing_now:  # the dialog would take the end of the stroke away
                self._waiting = source
            else:
                self._open(source, AS_FOUND)
        elif drawing is not None:
            if isinstance(drawing, Picture):
                self._keep(source, drawing, AS_FOUND)
            self._canvas.show_drawing(drawing)

    @Slot()
    def adjust(self) -> None:
        """Open the dialog for the picture on the canvas."""
        adjustment = self._now()
        if adjustment is not None and self._source is not None:
            self._open(self._source, adjustment)

    def shut(self) -> None:
        """Close the dialog, and end the thread."""
        if self.dialog is not None:
            self.dialog.reject()
        self._worker.close()

    def _now(self) -> Adjustment | None:
        """Return how the picture on the canvas was read; None if that is not known."""
        return next((how for picture, how in self._readings if picture is self._canvas.drawing), None)

    def _open(self, source: Source, start: Adjustment) -> None:
        if self.dialog is not None:  # the newest picture wins, as on the canvas
            self.dialog.reject()
        self.dialog = ScanDialog(source, self._worker, start, self._canvas.window())
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._checked = source
        self.dialog.used.connect(self._use)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot()
    def _pen_up(self) -> None:
        source, self._waiting = self._waiting, None
        if source is not None:
            self._open(source, AS_FOUND)

    @Slot(object, object)
    def _use(self, picture: Picture, adjustment: Adjustment) -> None:
        self._keep(self._checked, picture, adjustment)
        self._canvas.show_drawing(picture)

    @Slot()
    def _closed(self) -> None:
        self.dialog = None
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, source: Source | None, picture: Picture, adjustment: Adjustment) -> None:
        if source is not self._source:
            self._source, self._readings = source, []
        if source is not None:
            self._readings.append((picture, adjustment))
        self.changed.emit()
