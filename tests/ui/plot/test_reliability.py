"""The reliability diagram, tested by its pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.evaluate.reliability import Reliability
from glyphstudio.ui.parts.theme import DARK, LIGHT, palette_of
from glyphstudio.ui.plot.reliability import _ON_DARK, _ON_LIGHT, ReliabilityPlot, png
from tests.ui.evaluate.making import said


def pixels(data: bytes) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def near(picture: NDArray[np.int64], colour: str) -> NDArray[np.bool_]:
    shade = QColor(colour)
    wanted = np.array([shade.red(), shade.green(), shade.blue()])
    close: NDArray[np.bool_] = (np.abs(picture - wanted) < 12).all(2)
    return close


def height_of_dot(seen: Reliability) -> float:
    """Return the mean height of the pixels in the dots' colour, from the top, as a share of the picture's height."""
    picture = pixels(png(seen, "A title"))
    return float(np.nonzero(near(picture, _ON_LIGHT))[0].mean()) / len(picture)


def test_the_picture_shows_the_share_of_right_answers(qtbot: QtBot) -> None:
    low, middle, high = (height_of_dot(said(0.75, share)) for share in (0.2, 0.5, 0.8))
    assert low > middle > high
    assert low - middle == pytest.approx(middle - high, abs=0.01), "the scale is linear"


def test_the_picture_is_white_and_nothing_is_cut_off(qtbot: QtBot) -> None:
    picture = pixels(png(said(0.95, 1.0), "ProtoNet: 20-way 1-shot, 1,000 tasks, seed 1"))
    assert all((part == 255).all() for part in (picture[:6], picture[-6:], picture[:, :6], picture[:, -6:]))
    assert near(picture, _ON_LIGHT).any() and near(picture, LIGHT.text).any()


def test_it_follows_the_theme(qtbot: QtBot) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 288)
    plot.show_reliability(said(0.9, 0.8))
    assert plot.accessibleDescription() == "90 % sure: 80 % right of 2,000"
    plot.show()
    for theme, colour in ((LIGHT, _ON_LIGHT), (DARK, _ON_DARK)):
        plot.setPalette(palette_of(theme))
        image = plot.grab().toImage()
        assert image.pixelColor(3, 3) == QColor(theme.window)
        colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}
        assert QColor(colour).name() in colours


def test_the_wheel_scrolls_the_panel(qtbot: QtBot) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    plot.show_reliability(said(0.9, 0.8))
    plot.show()
    before = plot.getPlotItem().viewRange()
    at, none = QPointF(100, 100), Qt.MouseButton.NoButton
    turn = QWheelEvent(
        at,
        plot.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        none,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), turn)
    assert plot.getPlotItem().viewRange() == before
    assert not turn.isAccepted()
    assert turn.type() is QEvent.Type.Wheel
