"""Starts and ends the window. Only this file decides in which order modules are loaded.

Qt comes first, then our own light modules, then the window. A separate thread loads torch once the window is painted.
On Windows torch must come before Qt, because its DLLs cannot be loaded after Qt's (WinError 1114), so there the window
waits for it. Importing this file imports neither Qt nor torch.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.ui.parts.display import has_display

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from glyphstudio.ui.window.window import MainWindow


def run(library: Path | None, weights: Path | None, device: str = "auto") -> int:
    """Open the window, run until it is closed, and return the process's exit code.

    library: None is the one opened last, or the user's default. weights: None are those chosen last, or those that come
    with the app. If the user already has a window open, it comes to the front and opens the library. But a start with
    its own weights or device opens its own window.
    """
    if not has_display():
        from glyphstudio.ui.parts.wording import NO_DISPLAY

        print(f"glyphstudio: {NO_DISPLAY}", file=sys.stderr)  # noqa: T201  there is no window for the message
        return 1
    application = start_application()

    from glyphstudio.ui.start.single_instance import SingleInstance, door_name, knock

    shared = weights is None and device == "auto"
    if shared and knock(door_name(), library):
        return 0
    door = SingleInstance(door_name()) if shared else None

    from glyphstudio.ui.start.opened_later import OpenedLater
    from glyphstudio.ui.start.signals import EndingSignals

    window = make_window(application, weights, device)
    window.open_library(*_choose_library(library, window))
    _tell_of_crash(window)
    endings, arrivals = EndingSignals(window), OpenedLater(window, door)
    # Qt quits only when a visible window closes, and a second quit would end a later loop before it starts.
    application.setQuitOnLastWindowClosed(False)
    window.closed.connect(application.quit)
    window.show()
    try:
        return application.exec()
    finally:
        arrivals.release()
        endings.release()
        window.closing_question.at_once()


def snapshot(
    path: Path,
    library: Path,
    drawing: Drawing | None = None,
    *,
    weights: Path | None = None,
    device: str = "auto",
    size: tuple[int, int] = (1200, 840),
) -> None:
    """Save a picture of the real window with `library` open and `drawing` ranked on its canvas, as a PNG at `path`.

    It needs no display. Raises RuntimeError with a sentence if the window does not get that far within two minutes.
    """
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = start_application()

    import tempfile

    from PySide6.QtCore import QDeadlineTimer, QEventLoop

    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, weights, device, private=Path(folder))
        try:
            window.resize(*size)
            window.open_library(library)
            window.show()
            answers: list[float] = []
            window.conversation.answered.connect(answers.append)
            if drawing:
                window.canvas_column.canvas.show_drawing(drawing)
            deadline = QDeadlineTimer(120_000)
            rest = QDeadlineTimer(-1)
            while not rest.hasExpired():
                application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
                finished = bool(answers) if drawing else window.conversation.asking.ready
                if finished and rest.isForever():
                    rest = QDeadlineTimer(600)  # for the gliding bars
                if deadline.hasExpired() or window.problem.isVisible():
                    raise RuntimeError("The window could not show the drawing. " + window.problem.sentence.text())
            path.parent.mkdir(parents=True, exist_ok=True)
            if not window.grab().save(str(path), "PNG"):
                raise RuntimeError(f'The picture could not be written to "{path}".')
        finally:
            window.closing_question.at_once()


def make_window(
    application: QApplication, weights: Path | None, device: str, private: Path | None = None
) -> MainWindow:
    """Return the window with its workers, not yet shown. private: a folder to use instead of the user's own, for
    settings, drafts, weights and runs; with it, errors go to no log file."""
    from platformdirs import user_log_path, user_state_path

    from glyphstudio.engine.runs.runs import Runs
    from glyphstudio.engine.weights.own import OwnWeightsFolder
    from glyphstudio.ui.learner.choice import STANDARD, elsewhere, remembered, shipped
    from glyphstudio.ui.parts.settings import Settings
    from glyphstudio.ui.parts.theme import Appearance
    from glyphstudio.ui.studio.worker import StudioWorker
    from glyphstudio.ui.window.window import MainWindow
    from glyphstudio.ui.work.error_report import install

    log_file = None if private else install(user_log_path("GlyphStudio", appauthor=False))
    settings = Settings(private / "settings.ini" if private else None)
    appearance = Appearance(application, settings.theme)
    own_weights = OwnWeightsFolder(private / "weights" if private else None)
    sentence, before = "", None
    if weights is None:
        last, sentence = remembered(settings.learner, own_weights)
        before, _ = remembered(settings.learner_before, own_weights)
        choice = last or shipped(STANDARD)
    else:
        choice = elsewhere(weights)
    studio = StudioWorker(weights=choice.path, device=device, log_file=log_file)
    drafts = private or user_state_path("GlyphStudio", appauthor=False)
    runs = Runs(private / "runs" if private else None)
    window = MainWindow(studio, settings, appearance, drafts, own_weights=own_weights, runs=runs)
    window.begin_with(choice, None if before == choice else before, sentence)
    return window


def start_application() -> QApplication:
    """Return the application object, made once in a process. It shows nothing yet."""
    if sys.platform == "win32":
        with contextlib.suppress(ImportError):  # the studio reports what is missing
            import torch  # noqa: F401

    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Make every point that the device reports into ink, not only the newest before each repaint.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    QApplication.setDesktopFileName("glyphstudio")
    application = QApplication(["glyphstudio"])
    application.setApplicationName("GlyphStudio")
    application.setApplicationDisplayName("GlyphStudio")

    from glyphstudio.ui.parts.icons import app_icon

    application.setWindowIcon(app_icon())
    return application


def _tell_of_crash(window: MainWindow) -> None:
    """If GlyphStudio crashed last time, say so once, and name the file with its traces."""
    from platformdirs import user_log_path

    from glyphstudio.ui.work.error_report import log, watch_for_crashes

    traces = watch_for_crashes(user_log_path("GlyphStudio", appauthor=False))
    if traces is not None:
        sentence = f"GlyphStudio crashed last time. Your enrolled glyphs are safe. Traces are in {traces}."
        log.warning("%s", sentence)
        window.canvas_column.notice.warn(sentence, sticky=True)


def _choose_library(library: Path | None, window: MainWindow) -> tuple[Path, bool]:
    """Return the library's path, and whether the file must already exist."""
    from glyphstudio.library.library import default_library_path

    if library is not None:
        return library, False
    last = window.settings.library
    own = default_library_path()
    return (own, False) if last is None or last == own else (last, True)
