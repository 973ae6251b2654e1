"""Docks are closed at first, made once, tabbed, remembered, and never squeeze the canvas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from glyphstudio.ui.window.docks import Docks

LEAST = QSize(300, 200)


class AnswerColumn(QLabel):
    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)


class Place:
    """A window with three docks and a central widget that needs 200 pixels."""

    def __init__(self) -> None:
        self.window = QMainWindow()
        self.middle = QWidget()
        self.middle.setMinimumSize(200, 150)
        self.window.setCentralWidget(self.middle)
        self.docks = Docks(self.window, LEAST)
        self.made: list[str] = []
        for name in ("one", "two", "three"):
            self.docks.add(name, f"&{name.title()}…", partial(self._make, name))

    def _make(self, name: str) -> QWidget:
        self.made.append(name)
        return AnswerColumn(name)

    def action(self, name: str) -> QAction:
        return next(action for action in self.docks.actions if action.data() == name)

    def open(self) -> list[str]:
        return [action.data() for action in self.docks.actions if action.isChecked()]

    def seen(self, name: str) -> bool:
        content = self.docks.content(name)
        return content is not None and not content.visibleRegion().isEmpty()


@pytest.fixture
def places(qtbot: QtBot) -> Iterator[list[Place]]:
    places: list[Place] = []
    yield places
    for place in places:
        place.window.close()
        place.window.deleteLater()


def placed(places: list[Place], qtbot: QtBot, size: tuple[int, int] = (500, 300)) -> Place:
    place = Place()
    places.append(place)
    place.window.resize(*size)
    place.window.show()
    qtbot.waitExposed(place.window)
    place.docks.window_shown()
    return place


def test_nothing_is_made_before_it_is_asked_for(places: list[Place], qtbot: QtBot) -> None:
    place = placed(places, qtbot)
    assert place.made == []
    assert place.open() == []
    with qtbot.waitSignal(place.docks.made) as made:
        place.action("two").trigger()
    assert made.args is not None
    assert made.args[0] == "two"
    assert place.made == ["two"]
    assert place.open() == ["two"]
    place.action("two").trigger()
    assert place.open() == []
    place.action("two").trigger()
    assert place.made == ["two"]
    assert place.docks.dock("two").windowTitle() == "Two"


def test_the_second_is_a_tab_and_an_action_brings_the_first_to_the_front(places: list[Place], qtbot: QtBot) -> None:
    place = placed(places, qtbot)
    place.action("one").trigger()
    place.action("two").trigger()
    assert place.docks.dock("two") in place.window.tabifiedDockWidgets(place.docks.dock("one"))
    qtbot.waitUntil(lambda: place.seen("two") and not place.seen("one"))
    place.action("one").trigger()
    qtbot.waitUntil(lambda: place.seen("one") and not place.seen("two"))
    assert place.open() == ["one", "two"]
    place.action("one").trigger()
    assert place.open() == ["two"]


def test_closing_a_dock_by_its_own_button_unticks_its_action(places: list[Place], qtbot: QtBot) -> None:
    place = placed(places, qtbot)
    place.action("one").trigger()
    place.docks.dock("one").close()
    assert place.open() == []


def test_the_central_widget_keeps_its_minimum_size(places: list[Place], qtbot: QtBot) -> None:
    place = placed(places, qtbot, (300, 200))
    place.action("one").trigger()
    qtbot.waitUntil(lambda: place.window.width() >= 360)
    assert place.middle.width() >= 200
    assert place.window.minimumWidth() >= 360
    place.action("one").trigger()
    assert place.window.minimumSize() == LEAST


def test_a_dock_floats_if_the_screen_has_no_room_for_it(places: list[Place], qtbot: QtBot) -> None:
    place = placed(places, qtbot)
    place.middle.setMinimumWidth(place.window.screen().availableGeometry().width() - 100)
    place.action("one").trigger()
    assert place.docks.dock("one").isFloating()
    screen = place.window.screen().availableGeometry()
    # away from the canvas, which is on the left
    assert place.docks.dock("one").x() + place.docks.dock("one").width() == screen.right() + 1
    assert place.open() == ["one"]
    place.docks.close_all()
    assert place.open() == []
    assert not place.docks.dock("one").isFloating()


def test_open_docks_are_restored_and_made_once_the_window_is_shown(places: list[Place], qtbot: QtBot) -> None:
    first = placed(places, qtbot)
    first.action("one").trigger()
    first.action("three").trigger()
    first.window.resizeDocks([first.docks.dock("three")], [230], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: first.docks.dock("three").width() == 230)
    kept = first.docks.places
    second = Place()
    places.append(second)
    second.window.resize(first.window.size())
    second.docks.restore(kept)
    assert second.open() == ["one", "three"]
    second.window.show()
    qtbot.waitExposed(second.window)
    assert second.made == []
    second.docks.window_shown()
    assert second.made == ["three"]  # the front tab
    assert second.docks.dock("three").width() == 230
    (tabs,) = [bar for bar in second.window.findChildren(QTabBar) if bar.isVisible()]
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())
    qtbot.waitUntil(lambda: second.made == ["three", "one"])
    assert second.open() == ["one", "three"]


def test_an_invalid_saved_layout_is_ignored(places: list[Place], qtbot: QtBot, tmp_path: Path) -> None:
    place = placed(places, qtbot)
    place.docks.restore(place.docks.places.left(20))
    assert place.open() == []
