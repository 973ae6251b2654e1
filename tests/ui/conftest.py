"""Windows for tests: the real one, over the studio that needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.ui.parts.settings import Settings
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand
from tests.ui.fake import FakeStudio

Maker = Callable[..., MainWindow]


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def make_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Maker]:
    """Makes a window over `library` (a file in the test's folder) and waits until it is open, or says it is not."""
    windows: list[MainWindow] = []

    def make(
        library: Path | None = None,
        *,
        opener: Callable[[Path], FakeStudio] = FakeStudio.open,
        wait: bool = True,
        must_exist: bool = False,
    ) -> MainWindow:
        settings = Settings(tmp_path / "settings.ini")
        studio = StudioWorker(opener=opener, preload="json")
        window = MainWindow(studio, settings, Appearance(qapp, settings.theme), tmp_path / "drafts")
        windows.append(window)
        window.open_library(library or tmp_path / "test.glyphs", must_exist)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)  # or a dock that floats over it
        if wait:
            qtbot.waitUntil(lambda: window.conversation.asking.ready or window.problem.isVisible())
        return window

    yield make
    for window in windows:
        window.closing_question.at_once()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or it lives, without its Python half, into other tests
    qapp.setStyleSheet("")


@pytest.fixture
def window(make_window: Maker) -> MainWindow:
    """A window over an empty library, ready."""
    return make_window()
