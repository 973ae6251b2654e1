"""The program in a separate process, with a hand that draws in it. Prints what the window shows.

python -m tests.e2e.child LIBRARY (enrol NAME | scribble | show | problem)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.start import app
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name

INK = Ink.of([[(0.2, 0.2), (0.5, 0.8), (0.8, 0.2)], [(0.1, 0.5), (0.5, 0.45), (0.9, 0.5)]])
Steps = Iterator[bool]  # False: not yet, try again


def say(text: str) -> None:
    print(text, flush=True)


def files_done(window: MainWindow) -> Steps:
    """Wait until the files' thread, which works in order, has done all its requests."""
    written: list[object] = []
    window.files.exported.connect(written.append)
    window.files.export(Path(sys.argv[1]).with_suffix(".svg"), INK)
    while not written:
        yield False


def enrol(window: MainWindow, name: str) -> Steps:
    Hand().draw(window.canvas_column.canvas, INK)
    type_name(window, name)
    while not window.answer_column.verdict.detail.startswith("Enrolled"):
        yield False
    say(window.answer_column.verdict.detail)


def scribble(window: MainWindow) -> Steps:
    Hand().draw(window.canvas_column.canvas, INK)
    yield from files_done(window)
    say("drawn")


def show(window: MainWindow) -> Steps:
    notices = [window.canvas_column.notice.text]
    window.files.draft_found.connect(lambda _: notices.append(window.canvas_column.notice.text))
    yield from files_done(window)
    drawing = window.canvas_column.canvas.drawing
    strokes = len(drawing.strokes) if isinstance(drawing, Ink) else -1
    say(f"glyphs: {[glyph.name for glyph in window.model.shown]}, strokes: {strokes}, says: {notices[-1]}")
    window.close()


def problem(window: MainWindow) -> Steps:
    while not window.problem.isVisible():
        yield False
    say(f"problem: {window.problem.sentence.text()}")


def main() -> int:
    library, what, *names = sys.argv[1:]
    application = app.start_application()
    steps: list[Steps] = []
    timer = QTimer()

    def tick() -> None:
        if not steps:
            for window in QApplication.topLevelWidgets():
                is_open = window.windowTitle().startswith(Path(library).stem)
                if isinstance(window, MainWindow) and (is_open or what == "problem"):
                    acts = {"enrol": enrol, "scribble": scribble, "show": show, "problem": problem}
                    steps.append(acts[what](window, *names))  # type: ignore[operator]
        elif next(steps[0], True):
            timer.stop()

    timer.timeout.connect(tick)
    timer.start(10)
    assert application is not None
    return app.run(Path(library), None, "cpu")


if __name__ == "__main__":
    sys.exit(main())
