"""The watching worker, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from glyphstudio.ui.watch.worker import WatchWorker


@pytest.fixture
def thread() -> Iterator[WatchWorker]:
    thread = WatchWorker()
    yield thread
    thread.close()
