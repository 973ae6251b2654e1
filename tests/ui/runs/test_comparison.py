"""Runs side by side."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.runs import Runs, RunState
from glyphstudio.ui.runs.comparison import DIFFERS
from tests.ui.runs.making import (
    KEY,
    LEFT,
    SETTINGS,
    Maker,
    button,
    choose,
    click,
    focused,
    new,
)


def test_runs_side_by_side(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    one = new(runs, "one", 0, state=RunState.DONE, accuracy=0.98, steps_logged=30)
    other = {**SETTINGS, "rate": 1e-3, "inner": {"steps": 5, "order": 2}}
    two = new(runs, "two", 1, settings=other, steps_logged=20)
    new(runs, "three", 2)
    view = make()
    choose(view, [0, 1])
    QTest.mouseClick(button(view, "Compare"), LEFT)
    side = view.comparison
    table = {
        side.model.verticalHeaderItem(row).text(): [side.model.item(row, column).text() for column in range(2)]
        for row in range(side.model.rowCount())
    }
    assert [side.model.horizontalHeaderItem(column).text() for column in range(2)] == ["one", "two"]
    assert table["5-way 1-shot"] == ["98.0 ± 0.4 %", "–"]
    assert table["≠ Learning rate"] == ["0.002", "0.001"] and table["≠ Inner loop: steps"] == ["3", "5"]
    assert table["Ways"] == ["20", "20"] and table["Jitter"] == ["off", "off"]
    marked = [row for row in range(side.model.rowCount()) if side.model.item(row, 0).data(DIFFERS)]
    assert len(marked) == 2

    def shown() -> list[str]:
        return [title for row, title in enumerate(table) if not side.table.isRowHidden(row)]

    assert side.only.isChecked() and side.only.text() == "Only differences (2)"
    assert shown() == ["5-way 1-shot", "State", "≠ Learning rate", "≠ Inner loop: steps"]
    QTest.mouseClick(side.only, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(8, side.only.height() // 2))
    assert shown() == list(table)
    qtbot.waitUntil(lambda: side.curves is not None and set(side.curves.keys) == {str(one.folder), str(two.folder)})
    assert side.curves is not None and side.curves.isVisible()
    QTest.keyClick(focused(), KEY.Key_Escape)
    assert view.list.isVisible() and view.list.hasFocus() and side.curves.keys == ()
    choose(view, [1, 2])
    QTest.keyClick(view.list, KEY.Key_Return)
    qtbot.waitUntil(lambda: side.curves is not None and len(side.curves.keys) == 2)
    assert side.isVisible()


def test_more_than_five_are_too_many_to_compare(make: Maker, runs: Runs) -> None:
    for number in range(6):
        new(runs, f"run {number}", number)
    view = make()
    QTest.keyClick(view.list, KEY.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.chosen) == 6 and not view.compare.isEnabled()
    assert "Up to 5 runs" in view.details.facts.text()
    click(view, 5, key=Qt.KeyboardModifier.ControlModifier)
    assert view.compare.isEnabled()


def test_curves_that_come_too_late_are_dropped(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    for number in range(3):
        new(runs, f"run {number}", number, steps_logged=3)
    view = make()
    choose(view, [0, 1])
    view.compare.trigger()
    view.comparison.left.emit()
    choose(view, [1, 2])
    view.compare.trigger()
    view.close_worker()
    QApplication.processEvents()
    curves = view.comparison.curves
    assert curves is not None and [Path(key).name for key in curves.keys] == [
        one.run.folder.name for one in view.chosen
    ]
