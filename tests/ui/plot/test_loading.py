"""The plots load once, in the window's thread, while the user does not draw."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from glyphstudio.ui.plot.loading import PlotLoading


def test_it_waits_for_the_pen_and_loads_once(qtbot: QtBot) -> None:
    loaded: list[QThread] = []
    pen, looks, parent = [True], [0], QObject()

    def drawing() -> bool:
        looks[0] += 1
        return pen[0]

    loading = PlotLoading(lambda: loaded.append(QThread.currentThread()), drawing, parent)
    loading.soon()
    assert not loaded, "the panel must be painted first"
    qtbot.waitUntil(lambda: looks[0] >= 2)
    assert not loaded, "a pen is down"
    pen[0] = False
    qtbot.waitUntil(lambda: bool(loaded))
    loading.soon()
    loading.now()
    assert loaded == [parent.thread()]
    assert not loading._timer.isActive(), "it still looks for a pen"


def test_now_does_not_wait_for_the_pen(qtbot: QtBot) -> None:
    loaded: list[bool] = []
    parent = QObject()
    loading = PlotLoading(lambda: loaded.append(True), lambda: True, parent)
    loading.soon()
    loading.now()
    assert loaded == [True]
