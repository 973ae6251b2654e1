"""A training in the window gives the window precedence on the processor."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from glyphstudio.ui.train.course import stand_back


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux can one thread have its own nice value")
def test_the_window_s_thread_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []
    monkeypatch.setattr(os, "setpriority", lambda *given: asked.append(given))
    stand_back()
    assert asked == [(os.PRIO_PROCESS, threading.get_native_id(), 10)]
