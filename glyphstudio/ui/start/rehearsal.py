"""Uses the real window as a person would, for --self-test, which checks that the window works on any machine."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Runs
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.ui.evaluate.messages import Evaluated, Evaluation
from glyphstudio.ui.evaluate.worker import EvaluateWorker
from glyphstudio.ui.start.app import make_window, start_application
from glyphstudio.ui.train.messages import Finished, Plan
from glyphstudio.ui.train.worker import TrainingWorker
from glyphstudio.ui.window.window import MainWindow

_PATIENCE = 120_000  # ms
_TRAINING = 600_000  # ms; the machine may be busy
_SMALL = {  # settings for a training that takes seconds
    "encoder": {"size": BITMAP_SIZE, "channels": [8, 8], "embedding": 16},
    "ways": 4,
    "queries": 2,
    "meta_batch": 2,
    "steps": 10,
    "save_every": 5,
    "validate_every": 10,
    "validation_tasks": 4,
    "device": "cpu",
    "start": "",
}


class NotAnsweredError(Exception):
    """The window did not get that far. The message says what failed."""


@dataclass(frozen=True)
class Reading:
    """The window's verdict on the drawing. seconds: from the start of the rehearsal."""

    verdict: str
    detail: str
    seconds: float


def rehearse(library: Path, enrolled: Sequence[tuple[str, Ink]], asked: Ink) -> Reading:
    """Draw and enrol each glyph in a window with a new `library`, then draw `asked` and return its verdict."""
    start = time.perf_counter()
    with _window(library) as window:
        for count, (name, ink) in enumerate(enrolled, 1):
            _draw(window.canvas_column.canvas, ink)
            _type(window.canvas_column.name, name)
            _until(lambda count=count: len(window.model) == count, f'"{name}" was not enrolled')  # type: ignore[misc]
        _draw(window.canvas_column.canvas, asked)
        _until(lambda: _answered(window), "The drawing got no answer")
        verdict = window.answer_column.verdict
        return Reading(verdict.headline, verdict.detail, time.perf_counter() - start)


def rehearse_docks(folder: Path) -> Mapping[str, object]:
    """Train and evaluate in the panels' threads, paint the curves, then open every dock on the results.

    Writes to `folder`. Returns the docks' names, the run's state, and the accuracy measured on a few tasks.
    """
    from glyphstudio.ui.plot.curves import CurvesView

    start_application()
    with closing(TrainingWorker(Runs(folder / "runs"))) as training, closing(EvaluateWorker()) as evaluating:
        ended: list[Finished] = []
        training.told.connect(lambda message: ended.append(message) if isinstance(message, Finished) else None)
        with _one_thread():
            training.start(Plan("protonet", ("synthetic:2",), _SMALL, measure_tasks=4, name="Self-test"))
            _until(lambda: bool(ended), "The training did not end", _TRAINING)
        run = ended[0].run
        if run is None or ended[0].problem:
            raise NotAnsweredError(ended[0].problem or "The training left no run.")
        results: list[Evaluated] = []
        failures: list[str] = []
        evaluating.evaluated.connect(results.append)
        evaluating.failed.connect(lambda _evaluation, sentence: failures.append(sentence))
        evaluating.evaluate(Evaluation(run.weights, "ProtoNet", "synthetic:2", ways=5, tasks=10))
        _until(lambda: bool(results or failures), "The evaluation did not end")
        if failures:
            raise NotAnsweredError(failures[0])
    curves = CurvesView()
    curves.show_run("run", run.name, "", read_log(run.log))
    curves.show()
    _rest()
    curves.close()
    curves.deleteLater()
    with _window(folder / "docks.glyphs", private=folder) as window:
        names = [str(action.data()) for action in window.docks.actions]
        for name in names:
            window.docks.show(name)
            _until(lambda name=name: window.docks.content(name) is not None, f"The dock {name} is empty")  # type: ignore[misc]
            _rest()
    return {"docks": names, "run": run.state.value, "accuracy": round(results[0].accuracy, 3)}


@contextmanager
def _window(library: Path, private: Path | None = None) -> Iterator[MainWindow]:
    """Yield the real window, ready. private: its folder for settings, drafts and runs; None is a temporary one."""
    application = start_application()
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, None, "cpu", private=private or Path(folder))
        try:
            window.open_library(library)
            window.show()
            failures: list[str] = []
            window.studio.not_ready.connect(failures.append)
            _until(lambda: window.conversation.asking.ready or bool(failures), "The recogniser was not ready")
            if failures:
                raise NotAnsweredError(failures[0])
            yield window
        finally:
            window.closing_question.at_once()
            window.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Make trainings that start in this block compute with one thread. A small training has nothing to share, and two
    threads that wait for each other are slow on a busy machine."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _rest() -> None:
    """Give the window time to paint, and the threads time to answer."""
    timer = QDeadlineTimer(300)
    while not timer.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def _answered(window: MainWindow) -> bool:
    return not window.answer_column.verdict.tentative and bool(window.answer_column.hint.text())


def _until(holds: Callable[[], bool], otherwise: str, patience: int = _PATIENCE) -> None:
    deadline = QDeadlineTimer(patience)
    while not holds():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        if deadline.hasExpired():
            raise NotAnsweredError(f"{otherwise} within {patience // 1000} s.")


def _draw(canvas: QWidget, ink: Ink) -> None:
    """Draw as a mouse does, with a move for every point."""
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
    """Type text and press Enter."""
    field.setFocus()
    for key, letter in [*((0, letter) for letter in text), (int(Qt.Key.Key_Return), "\r")]:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(field, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
