"""What the views that watch a learner have in common: they ask while they can be seen, and only then."""

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
    """Give it every change of library, drawing and weights; what it does with them while hidden is remember them."""

    kind: ClassVar[type[Wish]]

    def __init__(self, worker: WatchWorker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._library: tuple[Glyph, ...] = ()
        self._drawing: Drawing | None = None
        self._weights: Path | None = None
        self._basis: Basis | None = None  # of what was asked last, if it still holds
        self._dock: QDockWidget | None = None
        self._in_front = True  # of other docks' tabs

    def show_library(self, glyphs: Sequence[Glyph]) -> None:
        """The glyphs of the open library, as they are now."""
        if tuple(glyphs) != self._library:
            self._library = tuple(glyphs)
            self._basis = None
            self._changed()

    def show_drawing(self, drawing: Drawing | None) -> None:
        """What is on the canvas. As often as it changes: of drawings that wait, the newest is taken."""
        self._drawing = drawing if drawing else None
        self._changed()

    def use(self, weights: Path) -> None:
        """The weights of the learner in use."""
        self._weights = weights
        self._basis = None
        self._changed()

    # What a view adds

    def nothing_to_see(self) -> str:
        """Why there is nothing to ask, as a sentence; empty where there is."""
        raise NotImplementedError

    def taken(self) -> tuple[Glyph, ...]:
        """The glyphs that are looked at, of `_library`."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Show a sentence instead of anything else."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Whether there is a sentence at most."""
        raise NotImplementedError

    # When it asks

    @property
    def looked_at(self) -> bool:
        """Whether it can be seen. To Qt, a dock behind another tab is visible, if far outside the window."""
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
            self._dock, self._in_front = above, above is None  # a dock says so when it is shown

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
    """A label for a sentence that stands in the place of something else."""
    label = QLabel(sentence)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setForegroundRole(QUIET)
    label.setContentsMargins(3 * UNIT, UNIT, 3 * UNIT, UNIT)
    return label


def newest(glyphs: Sequence[Glyph], most: int) -> tuple[Glyph, ...]:
    """Those enrolled last, in the order in which they came."""
    if len(glyphs) <= most:
        return tuple(glyphs)
    last = {glyph.id for glyph in sorted(glyphs, key=_age)[-most:]}
    return tuple(glyph for glyph in glyphs if glyph.id in last)


def _age(glyph: Glyph) -> tuple[float, int]:
    return glyph.created.timestamp(), glyph.id
