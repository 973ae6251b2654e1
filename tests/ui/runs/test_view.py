"""The list of runs, by mouse and keys, over real runs on the disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QDesktopServices, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.lock import RunLock
from glyphstudio.engine.runs.log import RunLog, step_line
from glyphstudio.engine.runs.runs import STATE_FILE, Run, Runs, RunState, load_run, save_run
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.runs import words as runs_words
from glyphstudio.ui.runs.comparison import DIFFERS
from glyphstudio.ui.runs.model import Column
from glyphstudio.ui.runs.view import RunsView

SETTINGS = {"steps": 600, "ways": 20, "shots": 1, "rate": 2e-3, "jitter": None, "inner": {"steps": 3, "order": 2}}
LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
Maker = Callable[[], RunsView]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def make(qtbot: QtBot, runs: Runs) -> Iterator[Maker]:
    """A function that makes the view and waits until it has read the disk."""
    made: list[RunsView] = []

    def view() -> RunsView:
        one = RunsView(runs)
        made.append(one)
        one.resize(1200, 640)
        with qtbot.waitExposed(one):
            one.show()
        one.activateWindow()
        qtbot.waitUntil(lambda: one._known)
        return one

    yield view
    for one in made:
        one.close_worker()
        one.close()
        one.deleteLater()


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


# The list


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


# Names and notes


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


# Actions


def test_actions_follow_the_selection(make: Maker, runs: Runs) -> None:
    new(runs, "done", 0, state=RunState.DONE, accuracy=0.9)
    stopped = new(runs, "stopped", 1, state=RunState.STOPPED, step=9)
    (stopped.folder / STATE_FILE).touch()
    new(runs, "failed", 2, state=RunState.FAILED, problem="Broken.", sentences=("It overfits: try less.",))
    view = make()

    def can() -> list[str]:
        every = (view.use, view.resume, view.again, view.compare, view.rename, view.note, view.folder, view.delete)
        return [action.text().replace("&", "").split()[0] for action in every if action.isEnabled()]

    assert can() == []
    about_one = ["Train", "Rename", "Write", "Open", "Delete…"]
    for row, first, words in ((0, "Use", ""), (1, "Resume", "press Resume"), (2, None, "Broken.\nNothing was saved")):
        click(view, row)
        assert can() == [*([first] if first else []), *about_one]
        assert view.details.findings.text().startswith(words) or words in view.details.findings.text()
    assert view.details.findings.text().endswith("It overfits: try less.")
    choose(view, [0, 1, 2])
    assert can() == ["Compare", "Delete…"]


def test_actions_send_their_signals(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run = new(runs, "one", state=RunState.STOPPED, step=9, accuracy=0.9)
    (run.folder / STATE_FILE).touch()
    view = make()
    click(view, 0)
    for name, signal, expected in (
        ("Use these weights", view.use_wanted, [run.weights, "one"]),
        ("Resume", view.resume_wanted, [run]),
    ):
        with qtbot.waitSignal(signal) as caught:
            QTest.mouseClick(button(view, name), LEFT)
        assert caught.args == expected
    with qtbot.waitSignal(view.again_wanted) as caught:
        view.again.trigger()
    assert caught.args == [run]


def test_a_run_in_training_is_neither_resumed_nor_deleted(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run = new(runs, "going", state=RunState.RUNNING, step=9)
    (run.folder / STATE_FILE).touch()
    with RunLock(run.folder):
        view = make()
        click(view, 0)
        assert not view.resume.isEnabled()
        QTest.keyClick(view.list, KEY.Key_Delete)
        assert "is being trained" in view.said.text() and not view.question.isVisible()
        view.worker.delete((run,))  # as if its training had started after the list was made
        view.close_worker()
    assert load_run(run.folder)


def test_the_folder_is_opened(make: Maker, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new(runs, "one")
    opened: list[str] = []

    def refuse(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return False

    monkeypatch.setattr(QDesktopServices, "openUrl", refuse)
    view = make()
    click(view, 0)
    view.folder.trigger()
    assert [Path(one) for one in opened] == [run.folder]
    assert "could not be opened" in view.said.text()


# Deleting


def test_deleting_asks_and_escape_keeps(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    run = new(runs, "one")
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_Delete)
    assert view.question.text.text().startswith('Delete "one" with its log') and view.question.no.hasFocus()
    QTest.keyClick(focused(), KEY.Key_Escape)
    assert not view.question.isVisible() and view.buttons.isVisible() and load_run(run.folder)
    QTest.keyClick(view.list, KEY.Key_Delete)
    QTest.mouseClick(view.question.yes, LEFT)
    qtbot.waitUntil(lambda: view.table.rowCount() == 0)
    assert not run.folder.exists()


def test_another_selection_withdraws_the_question(make: Maker, runs: Runs) -> None:
    one, two = new(runs, "one"), new(runs, "two", 1)
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_Delete)
    click(view, 1)
    assert not view.question.isVisible(), "another run is selected now"
    view.close_worker()
    assert load_run(one.folder) and load_run(two.folder)


def test_a_run_kept_elsewhere_is_only_forgotten(qtbot: QtBot, make: Maker, runs: Runs, tmp_path: Path) -> None:
    run = new(runs, "mine", folder=tmp_path / "mine")
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_Delete)
    said = view.question.text.text()
    assert said.startswith('Remove "mine" from this list?') and f"{run.folder} stay where they are" in said
    assert view.question.yes.text() == "Remove"
    QTest.mouseClick(view.question.yes, LEFT)
    qtbot.waitUntil(lambda: view.table.rowCount() == 0)
    assert load_run(run.folder).name == "mine"


# Side by side


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


# Looks and keys


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_into_a_narrow_dock_and_has_a_name(
    qapp: QApplication, make: Maker, runs: Runs, theme: str
) -> None:
    appearance = Appearance(qapp, theme)
    for number in range(4):
        new(runs, "A rather long name of a run that was trained for a night " * 2, number, accuracy=0.9)
    view = make()
    view.resize(480, 640)
    click(view, 0, Column.NAME)
    QTest.qWait(1)
    assert view.width() == 480, "something is too wide"
    for one in view.findChildren(QAbstractButton):
        if one.isVisible() and isinstance(one, QPushButton):
            assert one.accessibleName()
            assert one.mapTo(view, QPoint(one.width(), 0)).x() <= 480
            assert one.width() >= one.sizeHint().width()
    chosen = (
        view.grab().toImage().pixelColor(view.list.mapTo(view, QPoint(2, view.list.horizontalHeader().height() + 4)))
    )
    expected = QColor(appearance.theme.hover)
    assert chosen == expected and chosen != view.palette().color(QPalette.ColorRole.Window)
    qapp.setStyleSheet("")


def test_keys_reach_everything(make: Maker, runs: Runs) -> None:
    new(runs, "one", accuracy=0.9)
    view = make()
    view.search.setFocus()
    click(view, 0)
    reached = set()
    for _ in range(12):
        QTest.keyClick(focused(), KEY.Key_Tab)
        reached.add(focused().accessibleName())
    assert {"Search the runs", "Runs", "Use these weights", "More actions for the selected run"} <= reached


def test_keys_pressed_here_do_not_trigger_the_window_shortcuts(
    qtbot: QtBot, make: Maker, runs: Runs, request: pytest.FixtureRequest
) -> None:
    for number in range(2):
        new(runs, f"run {number}", number)
    view = make()
    window, pressed = QMainWindow(), []
    qtbot.addWidget(window)
    for key in ("F2", "Del", "Return", "Esc", "1"):
        action = QAction(key, window)
        action.setShortcut(key)
        action.triggered.connect(lambda _=False, key=key: pressed.append(key))
        window.addAction(action)
    window.setCentralWidget(view)
    request.addfinalizer(window.takeCentralWidget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_F2)
    type_over(view, "1")
    qtbot.waitUntil(lambda: names(view)[0] == "1")
    QTest.keyClick(view.list, KEY.Key_F2)
    QTest.keyClick(editor(view), KEY.Key_Escape)
    QTest.keyClick(view.list, KEY.Key_Delete)
    QTest.keyClick(focused(), KEY.Key_Escape)
    choose(view, [0, 1])
    QTest.keyClick(view.list, KEY.Key_Return)
    assert view.comparison.isVisible()
    QTest.keyClick(focused(), KEY.Key_Escape)
    assert view.list.hasFocus() and pressed == []
    QTest.keyClick(view.list, KEY.Key_Escape)
    assert pressed == ["Esc"], "the window's shortcuts do not work at all"


def test_keys_select_runs_and_a_single_cell_is_no_selection(make: Maker, runs: Runs) -> None:
    for number in range(3):
        new(runs, f"run {number}", number)
    view = make()
    click(view, 0)
    QTest.keyClick(view.list, KEY.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [one.run.name for one in view.chosen] == ["run 0", "run 1"]
    view.list.selectionModel().clear()
    view.list.selectionModel().select(view.table.index(2, 0), QItemSelectionModel.SelectionFlag.Select)
    assert view.chosen == []


def test_a_list_that_cannot_be_read_is_reported(qtbot: QtBot, make: Maker, runs: Runs) -> None:
    runs.folder.mkdir()
    view = make()

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        view.refresh()
        qtbot.waitUntil(view.said.isVisible)
    assert "cannot be listed (Permission denied)" in view.said.text()
