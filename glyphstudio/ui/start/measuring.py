"""Measures the speed of the real window and its threads for `glyphstudio bench`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.draw.canvas import Canvas
from glyphstudio.ui.parts.memory import resident_megabytes
from glyphstudio.ui.start.app import make_window, start_application
from glyphstudio.ui.studio.worker import StudioWorker

_PATIENCE = 60_000  # ms


class NoAnswer(Exception):  # noqa: N818 - the message is a sentence for the user
    """The window did not answer in time."""


def _wait(signal_connect: Callable[[Callable[..., None]], object], begin: Callable[[], object]) -> float:
    """Return the seconds from `begin` to the signal, in an event loop that sleeps in between, as the window's does."""
    loop = QEventLoop()
    signal_connect(loop.quit)
    timer = QTimer(singleShot=True, interval=_PATIENCE)
    timer.timeout.connect(lambda: loop.exit(1))
    timer.start()
    start = time.perf_counter()
    begin()
    if loop.exec():
        raise NoAnswer("The window did not answer within a minute, so it cannot be measured. Try glyphstudio.")
    return time.perf_counter() - start


def pen_up_to_ranking(library: Path, drawings: Iterable[Ink], weights: Path | None, device: str) -> list[float]:
    """Return for each drawing the seconds from the question to the studio's thread to the answer in the window's."""
    start_application()
    studio = StudioWorker(weights=weights, device=device)
    try:
        studio.open(library)
        _wait(studio.ready.connect, studio.preload)
        return [_wait(studio.answered.connect, lambda ink=ink: studio.ask(ink)) for ink in drawings]  # type: ignore[misc]
    finally:
        studio.close()


def moves(points: int, count: int = 300) -> list[float]:
    """Return `count` times in seconds from a mouse move to the end of its painting, over ink of `points` points."""
    application = start_application()
    canvas = Canvas()
    canvas.resize(800, 800)
    canvas.show()
    t = np.linspace(0, 60 * np.pi, points)
    radius = np.linspace(0.02, 0.45, points)
    canvas.show_drawing(Ink.of([np.stack([0.5 + radius * np.cos(t), 0.5 + radius * np.sin(t)], 1)]))
    application.processEvents()

    def send(kind: QEvent.Type, x: float, y: float) -> None:
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        at = QPointF(x, y)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, canvas.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        application.sendEvent(canvas, event)

    send(QEvent.Type.MouseButtonPress, 100, 100)
    seconds = []
    for step in range(count):
        start = time.perf_counter()
        send(QEvent.Type.MouseMove, 100 + 2 * step, 400 + 280 * np.sin(step / 7))
        application.processEvents()
        seconds.append(time.perf_counter() - start)
    send(QEvent.Type.MouseButtonRelease, 700, 400)
    canvas.close()
    return seconds


def start_up(born: float, weights: Path | None, device: str) -> tuple[float, float, float]:
    """Measure a start, in a new process started at `born` (seconds since the epoch). Return the seconds to the painted
    window, the seconds to the first answer, and the resident megabytes then. The drawing is on the canvas before the
    recogniser is loaded."""
    application = start_application()
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, weights, device, private=Path(folder))
        try:
            window.open_library(Path(folder) / "bench.glyphs")
            painted: list[float] = []
            window.canvas_column.canvas.first_paint.connect(lambda: painted.append(time.time() - born))
            window.show()
            while not painted:
                application.processEvents()
            _wait(window.conversation.answered.connect, lambda: window.canvas_column.canvas.show_drawing(_arc()))
            return painted[0], time.time() - born, resident_megabytes()
        finally:
            window.close()


def report_start(argument: str) -> int:
    """Print what `start_up` measures as JSON, and return the exit status. `bench` starts the app again for it, as
    `GlyphStudio --measure-start [BORN,WEIGHTS,DEVICE]`."""
    born, weights, device = json.loads(argument)
    sys.stdout.write(json.dumps(start_up(born, Path(weights) if weights else None, device)) + "\n")
    return 0


def _arc() -> Ink:
    t = np.linspace(0, 4, 80)
    return Ink.of([np.stack([0.5 + 0.3 * np.cos(t), 0.5 + 0.3 * np.sin(t)], 1)])
