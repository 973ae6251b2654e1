"""The watching worker, closed at the end, and the view Watch It Adapt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.ui.watch.adaptation_view import AdaptationView
from glyphstudio.ui.watch.worker import WatchWorker


@pytest.fixture
def thread() -> Iterator[WatchWorker]:
    thread = WatchWorker()
    yield thread
    thread.close()


@pytest.fixture
def view(qtbot: QtBot, thread: WatchWorker) -> AdaptationView:
    view = AdaptationView(thread)
    qtbot.addWidget(view)
    view.resize(480, 640)
    return view
