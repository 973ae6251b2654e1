"""Asks the studio what a drawing is: throttled while the pen moves, at once when it is lifted.

Every question has a number. Only the answer to the newest question counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.studio.worker import StudioWorker

if TYPE_CHECKING:
    from glyphstudio.studio import Ranking

THROTTLE = 60  # ms between questions while the pen moves


class Asking(QObject):
    """Connects the canvas to the studio. It asks nothing until `ready` is set, then the newest question."""

    answered = Signal(object, bool)  # Ranking, and whether it is the verdict, for a lifted pen
    not_answered = Signal(str)

    def __init__(self, studio: StudioWorker, live: Callable[[], Drawing], parent: QObject | None = None) -> None:
        """live: returns the drawing with the stroke in progress."""
        super().__init__(parent)
        self._studio = studio
        self._live = live
        self._ready = False
        self._waiting: Drawing | None = None  # what to ask once ready
        self._number: int | None = None  # of the newest unanswered question
        self._final = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask_live)
        studio.answered.connect(self._answer)
        studio.not_answered.connect(self._no_answer)

    @property
    def ready(self) -> bool:
        return self._ready

    def set_ready(self, ready: bool) -> None:
        """Set whether the recogniser can rank. If it can, ask the waiting question."""
        self._ready = ready
        if ready and self._waiting is not None:
            self.ask(self._waiting)

    def ask(self, drawing: Drawing) -> None:
        """Ask for the verdict on a drawing, with the pen up."""
        self._timer.stop()
        if not self._ready:
            self._waiting = drawing
            return
        self._waiting = None
        self._final = True
        self._number = self._studio.ask(drawing)

    def forget(self) -> None:
        """Drop all questions and any late answer."""
        self._timer.stop()
        self._waiting = self._number = None

    @Slot()
    def pen_moved(self) -> None:
        """Ask soon, unless a question is already planned."""
        self._waiting = None
        if self._ready and not self._timer.isActive():
            gone = self._since.elapsed() if self._since.isValid() else THROTTLE
            self._timer.start(max(0, THROTTLE - gone))

    @Slot()
    def _ask_live(self) -> None:
        if self._number is not None and not self._final:
            self._timer.start(THROTTLE // 4)  # the recogniser is slower than the pen: do not pile up questions
            return
        self._since.start()
        self._final = False
        self._number = self._studio.ask(self._live())

    @Slot(int, object)
    def _answer(self, number: int, ranking: Ranking) -> None:
        if number == self._number:
            self._number = None
            self.answered.emit(ranking, self._final)

    @Slot(int, str)
    def _no_answer(self, number: int, sentence: str) -> None:
        if number == self._number:
            self._number = None
            self.not_answered.emit(sentence)
