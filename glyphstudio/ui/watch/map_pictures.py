"""Makes small pictures of many glyphs, a few at a time, so that the window never waits for a thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap

from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.parts.painting import drawing_image

SIDE = 48  # of a picture; the map scales it down
_SLICE = 0.004  # seconds in the window's thread at a time
_NEWS = 100  # pictures after which the map is painted again


class MapPictures(QObject):
    """The pictures, by their shots' data, so that a glyph keeps its picture when others come or go."""

    made = Signal()  # more pictures are ready

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[bytes, QPixmap | None] = {}
        self._waiting: list[Glyph] = []
        self._ratio, self._unseen = 1.0, 0
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._make)

    def show_glyphs(self, glyphs: Sequence[Glyph], ratio: float) -> None:
        """Make pictures of these glyphs and drop all others."""
        kept = self._kept if ratio == self._ratio else {}
        wanted = {glyph.shots[0].data for glyph in glyphs}
        self._kept = {data: picture for data, picture in kept.items() if data in wanted}
        self._ratio = ratio
        self._waiting = [glyph for glyph in reversed(glyphs) if glyph.shots[0].data not in self._kept]
        self.go_on()

    def of(self, glyph: Glyph) -> QPixmap | None:
        """Return the glyph's picture; None if it is not made yet or the drawing is damaged."""
        return self._kept.get(glyph.shots[0].data)

    def go_on(self) -> None:
        if self._waiting:
            self._timer.start()

    def pause(self) -> None:
        """Make no more pictures, because the map is hidden."""
        self._timer.stop()

    @Slot()
    def _make(self) -> None:
        end = perf_counter() + _SLICE
        while self._waiting and perf_counter() < end:
            shot = self._waiting.pop().shots[0]
            try:
                self._kept[shot.data] = QPixmap.fromImage(drawing_image(shot.drawing, SIDE, self._ratio))
            except LibraryError:
                self._kept[shot.data] = None
            self._unseen += 1
        if not self._waiting:
            self._timer.stop()
        if not self._waiting or self._unseen >= _NEWS:
            self._unseen = 0
            self.made.emit()
