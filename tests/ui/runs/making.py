"""Runs on the disk, and hands for the view that lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from glyphstudio.engine.runs.log import RunLog, step_line
from glyphstudio.engine.runs.runs import Run, Runs, save_run
from glyphstudio.ui.runs.model import Column
from glyphstudio.ui.runs.view import RunsView

SETTINGS = {"steps": 600, "ways": 20, "shots": 1, "rate": 2e-3, "jitter": None, "inner": {"steps": 3, "order": 2}}
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
Maker = Callable[[], RunsView]


def new(runs: Runs, name: str, hours: int = 0, *, steps_logged: int = 0, accuracy: float = 0.0, **more: object) -> Run:
    """Save a run that was created `hours` ago."""
    learner, settings = more.pop("learner", "protonet"), more.pop("settings", SETTINGS)
    folder = more.pop("folder", None)
    run = runs.new(learner, ("",), settings, name=name, folder=folder)  # type: ignore[arg-type]
    if accuracy:
        more["figures"] = {"5-way 1-shot": {"accuracy": accuracy, "ci95": 0.004, "tasks": 1000.0}}
        run.weights.write_bytes(b"weights")
    run = replace(run, created=datetime(2026, 5, 20, 12, tzinfo=UTC) - timedelta(hours=hours), **more)  # type: ignore[arg-type]
    if steps_logged:
        with RunLog(run.log) as log:
            for step in range(1, steps_logged + 1):
                log.write(step_line(step, loss=1 / step, before=0.05, after=0.9, seconds=0.1))
    return save_run(run)


def names(view: RunsView) -> list[str]:
    return [view.table.index(row, 0).data() for row in range(view.table.rowCount())]


def cell(view: RunsView, row: int, column: Column) -> QPoint:
    return view.list.visualRect(view.table.index(row, column)).center()


def click(view: RunsView, row: int, column: Column = Column.STATE, key: Qt.KeyboardModifier | None = None) -> None:
    keys = key or Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view.list.viewport(), LEFT, keys, cell(view, row, column))


def choose(view: RunsView, rows: Sequence[int]) -> None:
    for number, row in enumerate(rows):
        click(view, row, key=Qt.KeyboardModifier.ControlModifier if number else None)


def button(view: RunsView, name: str) -> QPushButton:
    (found,) = [one for one in view.findChildren(QPushButton) if one.accessibleName() == name and one.isVisible()]
    return found


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def editor(view: RunsView) -> QLineEdit:
    (found,) = view.list.viewport().findChildren(QLineEdit)
    return found


def type_over(view: RunsView, text: str) -> None:
    field = editor(view)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, KEY.Key_Return)
