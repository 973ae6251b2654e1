"""What the Runs dock does with its runs, by mouse and keys, over real runs on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QDesktopServices, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.lock import RunLock
from glyphstudio.engine.runs.runs import STATE_FILE, Runs, RunState, load_run
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.runs.model import Column
from tests.ui.runs.making import (
    KEY,
    LEFT,
    Maker,
    button,
    choose,
    click,
    editor,
    focused,
    names,
    new,
    type_over,
)

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
