"""Asks what to do with a running training, and with names that are not enrolled yet, when the window closes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.tray.tray import Tray
from glyphstudio.ui.window.training_docks import TrainingDocks


class ClosingQuestion(QObject):
    """The window asks it before every close."""

    def __init__(self, window: QWidget, training: TrainingDocks, tray: Tray) -> None:
        super().__init__(window)
        self._window, self._training, self._tray = window, training, tray
        self._after_tray = False  # the window closes once the tray has closed
        self._at_once = False  # close without asking
        self._when_idle = False  # the window is hidden until the training has ended
        training.idle.connect(self._ended)
        tray.closed.connect(self._tray_closed)
        tray.stayed.connect(self._tray_stayed)

    def at_once(self) -> None:
        """Close without asking. The next start offers to resume a running training."""
        self._at_once = True
        self._window.close()

    def stays(self) -> bool:
        """Return whether the window must stay open. Hides it if the user wants the training to continue without it."""
        if self._at_once or _session_ends():
            return False
        if self._tray.is_open and self._tray.has_names:
            self._after_tray = True
            self._tray.close_tray()
            return True
        if not self._training.busy:
            return False
        from glyphstudio.ui.train.panel import CANCEL

        if not self._window.isVisible():  # already hidden, and waiting for the training
            return True
        choice = self._training.close_question()
        if choice != CANCEL and not self._training.busy:  # the training ended while the user was deciding
            return False
        self._when_idle = choice != CANCEL
        if self._when_idle:
            self._window.hide()
        return True

    @Slot()
    def _tray_closed(self) -> None:
        if self._after_tray:
            self._after_tray = False
            self._window.close()

    @Slot()
    def _tray_stayed(self) -> None:
        self._after_tray = False

    @Slot()
    def _ended(self) -> None:
        if self._when_idle and self._window.isHidden():  # a second start may have shown it again
            self.at_once()
        self._when_idle = False


def _session_ends() -> bool:
    """Return whether the system is logging the user out, which does not wait for an answer."""
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()
