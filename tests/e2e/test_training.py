"""Meta-training from the menu to recognising with the result, on real handwriting, in the real window."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QMenu, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from glyphstudio.data.splits import VALIDATION_ALPHABETS
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Runs, RunState
from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.plot.curves import CurvesView
from glyphstudio.ui.train.panel import TrainingPanel
from glyphstudio.ui.window.training_docks import TRAINING
from glyphstudio.ui.window.window import MainWindow
from tests.e2e.strokes import official_ink
from tests.hand import Hand, type_name
from tests.omniglot import omniglot_folder
from tests.patience import PATIENCE

ALPHABETS = ("Latin", "Greek", "Hebrew", *VALIDATION_ALPHABETS)
CHARACTERS, DRAWERS = 10, 8  # the numbers of each
LEFT = Qt.MouseButton.LeftButton
LONG = 1000 * PATIENCE  # ms


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a small part of Omniglot."""
    with zipfile.ZipFile(omniglot_folder() / "images_background.zip") as archive:
        for name in archive.namelist():
            found = re.fullmatch(r"images_background/(\w+)/character(\d+)/\d+_(\d+)\.png", name)
            if found and found[1] in ALPHABETS and int(found[2]) <= CHARACTERS and int(found[3]) <= DRAWERS:
                archive.extract(name, tmp_path)
    return tmp_path / "images_background"


def choose(window: MainWindow, menu: str, item: str) -> None:
    """Open the menu and click the item with the mouse."""
    bar = window.menuBar()
    top = next(action for action in bar.actions() if action.text() == menu)
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(top).center())
    opened = top.menu()
    assert isinstance(opened, QMenu)
    assert opened.isVisible()
    wanted = next(action for action in opened.actions() if action.text() == item)
    QTest.mouseClick(opened, LEFT, pos=opened.actionGeometry(wanted).center())


