"""The worker of the views that watch a learner: which requests it does, and when it stops."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot

from glyphstudio.ui.watch.adaptation_view import AdaptationView
from glyphstudio.ui.watch.embedding_map import EmbeddingMap
from glyphstudio.ui.watch.messages import AdaptationSeen, AdaptationWish, Basis, MapWish
from glyphstudio.ui.watch.worker import WatchWorker, Wishes
from tests.patience import PATIENCE
from tests.ui.glyphs import CROSS, CROSS_AGAIN, GATE, RING_AGAIN, STAIR
from tests.ui.watch.making import FOMAML, PROTONET, THREE, Held, collected, glyph, names, ready


def test_a_hidden_view_does_no_work_and_catches_up(qtbot: QtBot, view: AdaptationView, thread: WatchWorker) -> None:
    view.use(FOMAML)
    view.show_library(THREE)
    view.show_drawing(CROSS_AGAIN)
    assert not thread.started
    view.show()
    qtbot.waitUntil(lambda: view._seen is not None and view._seen.pretrained is not None)
    view.hide()
    QApplication.processEvents()
    answers = collected(thread.adapted)
    view.show_library([*THREE, glyph(9, "Gate", GATE)])
    view.show_drawing(GATE)
    other = EmbeddingMap(thread)
    qtbot.addWidget(other)
    other.use(PROTONET)
    other.show_library(THREE)
    other.show()  # its request comes after all that could have been sent
    qtbot.waitUntil(lambda: other._library_map is not None)
    assert answers == []
    view.show()
    view.slider.setValue(1)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Gate"])


def test_behind_another_tab_a_view_does_no_work(qtbot: QtBot, thread: WatchWorker) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    view, other = AdaptationView(thread), EmbeddingMap(thread)
    docks = [QDockWidget(), QDockWidget()]
    for dock, inside in zip(docks, (view, other), strict=True):
        dock.setWidget(inside)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.tabifyDockWidget(*docks)
    window.show()
    docks[0].raise_()
    qtbot.waitUntil(lambda: view.looked_at and not other.looked_at)
    placed, adapted = collected(thread.mapped), collected(thread.adapted)
    for one in (view, other):
        one.use(FOMAML)
        one.show_library(THREE)
    qtbot.waitUntil(lambda: bool(adapted))
    assert placed == []
    docks[1].raise_()
    qtbot.waitUntil(lambda: bool(placed))
    assert not view.looked_at
    docks[1].close()
    qtbot.waitUntil(lambda: view.looked_at)


def test_only_the_newest_waiting_drawing_is_used(
    qtbot: QtBot, view: AdaptationView, thread: WatchWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    ready(view)
    assert held.reached.wait(PATIENCE)
    answers = collected(thread.adapted)
    for drawing in (STAIR, CROSS, GATE, RING_AGAIN):
        view.show_drawing(drawing)
    held.go.set()
    view.slider.setValue(1)
    qtbot.waitUntil(lambda: names(view)[:1] == ["Ring"])
    seen = [answer.drawing for answer in answers if isinstance(answer, AdaptationSeen)]
    assert seen == [CROSS_AGAIN, RING_AGAIN]
    assert STAIR not in held.rendered


def test_another_library_ends_the_work_on_the_previous_one(
    qtbot: QtBot, view: AdaptationView, thread: WatchWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    ready(view)
    assert held.reached.wait(PATIENCE)
    answers = collected(thread.adapted)
    view.show_library([*THREE[:2], glyph(5, "Gate", GATE)])
    held.go.set()
    qtbot.waitUntil(lambda: "Gate" in names(view))
    assert {answer.basis for answer in answers} == {view._basis}


def test_closing_ends_the_thread_in_the_middle_of_its_work(
    view: AdaptationView, thread: WatchWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    ready(view)
    assert held.reached.wait(PATIENCE)
    answers = collected(thread.adapted)

    # The thread continues only after it was told to end.
    def go_when_told() -> None:
        assert thread.stop.wait(PATIENCE)
        held.go.set()

    release = threading.Thread(target=go_when_told)
    release.start()
    thread.close()
    release.join()
    assert len(held.rendered) == 1
    assert not thread.running
    QApplication.processEvents()
    assert answers == []
    thread.ask(AdaptationWish(Basis(THREE, FOMAML), None))
    assert not thread.running


def test_closing_a_worker_that_never_started() -> None:
    thread = WatchWorker()
    thread.close()
    thread.close()
    assert not thread.started


def test_requests_of_each_kind_wait_separately() -> None:
    wishes, basis = Wishes(), Basis(THREE, FOMAML)
    first, second = AdaptationWish(basis, CROSS), AdaptationWish(basis, GATE)
    third = MapWish(basis, None)
    assert wishes.put(first)
    assert not wishes.put(second)
    assert not wishes.put(third)
    assert wishes.take() is second
    assert wishes.stands(first)
    assert not wishes.stands(AdaptationWish(Basis(THREE, FOMAML), CROSS))
    wishes.drop(AdaptationWish)
    assert not wishes.stands(first)
    assert wishes.take() is third
    assert wishes.take() is None
    assert wishes.put(first)
