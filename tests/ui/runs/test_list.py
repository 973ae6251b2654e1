"""The list of runs: what it shows, and names and notes changed in place."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.lock import RunLock
from glyphstudio.engine.runs.runs import Run, Runs, RunState, load_run, save_run
from glyphstudio.ui.runs import words as runs_words
from glyphstudio.ui.runs.model import Column
from glyphstudio.ui.runs.view import RunsView
from tests.ui.runs.making import (
    KEY,
    LEFT,
    SETTINGS,
    Maker,
    cell,
    click,
    editor,
    names,
    new,
    type_over,
)


def test_without_runs_it_says_how_to_get_one(make: Maker) -> None:
    view = make()
    assert view.list.empty_text == runs_words.EMPTY
    assert not any(one.isVisible() for one in (view.search, view.buttons, view.about))


def test_runs_are_listed_with_what_matters_newest_first(make: Maker, runs: Runs) -> None:
    new(runs, "old", 9, state=RunState.DONE, step=600, steps=600, accuracy=0.981)
    new(runs, "stopped", 5, state=RunState.STOPPED, step=120)
    new(runs, "failed", 3, state=RunState.FAILED, step=7, problem="The loss stopped being a number.")
    new(runs, "cut", 2, state=RunState.RUNNING, step=1200, steps=4000)
    new(runs, "paused", 1, state=RunState.PAUSED, step=8)
    with RunLock(new(runs, "going", state=RunState.RUNNING, step=50, note="a\nnote").folder):
        view = make()
        shown = [[view.table.index(row, column).data() for column in (Column.NAME, Column.STATE)] for row in range(6)]
    assert shown == [
        ["going", "running, step 50 of 600"],
        ["paused", "cut off at step 8 of 600"],
        ["cut", "cut off at step 1,200 of 4,000"],
        ["failed", "failed at step 7 of 600"],
        ["stopped", "stopped at step 120 of 600"],
        ["old", "done"],
    ]
    assert view.table.index(5, Column.ACCURACY).data() == "98.1 ± 0.4 %"
    assert view.table.index(0, Column.SETTINGS).data() == "20-way 1-shot, 600 steps, rate 0.002"
    assert view.table.index(0, Column.SOURCE).data() == "Omniglot"
    assert view.table.index(0, Column.NOTE).data() == "a note"
    assert view.count.text() == "6"


def test_names_from_files_are_not_markup(make: Maker, runs: Runs) -> None:
    new(runs, "<b>bold</b>", note="<img src='x'>")
    view = make()
    click(view, 0)
    assert view.details.title.textFormat() is Qt.TextFormat.PlainText
    assert view.table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "<p>&lt;b&gt;bold&lt;/b&gt;</p>"


def test_a_click_on_a_heading_sorts(make: Maker, runs: Runs) -> None:
    for name, hours, accuracy in (("run 10", 1, 0.9), ("run 9", 2, 0.0), ("Run 1", 3, 0.99), ("zebra", 0, 0.5)):
        new(runs, name, hours, accuracy=accuracy)
    view = make()
    assert names(view) == ["zebra", "run 10", "run 9", "Run 1"]
    head = view.list.horizontalHeader()

    def press(column: Column) -> None:
        at = QPoint(head.sectionViewportPosition(column) + 20, head.height() // 2)
        QTest.mouseClick(head.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)

    press(Column.NAME)
    assert names(view) == ["Run 1", "run 9", "run 10", "zebra"]
    press(Column.NAME)
    assert names(view) == ["zebra", "run 10", "run 9", "Run 1"]
    press(Column.ACCURACY)
    press(Column.ACCURACY)
    assert names(view) == ["Run 1", "run 10", "zebra", "run 9"]
    press(Column.LEARNER)  # all the same: the newest first
    assert names(view) == ["zebra", "run 10", "run 9", "Run 1"]


def test_search_finds_all_words_anywhere(make: Maker, runs: Runs) -> None:
    new(runs, "Night run", 0, note="for the talk")
    new(runs, "Day run", 1, learner="maml")
    view = make()
    QTest.keyClicks(view.search, "RUN talk")
    assert names(view) == ["Night run"] and view.count.text() == "1 of 2"
    QTest.keyClick(view.search, KEY.Key_Escape)
    assert len(names(view)) == 2
    QTest.keyClicks(view.search, "maml")
    QTest.keyClick(view.search, KEY.Key_Return)
    assert [one.run.name for one in view.chosen] == ["Day run"] and view.list.hasFocus()
    QTest.keyClicks(view.search, " nowhere")
    assert names(view) == [] and view.list.empty_text == runs_words.NOTHING_FOUND


def test_a_run_that_changes_on_disk_changes_here_and_stays_selected(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run, other = new(runs, "one", 1), new(runs, "two", 2)
    view = make()
    click(view, 0)
    with RunLock(run.folder):
        save_run(replace(run, state=RunState.RUNNING, step=10))
        new(runs, "three", 0)
        view.worker.look_again()  # as the timer does
        qtbot.waitUntil(lambda: names(view) == ["three", "one", "two"])
        assert [one.run.step for one in view.chosen] == [10]
        assert view.details.facts.text().startswith("Running, step 10 of 600")
        runs.delete(other)
        view.refresh()
        qtbot.waitUntil(lambda: names(view) == ["three", "one"])
    view.worker.look_again()  # no file has changed, but no process trains the run any more
    qtbot.waitUntil(lambda: view.table.index(1, Column.STATE).data() == "cut off at step 10 of 600")


def test_while_nothing_changes_nothing_is_read(
    qtbot: QtBot, make: Maker, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    new(runs, "one")
    view = make()
    monkeypatch.setattr(Runs, "all", lambda _: pytest.fail("it was read"))
    with qtbot.assertNotEmitted(view.worker.listed), qtbot.assertNotEmitted(view.worker.refused):
        for _ in range(5):
            view.worker.look_again()
        view.close_worker()


def test_five_hundred_runs(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    for number in range(500):
        folder = runs.folder / f"{number:03}"
        created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        save_run(Run(folder, f"run {number}", created, "maml", ("synthetic",), SETTINGS, steps=600))
    view = make()
    assert view.table.rowCount() == 500 and names(view)[:2] == ["run 499", "run 498"]
    view.list.scrollToBottom()
    click(view, 499)
    assert view.chosen[0].run.name == "run 0"
    view.refresh()
    QTest.keyClicks(view.search, "run 123")
    assert names(view) == ["run 123"]


def test_a_training_on_the_command_line_appears_by_itself(
    qtbot: QtBot, make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    runs = Runs()
    monkeypatch.setattr("glyphstudio.ui.runs.view._PERIOD", 100)
    view = RunsView(runs)
    qtbot.addWidget(view)
    view.resize(1200, 640)
    view.show()
    command = [sys.executable, "-m", "glyphstudio", "train", "--out", str(tmp_path / "mine"), "--data", "synthetic:3"]
    command += ["--steps", "4", "--ways", "4", "--queries", "2", "--channels", "4,4,4,4", "--embedding", "8"]
    command += ["--measure-tasks", "10", "--device", "cpu"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as training:
        try:
            qtbot.waitUntil(lambda: view.table.rowCount() == 1)
            qtbot.waitUntil(lambda: view.table.index(0, Column.STATE).data() == "done")
        finally:
            training.kill()
            view.close_worker()
    assert view.table.index(0, Column.SOURCE).data() == "synthetic, 3 alphabets"
    assert "±" in view.table.index(0, Column.ACCURACY).data()


def test_a_name_is_changed_in_place(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run = new(runs, "one")
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_F2)
    type_over(view, "another")
    qtbot.waitUntil(lambda: names(view) == ["another"])
    assert load_run(run.folder).name == "another"
    click(view, 0, Column.NAME)
    QTest.mouseDClick(view.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, cell(view, 0, Column.NAME))
    QTest.keyClicks(editor(view), "not this")
    QTest.keyClick(editor(view), KEY.Key_Escape)
    assert names(view) == ["another"] and not view.list.is_editing


def test_a_blank_name_is_refused_with_a_sentence(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    new(runs, "one")
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_F2)
    type_over(view, "   ")
    qtbot.waitUntil(view.said.isVisible)
    assert "needs a name" in view.said.text() and names(view) == ["one"]


def test_a_note_is_written_in_place(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run = new(runs, "one")
    view = make()
    click(view, 0)
    view.note.trigger()
    type_over(view, "for the talk")
    qtbot.waitUntil(lambda: view.table.index(0, Column.NOTE).data() == "for the talk")
    assert load_run(run.folder).note == "for the talk" and load_run(run.folder).name == "one"
