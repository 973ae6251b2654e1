"""Writing an exported file in a thread of its own, so that neither a slow disk nor a long table holds up the window."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal, Slot

from glyphstudio.engine.errors import SavingError
from glyphstudio.engine.saving import write_beside
from glyphstudio.ui.parts import wording
from glyphstudio.ui.plot.picture import Sketch
from glyphstudio.ui.plot.table import NumbersOf, table
from glyphstudio.ui.work.gc_in_window import RubbishCollector

log = logging.getLogger(__name__)
_WHAT = "The curves"
Content = bytes | Sketch | Sequence[NumbersOf]
_under_way: set[Saving] = set()  # kept until they are done, also when the view that asked is gone


class _Worker(QObject):
    saved = Signal(object)
    refused = Signal(str)

    def __init__(self, path: Path, content: Content) -> None:
        super().__init__()
        self._path, self._content = path, content

    @Slot()
    def work(self) -> None:
        try:
            write_beside(self._path, _data(self._content), _WHAT)
        except SavingError as error:
            self.refused.emit(str(error))
        except Exception:
            log.exception("Could not export to %s", self._path)
            self.refused.emit(wording.unexpected(None))
        else:
            self.saved.emit(self._path)
        finally:
            self.thread().quit()


class Saving(QObject):
    """One file. It ends by itself, after one of its signals; a program that ends waits for it."""

    saved = Signal(object)  # Path
    refused = Signal(str)  # a sentence

    def __init__(self, path: Path, content: Content) -> None:
        """content: of an SVG, the sketch of a PNG, or the runs whose table is written."""
        super().__init__()
        self._thread = QThread(self)
        self._thread.setObjectName("saving curves")
        self._worker = _Worker(path, content)
        self._worker.moveToThread(self._thread)
        self._worker.saved.connect(self.saved)
        self._worker.refused.connect(self.refused)
        self._thread.started.connect(self._worker.work)
        self._thread.finished.connect(self._over)
        self._rubbish: RubbishCollector | None = None

    def start(self) -> None:
        _under_way.add(self)
        self._rubbish = RubbishCollector(self)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._over)
        self._thread.start(QThread.Priority.LowPriority)

    @Slot()
    def _over(self) -> None:
        self._thread.wait()
        if self._rubbish is not None:
            self._rubbish.release()
        _under_way.discard(self)


def _data(content: Content) -> bytes:
    if isinstance(content, Sketch):
        return content.png()
    return content if isinstance(content, bytes) else b"".join(table(content))
