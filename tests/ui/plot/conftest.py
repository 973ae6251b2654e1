"""The curves view, shown."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.ui.plot.curves import CurvesView


@pytest.fixture
def view(qtbot: QtBot) -> CurvesView:
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    qtbot.waitExposed(view)
    return view
