"""Writes an exported file in its own thread, so that a slow disk or a long table does not block the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal, Slot

from glyphstudio.engine.runs.table import NumbersOf, table
from glyphstudio.engine.saving import write_beside
from glyphstudio.ui.plot.picture import Sketch
from glyphstudio.ui.work.worker import Worker

_WHAT = "The curves"
Content = bytes | Sketch | Sequence[NumbersOf]
_under_way: set[PlotSaver] = set()  # keeps savers alive until they are done, even if their view is gone


class PlotSaver(Worker):
    """The worker that writes one file. It ends by itself after `saved` or `refused`; the program's end waits for it."""

    saved = Signal(object)  # Path
    _done = Signal()

    def __init__(self) -> None:
        super().__init__("saving curves")
        self._done.connect(self.close)

    def save(self, path: Path, content: Content) -> None:
        """content: the bytes of an SVG, the sketch of a PNG, or the runs for a table."""
        _under_way.add(self)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)
        self.do(self._save, path, content)

    @Slot()
    def close(self) -> None:
        super().close()
        _under_way.discard(self)

    # In the thread

    def _save(self, path: Path, content: Content) -> None:
        try:
            write_beside(path, _data(content), _WHAT)
        except Exception as error:
            self.caught(error)
        else:
            self.tell(self.saved, path)
        self.tell(self._done)


def _data(content: Content) -> bytes:
    if isinstance(content, Sketch):
        return content.png()
    return content if isinstance(content, bytes) else b"".join(table(content))