def click(button: QAbstractButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, LEFT, pos=QPoint(10, button.height() // 2))


def type_number(field: QWidget, number: int) -> None:
    assert isinstance(field, QSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, str(number))
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.value() == number


def fill(panel: TrainingPanel, learner: str, source: Path, **settings: int) -> None:
    """Fill in the form with mouse and keys: measure quickly, and set every setting by hand."""
    form = panel.form
    pick(form.learner, learner)
    click(form.presets.button(0))
    if form.sources.invented.isChecked():
        click(form.sources.invented)
    if not form.sources.omniglot.isChecked():
        click(form.sources.omniglot)
    form.sources.place.clear()
    QTest.keyClicks(form.sources.place, str(source))
    click(form.presets.buttons()[-1])
    for key, number in settings.items():
        type_number(form.fields.fields[key], number)
    assert not form.problem.text()


def pick(box: QComboBox, text: str) -> None:
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if box.findText(text) > before else Qt.Key.Key_Up)
        assert box.currentIndex() != before


def drawn(panel: TrainingPanel) -> int:
    """Return how many steps the curves have."""
    curves = panel.live.curves
    if not isinstance(curves, CurvesView) or not curves.keys:
        return 0
    return len(curves._runs[curves.keys[0]])


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)  # a menu, on the offscreen platform
def test_trained_from_the_menu_used_and_recognised_with(
    open_window: Callable[[Path], MainWindow], qtbot: QtBot, tmp_path: Path, source: Path
) -> None:
    window, hand = open_window(tmp_path / "field.glyphs"), Hand()
    for character in range(1, 4):
        for drawer in (1, 2):  # two shots each, so that the library can be used for a trial
            name = f"Aramaic {character}"
            hand.draw(window.canvas_column.canvas, official_ink("Early_Aramaic", character, drawer))
            type_name(window, name)
            qtbot.waitUntil(lambda: window.canvas_column.canvas.settled)
    choose(window, "&Training", "&Meta-Train…")
    panel = window.docks.content(TRAINING)
    assert isinstance(panel, TrainingPanel)
    qtbot.waitUntil(panel.isVisible)

    # ProtoNet: watched, paused, resumed, stopped and kept, while the window keeps answering
    fill(panel, "ProtoNet", source, ways=5, queries=2, steps=5000)
    click(panel.form.start)
    qtbot.waitUntil(lambda: drawn(panel) >= 20, timeout=LONG)
    seen = drawn(panel)
    qtbot.waitUntil(lambda: drawn(panel) >= seen + 20, timeout=LONG)
    click(panel.live.pause)
    qtbot.waitUntil(lambda: panel.live.pause.text() == "Resume", timeout=LONG)
    (run,) = panel.worker.runs.all()
    paused = len(read_log(run.log).step)
    qtbot.waitUntil(lambda: drawn(panel) == paused)  # earlier steps are drawn ten times a second
    draw_and_see(qtbot, window, hand, official_ink("Early_Aramaic", 2, 3))
    assert drawn(panel) == paused, "it took a step while it was paused"
    click(panel.live.pause)
    qtbot.waitUntil(lambda: drawn(panel) >= paused + 10, timeout=LONG)
    draw_and_see(qtbot, window, hand, official_ink("Early_Aramaic", 1, 3))
    click(panel.live.keep)
    qtbot.waitUntil(lambda: panel.pages.currentWidget() is panel.result_page, timeout=LONG)
    finished = panel.result_page.finished
    assert finished is not None
    assert finished.run is not None
    assert finished.weights
    assert finished.run.state is RunState.STOPPED
    assert paused < finished.run.step < 5000
    assert finished.result is not None
    held_out, library = finished.result.rows[0], finished.result.rows[-1]
    assert held_out.now is not None, "not measured against the weights in use"
    assert "6 drawings" in library.asked
    before = window.learner.current
    assert before is not None
    click(panel.result_page.use)
    qtbot.waitUntil(lambda: window.learner.current != before, timeout=LONG)
    assert window.learner.current is not None
    assert window.learner.current.own
    draw_and_see(qtbot, window, hand, official_ink("Early_Aramaic", 3, 3))

    # MAML, to its end
    click(panel.result_page.change)
    fill(panel, "MAML", source, ways=5, queries=2, meta_batch=2, steps=12)
    click(panel.form.start)
    qtbot.waitUntil(lambda: panel.pages.currentWidget() is panel.result_page, timeout=2 * LONG)
    finished = panel.result_page.finished
    assert finished is not None
    assert finished.run is not None
    assert not finished.problem
    assert finished.run.state is RunState.DONE
    click(panel.result_page.use)
    qtbot.waitUntil(lambda: "MAML" in window.learner.description, timeout=LONG)
    draw_and_see(qtbot, window, hand, official_ink("Early_Aramaic", 3, 4))
    assert [run.learner for run in Runs(tmp_path / "private" / "runs").all()] == ["maml", "protonet"]

    # And back to the shipped weights
    window.learner.go_back()
    qtbot.waitUntil(lambda: "ProtoNet" in window.learner.description, timeout=LONG)


def draw_and_see(qtbot: QtBot, window: MainWindow, hand: Hand, ink: Ink) -> None:
    """Draw, and wait until the window shows a ranking of all three glyphs."""
    window.canvas_column.canvas.setFocus()
    QTest.keyClick(window.canvas_column.canvas, Qt.Key.Key_Escape)
    answers: list[float] = []
    window.conversation.answered.connect(answers.append)
    hand.draw(window.canvas_column.canvas, ink)
    qtbot.waitUntil(lambda: bool(answers) and not window.answer_column.verdict.tentative)
    window.conversation.answered.disconnect(answers.append)
    rows = [row.content for row in window.answer_column.ranking.rows if row.content is not None]
    assert sorted(row.name for row in rows) == ["Aramaic 1", "Aramaic 2", "Aramaic 3"]
