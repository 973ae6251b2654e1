"""Adds the docks that watch the learner, fills the menu "Training", and passes on library, drawing and weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot
from PySide6.QtWidgets import QMenu, QWidget

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.draw.canvas import Canvas
from glyphstudio.ui.learner.choice import Choice
from glyphstudio.ui.learner.switch import LearnerSwitch
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.studio.asking import THROTTLE
from glyphstudio.ui.window.docks import Docks

if TYPE_CHECKING:
    from glyphstudio.ui.watch.watcher import Watcher
    from glyphstudio.ui.watch.worker import WatchWorker

ADAPTATION, MAP = "adaptation", "map"
_WATCHING = (ADAPTATION, MAP)


class WatchDocks(QObject):
    """Adds the docks that watch the learner, and updates each from the moment it is made."""

    def __init__(
        self, docks: Docks, canvas: Canvas, model: GalleryModel, switch: LearnerSwitch, log_file: Path | None = None
    ) -> None:
        """log_file: named in the message for an unexpected error."""
        super().__init__(docks)
        self._canvas, self._model, self._switch, self._log_file = canvas, model, switch, log_file
        self.watching: WatchWorker | None = None  # made with the first view
        self._watchers: dict[str, Watcher] = {}
        self._since = QElapsedTimer()  # since the map last got a stroke in progress
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_live)
        self._docks = docks
        self._looking = [
            docks.add(
                ADAPTATION,
                "&Watch It Adapt",
                self._make_adaptation,
                "Your glyphs, learned step by step, beside a start that was only pre-trained",
            ),
            docks.add(
                MAP,
                "Map of &Embeddings",
                self._make_map,
                "How close together the learner puts your glyphs, and where your drawing is",
            ),
        ]
        docks.made.connect(self._made)
        canvas.moved.connect(self._moved)
        canvas.changed.connect(self._show_drawing)
        switch.used.connect(self._show_weights)

    def fill(self, menu: QMenu) -> None:
        """Add all docks' actions to a menu, the watching docks last."""
        menu.setToolTipsVisible(True)
        panels = [action for action in self._docks.actions if action not in self._looking]
        menu.addActions(panels)
        if panels:
            menu.addSeparator()
        menu.addActions(self._looking)

    def _make_adaptation(self) -> QWidget:
        from glyphstudio.ui.watch.adaptation_view import AdaptationView

        return AdaptationView(self._worker())

    def _make_map(self) -> QWidget:
        from glyphstudio.ui.watch.embedding_map import EmbeddingMap

        return EmbeddingMap(self._worker())

    def _worker(self) -> WatchWorker:
        if self.watching is None:
            from glyphstudio.ui.watch.worker import WatchWorker

            self.watching = WatchWorker(self._log_file, self)
        return self.watching

    def close(self) -> None:
        """End the watching thread. Send it nothing afterwards."""
        if self.watching is not None:
            self.watching.close()

    @Slot(str, QWidget)
    def _made(self, name: str, widget: QWidget) -> None:
        if name in _WATCHING:
            watcher = self._watchers[name] = cast("Watcher", widget)
            watcher.show_library(self._model.glyphs)
            watcher.show_drawing(self._canvas.drawing)
            if self._switch.current is not None:
                watcher.use(self._switch.current.path)

    @Slot()
    def library_changed(self) -> None:
        """Pass on another library, or a change to it."""
        if self._watchers:
            glyphs = self._model.glyphs
            for watcher in self._watchers.values():
                watcher.show_library(glyphs)

    @Slot(object)
    def _show_drawing(self, drawing: Drawing) -> None:
        self._timer.stop()
        for watcher in self._watchers.values():
            watcher.show_drawing(drawing)

    @Slot()
    def _moved(self) -> None:
        """Update the map from the moving pen, no more often than the ranking."""
        embedding_map = self._watchers.get(MAP)
        if embedding_map is not None and embedding_map.looked_at and not self._timer.isActive():
            gone = self._since.elapsed() if self._since.isValid() else THROTTLE
            self._timer.start(max(0, THROTTLE - gone))

    @Slot()
    def _show_live(self) -> None:
        self._since.start()
        self._watchers[MAP].show_drawing(self._canvas.live)

    @Slot(object)
    def _show_weights(self, choice: Choice) -> None:
        for watcher in self._watchers.values():
            watcher.use(choice.path)
