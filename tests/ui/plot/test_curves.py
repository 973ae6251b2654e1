"""The curves view, with real events."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.plot.curves import MOST_RUNS, NO_RUN, NO_STEP, CurvesView
from glyphstudio.ui.plot.run_curves import Kind
from tests.ui.plot.making import steps


def drawn(view: CurvesView, key: str, kind: Kind, raw: bool = False) -> tuple[list[float], list[float]]:
    """Return the points of a curve, after drawing all changes that wait."""
    view.sheet.draw()
    items = view.sheet._items[key]
    x, y = (items._raw if raw else items._lines)[kind].getData()
    return ([], []) if x is None else (x.tolist(), y.tolist())


def plain(view: CurvesView, qtbot: QtBot) -> None:
    """Turn smoothing off."""
    view.smoothing.setFocus()
    QTest.keyClick(view.smoothing, Qt.Key.Key_Home)
    view.smooth_now()


def test_an_empty_view_says_what_to_do(view: CurvesView, qtbot: QtBot) -> None:
    assert view._empty.isVisible()
    assert view._empty.text() == NO_RUN
    view.show_run("a", "A", "", steps(1, 0))
    assert view._empty.text() == NO_STEP
    view.extend_run("a", steps(1, 1))
    assert not view._empty.isVisible()
    assert view.sheet.widget.isVisible()
    view.clear()
    assert view._empty.text() == NO_RUN
    assert view._empty.isVisible()


def test_the_view_follows_a_growing_run(view: CurvesView, qtbot: QtBot) -> None:
    plain(view, qtbot)
    view.show_run("a", "A", "", steps(1, 20))
    qtbot.waitUntil(lambda: view.sheet.loss.getViewBox().viewRange()[0][1] >= 20)
    view.extend_run("a", steps(21, 30))
    qtbot.waitUntil(lambda: view.sheet.loss.getViewBox().viewRange()[0][1] >= 50)
    x, y = drawn(view, "a", Kind.AFTER)
    assert x == list(range(1, 51))
    assert y == pytest.approx([100 * (1 - 0.7 / step) for step in x])
    assert drawn(view, "a", Kind.VALIDATION_LOSS)[0] == [10, 20, 30, 40, 50]
    top = view.sheet.loss.getViewBox().viewRange()[1]
    assert top[0] < 1 / 50 < 1 < top[1], "some of it is not visible"


def test_axes_rest_while_a_run_grows(view: CurvesView, qtbot: QtBot) -> None:
    view.show_run("a", "A", "", steps(1, 1000))
    view.sheet.draw()
    assert view.sheet.loss.getViewBox().viewRange()[0][1] < 1020, "the axis must fit the run tightly"
    seen = set()
    for first in range(1001, 2001, 10):
        view.extend_run("a", steps(first, 10))
        view.sheet.draw()
        right = view.sheet.loss.getViewBox().viewRange()[0][1]
        assert first + 9 <= right < 1.13 * (first + 9), "all steps must be visible, and little else"
        seen.add(right)
    assert len(seen) < 20
    view.sheet.fit()
    assert view.sheet.loss.getViewBox().viewRange()[0][1] < 2030


def test_live_smoothing_matches_smoothing_at_once(view: CurvesView, qtbot: QtBot) -> None:
    view.show_run("a", "A", "", steps(1, 300))
    view.show_run("b", "B", "", steps(1, 100))
    for first in range(101, 301, 50):
        view.extend_run("b", steps(first, 50))
    assert drawn(view, "b", Kind.LOSS)[1] == pytest.approx(drawn(view, "a", Kind.LOSS)[1])
    assert drawn(view, "a", Kind.LOSS)[1][0] == pytest.approx(1.0), "the start is biased towards 0"
    assert drawn(view, "a", Kind.LOSS, raw=True)[1][5] == pytest.approx(1 / 6), "the raw curve must be behind it"


def test_a_resumed_run_writes_its_last_steps_again(view: CurvesView, qtbot: QtBot) -> None:
    plain(view, qtbot)
    view.show_run("a", "A", "", steps(1, 50))
    view.extend_run("a", steps(31, 5, loss=np.full(5, 7.0)))
    x, y = drawn(view, "a", Kind.LOSS)
    assert x == list(range(1, 36))
    assert y[30:] == [7.0] * 5
    assert drawn(view, "a", Kind.VALIDATION)[0] == [10, 20, 30]


def test_the_slider_smooths(view: CurvesView, qtbot: QtBot) -> None:
    view.show_run("a", "A", "", steps(1, 100, loss=np.tile([0.0, 1.0], 50)))
    weak = drawn(view, "a", Kind.LOSS)[1]
    view.smoothing.setFocus()
    QTest.keyClick(view.smoothing, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: np.ptp(drawn(view, "a", Kind.LOSS)[1][20:]) < 0.5 * np.ptp(weak[20:]))
    QTest.keyClick(view.smoothing, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: drawn(view, "a", Kind.LOSS)[1] == [0.0, 1.0] * 50)
    assert drawn(view, "a", Kind.LOSS, raw=True)[0] == [], "the raw curve is drawn twice"


def test_check_boxes_hide_measures_and_runs(view: CurvesView, qtbot: QtBot) -> None:
    view.show_run("a", "A", "20-way 1-shot", steps(1, 100))
    view.show_run("b", "B & <i>", "5-way", steps(1, 100, loss=np.full(100, 50.0)))
    assert view.legend.runs["b"].accessibleName() == "B & <i>"
    assert "5-way" in view.legend.runs["b"].toolTip()
    view.sheet.draw()
    assert view.sheet.loss.getViewBox().viewRange()[1][1] > 50
    view.legend.runs["b"].setFocus()
    QTest.keyClick(view.legend.runs["b"], Qt.Key.Key_Space)
    assert all(drawn(view, "b", kind) == ([], []) for kind in Kind)
    assert view.sheet.loss.getViewBox().viewRange()[1][1] < 50, "a hidden run takes room"
    view.legend.kinds[Kind.BEFORE].click()
    assert drawn(view, "a", Kind.BEFORE) == ([], [])
    assert drawn(view, "a", Kind.AFTER)[0]
    view.extend_run("b", steps(101, 10))
    view.show_run("b", "B again", "5-way", steps(1, 100))
    assert drawn(view, "b", Kind.LOSS) == ([], []), "it must stay hidden"
    view.legend.runs["b"].click()
    assert drawn(view, "b", Kind.LOSS)[0]


def test_the_logarithm_leaves_out_losses_that_have_none(view: CurvesView, qtbot: QtBot) -> None:
    plain(view, qtbot)
    loss = np.array([0.0, -1.0, np.nan, np.inf, -np.inf, 0.01, 100.0, 1e300])
    view.show_run("a", "A", "", steps(1, 8, loss=loss))
    linear = drawn(view, "a", Kind.LOSS)[1]
    assert linear == pytest.approx([0, -1, math.nan, math.nan, math.nan, 0.01, 100, 1e100], nan_ok=True)
    view.logarithmic.setFocus()
    QTest.keyClick(view.logarithmic, Qt.Key.Key_Space)
    assert drawn(view, "a", Kind.LOSS)[1] == pytest.approx([math.nan] * 5 + [-2, 2, 100], nan_ok=True)
    view.grab()
    view.show_run("a", "A", "", steps(1, 3, loss=np.full(3, np.nan)))
    view.grab()
    view.logarithmic.click()
    view.grab()


def test_five_runs_differ_without_colour_and_a_sixth_is_refused(view: CurvesView, qtbot: QtBot) -> None:
    for number in range(MOST_RUNS):
        view.show_run(str(number), f"Run {number}", "", steps(1, 30))
    with pytest.raises(ValueError, match="More than 5 runs"):
        view.show_run("more", "One more", "", steps(1, 30))
    assert view.keys == ("0", "1", "2", "3", "4")
    view.show_run("2", "Replaced", "", steps(1, 40))
    marks = {view.sheet._items[key]._marks[Kind.VALIDATION].opts["symbol"] for key in view.keys}
    colours = {view.sheet.colour(key).name() for key in view.keys}
    assert len(marks) == len(colours) == MOST_RUNS
    gone = view.sheet.colour("1")
    view.remove_run("1")
    view.remove_run("1")
    view.show_run("more", "One more", "", steps(1, 30))
    assert view.sheet.colour("more") == gone, "the other runs must keep their colours"
    assert list(view.legend.runs) == ["0", "2", "3", "4", "more"]


def test_a_zoomed_view_stays_until_fit(view: CurvesView, qtbot: QtBot) -> None:
    view.show_run("a", "A", "", steps(1, 1000))
    view.sheet.draw()
    assert not view.fit.isEnabled()
    viewport = view.sheet.view.viewport()
    place = QPointF(view.sheet.loss.getViewBox().sceneBoundingRect().center())
    wheel = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 600),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, wheel)
    left, right = view.sheet.loss.getViewBox().viewRange()[0]
    assert right - left < 950
    assert view.sheet.accuracy.getViewBox().viewRange()[0] == pytest.approx([left, right]), "both plots must move"
    view.extend_run("a", steps(1001, 500))
    view.sheet.draw()
    assert view.sheet.loss.getViewBox().viewRange()[0] == pytest.approx([left, right])
    assert view.fit.isEnabled()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place.toPoint())
    qtbot.waitUntil(lambda: view.sheet.following)
    assert view.sheet.loss.getViewBox().viewRange()[0][1] >= 1500
    view.sheet.widget.setFocus()
    QTest.keyClick(view.sheet.widget, Qt.Key.Key_Plus)
    assert not view.sheet.following
    QTest.mouseClick(view.fit, Qt.MouseButton.LeftButton)
    assert view.sheet.following


def test_the_crosshair_reads_every_visible_curve(view: CurvesView, qtbot: QtBot) -> None:
    plain(view, qtbot)
    view.show_run("a", "Alpha", "", steps(1, 100))
    view.show_run("b", "Beta", "", steps(1, 50, loss=np.full(50, 3.0)))
    view.sheet.draw()
    box = view.sheet.loss.getViewBox()
    spot = box.mapViewToScene(QPointF(25.2, 0.5))
    viewport = view.sheet.view.viewport()
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        spot,
        QPointF(viewport.mapToGlobal(spot.toPoint())),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, move)
    assert view.sheet.step == 25
    assert "Step 25. Alpha: training loss 0.04000, validation loss 0.1500" in view.readout
    assert "after adaptation 97.2 %, validation accuracy 86.5 ± 2.0 %" in view.readout
    assert "Beta: training loss 3.000" in view.readout
    assert all(readout.isVisible() for readout in view._readouts)
    view.sheet.point_at(70)
    assert "Alpha: training loss 0.01429" in view.readout
    assert "Beta: training loss –" in view.readout, "the run had ended by then"
    view.sheet.point_at(1e6)
    assert view.sheet.step == 100
    view.sheet.point_at(25)
    view.legend.runs["b"].click()
    assert "Beta" not in view.readout
    view.sheet.widget.setFocus()
    for _ in range(3):
        QTest.keyClick(view.sheet.widget, Qt.Key.Key_Right)
    assert view.readout.startswith("Step 28. Alpha")
    QTest.keyClick(view.sheet.widget, Qt.Key.Key_Escape)
    assert view.readout == ""
    assert not any(readout.isVisible() for readout in view._readouts)


def test_a_spike_among_many_steps_is_visible(view: CurvesView, qtbot: QtBot) -> None:
    loss = np.full(200_000, 0.5)
    loss[123_456] = 40.0
    view.show_run("a", "A", "", steps(1, 200_000, loss=loss))
    x, y = drawn(view, "a", Kind.LOSS, raw=True)
    assert len(x) < 4000
    assert max(y) == 40.0
    assert view.sheet.loss.getViewBox().viewRange()[1][1] > 40


@pytest.mark.parametrize(("first", "second"), [("light", "dark"), ("dark", "light")])
def test_another_theme_recolours_the_curves(qtbot: QtBot, qapp: QApplication, first: str, second: str) -> None:
    look = Appearance(qapp, first)
    try:
        view = CurvesView()
        qtbot.addWidget(view)
        view.resize(800, 600)
        view.show()
        view.show_run("a", "A", "", steps(1, 100))

        def seen() -> list[str]:
            """Return the colours of the background, the curve and the legend's line."""
            ground = view.grab().toImage().pixelColor(2, view.height() // 2)
            line = view.legend.kinds[Kind.LOSS].icon().pixmap(24, 14).toImage().pixelColor(2, 7)
            pen = view.sheet._items["a"]._lines[Kind.LOSS].opts["pen"]
            assert pen.color() == view.sheet.colour("a")
            return [ground.name(), pen.color().name(), line.name()]

        before = seen()
        assert before[0] == look.theme.window
        look.choose(second)
        qtbot.waitUntil(lambda: all(new != old for new, old in zip(seen(), before, strict=True)))
        assert seen()[0] == look.theme.window
    finally:
        qapp.setStyleSheet("")


@pytest.mark.parametrize("width", [360, 1600])
def test_everything_fits_into_the_width(view: CurvesView, qtbot: QtBot, width: int) -> None:
    for number in range(MOST_RUNS):
        view.show_run(str(number), f"A run with a name that is long, number {number}", "", steps(1, 30))
    view.resize(width, 560)
    qtbot.waitUntil(lambda: view.width() == width)
    assert view.sheet.loss.getViewBox().height() > 80
    assert view.sheet.accuracy.getViewBox().height() > 80
    for entry in view.legend.runs.values():
        assert entry.mapTo(view, entry.rect().topRight()).x() <= width
