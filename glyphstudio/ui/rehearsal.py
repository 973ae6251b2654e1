"""The real window, used by a hand that is not there: for --self-test, which must see the window work on any machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.app import make_window, start_application
from glyphstudio.ui.window import MainWindow

_PATIENCE = 120_000  # ms


class NotAnsweredError(Exception):
    """The window did not get that far; the message says how far."""


@dataclass(frozen=True)
class Reading:
    """What the window said to the drawing. seconds: from the start of the rehearsal."""

    verdict: str
    detail: str
    seconds: float


def rehearse(library: Path, enrolled: Sequence[tuple[str, Ink]], asked: Ink) -> Reading:
    """Draw and enrol each glyph in a window over a new `library`, then draw `asked` and read the verdict."""
    began = time.perf_counter()
    application = start_application()
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, None, "cpu", private=Path(folder))
        try:
            window.open_library(library)
            window.show()
            failures: list[str] = []
            window.engine.not_ready.connect(failures.append)
            _until(lambda: window.conversation.asking.ready or bool(failures), "The recogniser was not ready")
            if failures:
                raise NotAnsweredError(failures[0])
            for count, (name, ink) in enumerate(enrolled, 1):
                _draw(window.desk.canvas, ink)
                _type(window.desk.name, name)
                _until(lambda count=count: len(window.model) == count, f'"{name}" was not enrolled')  # type: ignore[misc]
            _draw(window.desk.canvas, asked)
            _until(lambda: _answered(window), "The drawing was not answered")
            verdict = window.panel.verdict
            return Reading(verdict.headline, verdict.detail, time.perf_counter() - began)
        finally:
            window.leaving.at_once()
            window.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _answered(window: MainWindow) -> bool:
    return not window.panel.verdict.tentative and bool(window.panel.hint.text())


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = QDeadlineTimer(_PATIENCE)
    while not holds():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        if deadline.hasExpired():
            raise NotAnsweredError(f"{otherwise} within {_PATIENCE // 1000} s.")


def _draw(canvas: QWidget, ink: Ink) -> None:
    """As a mouse does, every point a move."""
    for stroke in ink.strokes:
        points = [QPointF(x, y) for x, y in (stroke.xy.astype(float) * canvas.width()).tolist()]
        _mouse(canvas, QEvent.Type.MouseButtonPress, points[0])
        for point in points[1:]:
            _mouse(canvas, QEvent.Type.MouseMove, point)
        _mouse(canvas, QEvent.Type.MouseButtonRelease, points[-1])


def _mouse(widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind is QEvent.Type.MouseMove else left
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    QApplication.sendEvent(
        widget, QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
    )


def _type(field: QWidget, text: str) -> None:
    """And press Enter."""
    field.setFocus()
    for key, letter in [*((0, letter) for letter in text), (int(Qt.Key.Key_Return), "\r")]:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(field, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
