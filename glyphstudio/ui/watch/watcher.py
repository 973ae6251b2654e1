"""The base of the views that watch a learner: they send requests only while they are visible."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QLabel, QWidget

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.theme import QUIET, UNIT
from glyphstudio.ui.watch.messages import Basis, Wish
from glyphstudio.ui.watch.worker import WatchWorker

WORKING = "One moment: the learner is looking at your library…"


class Watcher(QWidget):
    """A view. Pass it every change of library, drawing and weights; it only remembers them while it is hidden."""

    kind: ClassVar[type[Wish]]

    def __init__(self, worker: WatchWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._library: tuple[Glyph, ...] = ()
        self._drawing: Drawing | None = None
        self._weights: Path | None = None
        self._basis: Basis | None = None  # of the last request, if it is still valid
        self._dock: QDockWidget | None = None
        self._in_front = True  # no other dock's tab covers it

    def show_library(self, glyphs: Sequence[Glyph]) -> None:
        """Take the current glyphs of the open library."""
        if tuple(glyphs) != self._library:
            self._library = tuple(glyphs)
            self._basis = None
            self._changed()

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Take the drawing on the canvas, whenever it changes. Only the newest waiting drawing is used."""
        self._drawing = drawing if drawing else None
        self._changed()

    def use(self, weights: Path) -> None:
        """Take the weights of the learner in use."""
        self._weights = weights
        self._basis = None
        self._changed()

    # For subclasses to implement

    def nothing_to_see(self) -> str:
        """Return a sentence that says why there is nothing to request, or ""."""
        raise NotImplementedError

    def taken(self) -> tuple[Glyph, ...]:
        """Return the glyphs of `_library` that the view uses."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Show a sentence instead of anything else."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Return whether the view shows nothing but a sentence."""
        raise NotImplementedError

    # Requests

    @property
    def looked_at(self) -> bool:
        """Whether the user can see the view. For Qt, a dock behind another tab is visible, far outside the window."""
        return self.isVisible() and (self._in_front or not self.visibleRegion().isEmpty())

    def _changed(self) -> None:
        if self.looked_at:
            self._ask()

    def _ask(self) -> None:
        sentence = self.nothing_to_see()
        if sentence or self._weights is None:
            self._basis = None
            self._worker.drop(self.kind)
            self.say(sentence or wording.LOADING)
            return
        if self._basis is None:
            self._basis = Basis(self.taken(), self._weights)
            if self.is_empty():
                self.say(WORKING)
        self._worker.ask(self.kind(self._basis, self._drawing))

    def _find_dock(self) -> None:
        above = self.parentWidget()
        while above is not None and not isinstance(above, QDockWidget):
            above = above.parentWidget()
        if above is not self._dock:
            if self._dock is not None:
                self._dock.visibilityChanged.disconnect(self._dock_changed)
            if above is not None:
                above.visibilityChanged.connect(self._dock_changed)
            self._dock, self._in_front = above, above is None  # a dock signals when it is shown

    @Slot(bool)
    def _dock_changed(self, seen: bool) -> None:
        self._in_front = seen
        if self.looked_at:
            self._ask()
        else:
            self._worker.drop(self.kind)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._find_dock()
        self._changed()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._worker.drop(self.kind)


def sentence_label(sentence: str) -> QLabel:
    """Return a label for a sentence that is shown instead of something else."""
    label = QLabel(sentence)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setForegroundRole(QUIET)
    label.setContentsMargins(3 * UNIT, UNIT, 3 * UNIT, UNIT)
    return label


def newest(glyphs: Sequence[Glyph], most: int) -> tuple[Glyph, ...]:
    """Return the `most` glyphs that were enrolled last, in their order in `glyphs`."""
    if len(glyphs) <= most:
        return tuple(glyphs)
    last = {glyph.id for glyph in sorted(glyphs, key=_age)[-most:]}
    return tuple(glyph for glyph in glyphs if glyph.id in last)


def _age(glyph: Glyph) -> tuple[float, int]:
    return glyph.created.timestamp(), glyph.id
