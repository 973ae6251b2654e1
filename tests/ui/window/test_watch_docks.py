"""The menu "Training" in the real window: its docks get the library, the drawing and the weights."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.learner.choice import shipped
from glyphstudio.ui.watch.adaptation_view import AdaptationView
from glyphstudio.ui.watch.embedding_map import EmbeddingMap
from glyphstudio.ui.watch.messages import MapSeen
from glyphstudio.ui.window.watch_docks import ADAPTATION, MAP
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, key, type_name
from tests.ui.conftest import Maker
from tests.ui.glyphs import BARS, CROSS, CROSS_AGAIN, RING


@pytest.fixture
def window(make_window: Maker) -> MainWindow:
    made = make_window()
    made.begin_with(shipped("protonet"))
    return made


def training(window: MainWindow) -> list[QAction]:
    menu = next(action.menu() for action in window.menuBar().actions() if action.text() == "&Training")
    assert isinstance(menu, QMenu)
    return menu.actions()


def open_dock(window: MainWindow, name: str) -> Any:
    next(action for action in training(window) if action.data() == name).trigger()
    return window.docks.content(name)


def enrol(window: MainWindow, qtbot: QtBot, hand: Hand, ink: Ink, name: str) -> None:
    before = len(window.model)
    hand.draw(window.canvas_column.canvas, ink)
    type_name(window, name)
    qtbot.waitUntil(lambda: len(window.model) == before + 1)


def test_nothing_is_made_or_started_before_it_is_asked_for(window: MainWindow) -> None:
    actions = [action for action in training(window) if not action.isSeparator()]
    assert [action.text() for action in actions] == [
        "&Meta-Train…",
        "&Runs",
        "&Evaluate…",
        "&Watch It Adapt",
        "Map of &Embeddings",
    ]
    assert all(window.docks.content(action.data()) is None for action in actions)
    assert window.watch_docks.watching is None


def test_the_map_gets_the_library_every_change_of_it_and_the_drawing(
    window: MainWindow, qtbot: QtBot, hand: Hand
) -> None:
    enrol(window, qtbot, hand, CROSS, "Tarn")
    view = open_dock(window, MAP)
    assert isinstance(view, EmbeddingMap)
    qtbot.waitUntil(lambda: "has one glyph" in view.sentence.text())
    enrol(window, qtbot, hand, RING, "Kresh")
    window.answer_column.gallery.search.setText("Tarn")  # the map ignores the search
    qtbot.waitUntil(lambda: [glyph.name for glyph in view._names] == ["Tarn", "Kresh"])
    hand.draw(window.canvas_column.canvas, CROSS_AGAIN)
    qtbot.waitUntil(lambda: view.canvas._mark is not None and view.canvas._mark.nearest == 0)
    window.canvas_column.canvas.setFocus()
    key(window, Qt.Key.Key_Escape)
    assert view.canvas._mark is None
    window.actions_.answer.undo_change.trigger()
    qtbot.waitUntil(lambda: "has one glyph" in view.sentence.text())


def test_the_map_follows_the_pen_while_it_is_down(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    for ink, name in ((CROSS, "Tarn"), (RING, "Kresh")):
        enrol(window, qtbot, hand, ink, name)
    view = open_dock(window, MAP)
    qtbot.waitUntil(lambda: view.canvas._map is not None)
    canvas = window.canvas_column.canvas
    canvas.clear()
    qtbot.waitUntil(lambda: view.canvas._mark is None)
    hand.stroke(canvas, RING.strokes[0].xy, lift=False)
    qtbot.waitUntil(lambda: view.canvas._mark is not None and view.canvas._mark.nearest == 1)
    assert canvas.drawing_now
    hand.release(canvas, 300, 200)


def test_a_drawing_is_placed_only_while_the_map_is_visible(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    for ink, name in ((CROSS, "Tarn"), (RING, "Kresh")):
        enrol(window, qtbot, hand, ink, name)
    view = open_dock(window, MAP)
    qtbot.waitUntil(lambda: view.canvas._map is not None)
    open_dock(window, MAP)  # opening it a second time closes it
    assert not view.looked_at
    seen: list[MapSeen] = []
    assert window.watch_docks.watching is not None
    window.watch_docks.watching.mapped.connect(seen.append)
    hand.draw(window.canvas_column.canvas, CROSS_AGAIN)
    qtbot.wait(200)
    assert [answer for answer in seen if answer.mark is None or answer.mark.nearest == 0] == []  # the ring, at most
    open_dock(window, MAP)
    qtbot.waitUntil(lambda: view.canvas._mark is not None and view.canvas._mark.nearest == 0)


def test_it_adapts_to_the_users_glyphs_beside_a_pretrained_start(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    for ink, name in ((CROSS, "Tarn"), (RING, "Kresh"), (BARS, "Ulo")):
        enrol(window, qtbot, hand, ink, name)
    view = open_dock(window, ADAPTATION)
    assert isinstance(view, AdaptationView)
    qtbot.waitUntil(lambda: "ProtoNet has no inner loop" in view.sentence.text())
    window.learner.choose(shipped("maml"))
    hand.draw(window.canvas_column.canvas, CROSS_AGAIN)
    drawing = window.canvas_column.canvas.drawing
    qtbot.waitUntil(
        lambda: view._seen is not None and view._seen.pretrained is not None and view._seen.drawing is drawing,
    )
    seen = view._seen
    assert seen is not None
    assert seen.pretrained is not None
    assert seen.own.title == "MAML"
    assert len(seen.own.losses) == len(seen.pretrained.losses) == 11
    assert seen.own.losses[10] < seen.own.losses[0]
    view.go_to(10)
    assert view.heading.text() == "After 10 steps"
    assert window.model.glyph(seen.own.rankings[10][0].glyph_id) == window.model.named("Tarn")


def test_both_docks_are_open_again_after_a_restart(make_window: Maker, qtbot: QtBot) -> None:
    first = make_window()
    first.begin_with(shipped("protonet"))
    open_dock(first, ADAPTATION)
    open_dock(first, MAP)
    first.close()
    second = make_window()
    assert [action.data() for action in training(second) if action.isChecked()] == [ADAPTATION, MAP]
    qtbot.waitUntil(lambda: second.docks.content(MAP) is not None)
    second.actions_.window.reset_layout.trigger()
    assert not any(action.isChecked() for action in training(second))
    second.close()
    third = make_window()
    assert not any(action.isChecked() for action in training(third))


def test_closing_ends_the_thread_in_the_middle_of_its_work(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    for ink, name in ((CROSS, "Tarn"), (RING, "Kresh")):
        enrol(window, qtbot, hand, ink, name)
    open_dock(window, MAP)
    watching = window.watch_docks.watching
    assert watching is not None
    qtbot.waitUntil(lambda: watching.started)
    window.close()
    assert not watching.running
    assert not window.weights_worker.running
