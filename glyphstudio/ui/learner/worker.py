"""The weights' worker: reads, checks, copies, renames and removes weights files off the window's thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.weights.header import WeightsHeader, read_header, read_weights
from glyphstudio.engine.weights.own import OwnWeights, OwnWeightsFolder
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.work.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listing:
    """All weights. shipped: headers of those that come with the app, by learner name. own: the user's."""

    shipped: Mapping[str, WeightsHeader]
    own: tuple[OwnWeights, ...]


class WeightsWorker(Worker):
    """Emits `refused` if it cannot carry out a request."""

    listed = Signal(object)  # Listing
    added = Signal(object)  # Path in the folder
    exported = Signal(object)  # Path
    renamed = Signal(object, object)  # the old Path and the new Path
    removed = Signal(object)  # Path

    def __init__(self, folder: OwnWeightsFolder, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("weights", log_file, parent)
        self._folder = folder

    @Slot()
    def look(self) -> None:
        """List all weights; `listed` follows."""
        self.do(self._list)

    def add(self, source: Path, name: str) -> None:
        """Check a file, and keep a copy under a name; `added` follows."""
        self.do(self._add, source, name)

    def export(self, path: Path, to: Path) -> None:
        """Copy weights to a path; `exported` follows."""
        self.do(self._export, path, to)

    def rename(self, path: Path, name: str) -> None:
        """Rename weights; `renamed` follows."""
        self.do(self._rename, path, name)

    def remove(self, path: Path) -> None:
        """Remove weights; `removed` follows."""
        self.do(self._remove, path)

    # --- in the worker's thread ---

    def _list(self) -> None:
        shipped = {}
        for learner in LEARNERS:
            try:
                shipped[learner] = read_header(weights_of(learner))
            except EngineError as error:  # the user sees the error on choosing that learner
                log.warning("%s", error)
        self.tell(self.listed, Listing(shipped, tuple(self._folder.list())))

    def _add(self, source: Path, name: str) -> None:
        from glyphstudio.engine.weights.file import weights_from

        try:
            data = read_weights(source)
            weights_from(data, source)  # checks every tensor before anything is kept
        except EngineError as error:  # the user just chose the file, so its bare name will do
            raise EngineError(str(error).replace(str(source), source.name)) from error
        path = self._folder.add(data, name)
        self._list()
        self.tell(self.added, path)

    def _export(self, path: Path, to: Path) -> None:
        self._folder.export(path, to)
        self.tell(self.exported, to)

    def _rename(self, path: Path, name: str) -> None:
        now = self._folder.rename(path, name)
        self._list()
        self.tell(self.renamed, path, now)

    def _remove(self, path: Path) -> None:
        self._folder.remove(path)
        self._list()
        self.tell(self.removed, path)
