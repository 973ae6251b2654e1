"""The real window with the real studio and the shipped weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.weights.file import shipped_weights
from glyphstudio.ui.start import app
from glyphstudio.ui.window.window import MainWindow


@pytest.fixture(scope="session")
def weights() -> Path:
    """The shipped weights, or those that GLYPHSTUDIO_TEST_WEIGHTS names."""
    path = Path(os.environ.get("GLYPHSTUDIO_TEST_WEIGHTS") or shipped_weights())
    if not path.is_file():
        pytest.fail(f"There are no weights at {path}: they are made by glyphstudio train")
    return path


@pytest.fixture
def open_window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, weights: Path
) -> Iterator[Callable[[Path], MainWindow]]:
    """Open the window as the program does, and wait until the recogniser is ready."""
    windows: list[MainWindow] = []

    def make(library: Path) -> MainWindow:
        window = app.make_window(qapp, weights, "cpu", private=tmp_path / "private")
        windows.append(window)
        window.open_library(library)
        window.show()
        qtbot.waitUntil(lambda: window.conversation.asking.ready)
        return window

    (tmp_path / "private").mkdir()
    yield make
    for window in windows:
        window.closing_question.at_once()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or it lives, without its Python half, into other tests
    qapp.setStyleSheet("")
