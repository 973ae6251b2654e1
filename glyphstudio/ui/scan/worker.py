"""The scan's worker: decodes a picture once, and reads its ink in any way it is asked to, off the window's thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from glyphstudio.glyphs.scan.ink import Adjustment
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import image_of_colours
from glyphstudio.ui.scan.source import Reading, Source
from glyphstudio.ui.work.worker import Worker

_SHOWN = 1100  # pixels, the longer side of the copy on the screen


class ScanWorker(Worker):
    shown = Signal(int, object)  # job, QImage: the whole picture, scaled down
    read = Signal(int, object)  # job, Reading
    unreadable = Signal(int, str)  # job, sentence

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("scan", log_file, parent)
        self._job = 0
        self._newest = 0  # the number of the newest look
        self._image: Image.Image | None = None

    def open(self, source: Source) -> int:
        """Decode a picture: `shown` or `unreadable` follows. Return the job's number."""
        self._job += 1
        self.do(self._open, self._job, source)
        return self._job

    def look(self, adjustment: Adjustment) -> None:
        """Read the ink of the newest picture: `read` follows, unless a newer call comes first."""
        self._newest += 1
        self.do(self._look, self._newest, self._job, adjustment)

    def forget(self) -> None:
        """Free the picture's memory."""
        self._job += 1
        self.do(self._forget)

    # --- in the worker's thread ---

    def _open(self, job: int, source: Source) -> None:
        from glyphstudio.glyphs.importing import ImportFailure, scan_from_bytes

        self._image = None
        try:
            image = scan_from_bytes(source.data, source.name)
        except ImportFailure as error:  # a file that was read a moment ago may now need more memory than is free
            self.tell(self.unreadable, job, str(error))
            return
        if image is None:
            self.tell(self.unreadable, job, wording.NOTHING_TO_ADJUST)
            return
        self._image = image
        self.tell(self.shown, job, _small(image))

    def _look(self, number: int, job: int, adjustment: Adjustment) -> None:
        from glyphstudio.glyphs.picture import PictureError
        from glyphstudio.glyphs.scan.cutting import cut_ink

        if self._image is None or number < self._newest or self.closing:
            return
        try:
            picture, found = cut_ink(self._image, adjustment)
        except PictureError:
            reading = Reading(adjustment, None, None, (wording.NO_INK_SEEN,))
        else:
            reading = Reading(adjustment, picture, found.threshold, found.notes)
        self.tell(self.read, job, reading)

    def _forget(self) -> None:
        self._image = None


def _small(image: Image.Image) -> QImage:
    if max(image.size) > _SHOWN:
        image = image.copy()
        image.thumbnail((_SHOWN, _SHOWN), Image.Resampling.BOX, reducing_gap=2.0)
    return image_of_colours(np.asarray(image.convert("RGB")))
