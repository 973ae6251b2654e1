"""Closing the window while a training is in hand: the user says what is to become of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.window.training_docks import TrainingDocks


class ClosingQuestion(QObject):
    """Asked by the window whenever it is to close."""

    def __init__(self, window: QWidget, training: TrainingDocks) -> None:
        super().__init__(window)
        self._window, self._training = window, training
        self._at_once = False  # nobody is there to be asked
        self._when_idle = False  # the window is hidden until the training has ended
        training.idle.connect(self._ended)

    def at_once(self) -> None:
        """Close without a question: a training in hand is offered for resuming at the next start."""
        self._at_once = True
        self._window.close()

    def stays(self) -> bool:
        """Whether the window must not close now. Hides it where the training is to go on without it."""
        if self._at_once or not self._training.busy or _session_ends():
            return False
        from glyphstudio.ui.train.panel import CANCEL

        if not self._window.isVisible():  # asked again while it waits for the training
            return True
        choice = self._training.close_question()
        if choice != CANCEL and not self._training.busy:  # it ended while the user thought about it
            return False
        self._when_idle = choice != CANCEL
        if self._when_idle:
            self._window.hide()
        return True

    @Slot()
    def _ended(self) -> None:
        if self._when_idle and self._window.isHidden():  # or it was called back by a second start
            self.at_once()
        self._when_idle = False


def _session_ends() -> bool:
    """Whether the system is logging the user out: it does not wait for an answer."""
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()
