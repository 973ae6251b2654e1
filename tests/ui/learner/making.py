"""A studio that reads only the header of weights, and what a user does with the Learner menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from glyphstudio.engine.weights.header import read_header
from glyphstudio.library.library import Library
from glyphstudio.resources import weights_of
from glyphstudio.studio import EngineInfo
from glyphstudio.ui.window.window import MainWindow
from tests.ui.fake import FakeStudio

FIGURES = {"validation": {"20-way 1-shot within alphabet": {"error": 0.25, "ci95": 0.02, "tasks": 50}}}


class ReadingStudio(FakeStudio):
    """Takes its learner from the weights' header."""

    @staticmethod
    def open(library: Path) -> ReadingStudio:
        return ReadingStudio(Library.open(library))

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        path = weights or weights_of("protonet")
        self.info = EngineInfo(read_header(path).title, "CPU", "0" * 64, path)
        return self.info


def learner_menu(window: MainWindow) -> QMenu:
    menu = next(action.menu() for action in window.menuBar().actions() if action.text() == "&Learner")
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().split("\t")[0] == text)


def in_use(window: MainWindow) -> str:
    assert window.learner.current is not None
    return window.learner.current.title if window.learner.choice == window.learner.current else ""


def use(window: MainWindow, qtbot: QtBot, path: Path, name: str) -> None:
    window.use_weights(path, name)
    qtbot.waitUntil(lambda: in_use(window) == name)
