"""The weights' thread: reads, checks, copies, renames and removes weights files, so that the window never waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.weights.header import WeightsHeader, read_header, read_weights
from glyphstudio.engine.weights.own import OwnWeights, OwnWeightsFolder
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.parts import wording
from glyphstudio.ui.work.gc_in_window import RubbishCollector

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listing:
    """shipped: headers by the learner's name, of those that came with the program. own: the user's."""

    shipped: Mapping[str, WeightsHeader]
    own: tuple[OwnWeights, ...]


class _Worker(QObject):
    listed = Signal(object)  # Listing
    added = Signal(object)  # Path in the folder
    exported = Signal(object)  # Path
    renamed = Signal(object, object)  # Path before, Path now
    removed = Signal(object)  # Path
    refused = Signal(str)  # a sentence

    def __init__(self, folder: OwnWeightsFolder, log_file: Path | None) -> None:
        super().__init__()
        self._folder, self._log_file = folder, log_file

    @Slot()
    def look(self) -> None:
        self._try(self._list)

    @Slot(object, str)
    def add(self, source: Path, name: str) -> None:
        def work() -> None:
            from glyphstudio.engine.weights.file import weights_from

            try:
                data = read_weights(source)
                weights_from(data, source)  # every tensor is looked at before anything is kept
            except EngineError as error:  # the file was named just now: its name alone leaves room for what is wrong
                raise EngineError(str(error).replace(str(source), source.name)) from error
            path = self._folder.add(data, name)
            self._list()
            self.added.emit(path)

        self._try(work)

    @Slot(object, object)
    def export(self, path: Path, to: Path) -> None:
        def work() -> None:
            self._folder.export(path, to)
            self.exported.emit(to)

        self._try(work)

    @Slot(object, str)
    def rename(self, path: Path, name: str) -> None:
        def work() -> None:
            now = self._folder.rename(path, name)
            self._list()
            self.renamed.emit(path, now)

        self._try(work)

    @Slot(object)
    def remove(self, path: Path) -> None:
        def work() -> None:
            self._folder.remove(path)
            self._list()
            self.removed.emit(path)

        self._try(work)

    @Slot()
    def shut(self) -> None:
        self.thread().quit()

    def _list(self) -> None:
        shipped = {}
        for learner in LEARNERS:
            try:
                shipped[learner] = read_header(weights_of(learner))
            except EngineError as error:  # said when somebody chooses it
                log.warning("%s", error)
        self.listed.emit(Listing(shipped, tuple(self._folder.list())))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except EngineError as error:
            self.refused.emit(str(error))
        except Exception:
            log.exception("Unexpected error in the weights' thread")
            self.refused.emit(wording.unexpected(self._log_file))


class WeightsThread(QObject):
    """The window's side of the thread, which begins with the first request."""

    listed = Signal(object)
    added = Signal(object)
    exported = Signal(object)
    renamed = Signal(object, object)
    removed = Signal(object)
    refused = Signal(str)

    _look = Signal()
    _add = Signal(object, str)
    _export = Signal(object, object)
    _rename = Signal(object, str)
    _remove = Signal(object)
    _shut = Signal()

    def __init__(self, folder: OwnWeightsFolder, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closing = False
        self._rubbish: RubbishCollector | None = None  # while the thread runs
        self._worker = _Worker(folder, log_file)
        self._thread = QThread(self)
        self._thread.setObjectName("weights")
        self._worker.moveToThread(self._thread)
        for name in ("listed", "added", "exported", "renamed", "removed", "refused"):
            getattr(self._worker, name).connect(getattr(self, name))
        self._look.connect(self._worker.look)
        self._add.connect(self._worker.add)
        self._export.connect(self._worker.export)
        self._rename.connect(self._worker.rename)
        self._remove.connect(self._worker.remove)
        self._shut.connect(self._worker.shut)

    @Slot()
    def look(self) -> None:
        """`listed` follows."""
        if self._ready():
            self._look.emit()

    def add(self, source: Path, name: str) -> None:
        """Check a file and keep a copy of it under a name; `added` or `refused` follows."""
        if self._ready():
            self._add.emit(source, name)

    def export(self, path: Path, to: Path) -> None:
        """Copy weights; `exported` or `refused` follows."""
        if self._ready():
            self._export.emit(path, to)

    def rename(self, path: Path, name: str) -> None:
        """`renamed` or `refused` follows."""
        if self._ready():
            self._rename.emit(path, name)

    def remove(self, path: Path) -> None:
        """`removed` or `refused` follows."""
        if self._ready():
            self._remove.emit(path)

    def close(self) -> None:
        """Finish what was asked, then end the thread."""
        self._closing = True
        if self._rubbish is not None:
            self._shut.emit()
            self._thread.wait()
            self._rubbish.release()

    def _ready(self) -> bool:
        if self._closing:
            return False
        if self._rubbish is None:
            self._rubbish = RubbishCollector(self)
            self._thread.start(QThread.Priority.LowPriority)
        return True
