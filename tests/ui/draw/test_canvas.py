"""The canvas: mouse, tablet, touch, painting, pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QInputDevice, QPointingDevice, QTabletEvent, QTouchEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.importing import image_from_bytes
from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.picture import Drawing, Picture
from glyphstudio.ui.draw.canvas import PEN_WIDTHS, Canvas
from glyphstudio.ui.draw.ink_layer import InkLayer
from glyphstudio.ui.parts.painting import Thumbnails, drawing_image, image_of, png_of
from tests.hand import Hand
from tests.ui.glyphs import BARS, CROSS, RING, line, ring

SIDE = 400


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(SIDE, SIDE)
    widget.show()
    qtbot.waitUntil(widget.isVisible)
    yield widget
    widget.close()


def ink_of(canvas: Canvas) -> Ink:
    assert isinstance(canvas.drawing, Ink)
    return canvas.drawing


def pixels(canvas: Canvas) -> np.ndarray:
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, : image.width()].astype(int)


PEN = QPointingDevice(
    "pen",
    1,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Pressure | QInputDevice.Capability.Position,
    1,
    3,
)
ERASER = QPointingDevice(
    "eraser",
    2,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Eraser,
    QInputDevice.Capability.Pressure | QInputDevice.Capability.Position,
    1,
    3,
)


def tablet(
    canvas: Canvas, kind: QEvent.Type, at: tuple[float, float], pressure: float, device: QPointingDevice
) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    held = none if kind is QEvent.Type.TabletRelease else left
    place = QPointF(*at)
    where = canvas.mapToGlobal(place)
    mods = Qt.KeyboardModifier.NoModifier
    button = none if kind is QEvent.Type.TabletMove else left
    event = QTabletEvent(kind, device, place, where, pressure, 0.0, 0.0, 0.0, 0.0, 0.0, mods, button, held)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()  # or Qt would send a mouse event for it


def test_mouse_strokes_become_ink_with_times(canvas: Canvas, hand: Hand) -> None:
    seen: list[Drawing] = []
    canvas.changed.connect(seen.append)
    hand.draw(canvas, CROSS)
    ink = ink_of(canvas)
    assert [len(stroke) for stroke in ink.strokes] == [24, 24]
    np.testing.assert_allclose(ink.strokes[1].xy, CROSS.strokes[1].xy, atol=1e-3)
    assert ink.strokes[0].t.tolist() == [8.0 * i for i in range(24)]
    assert ink.strokes[1].t[0] > ink.strokes[0].t[-1]
    assert ink.strokes[0].pressure is None
    assert [len(drawing.strokes) for drawing in seen if isinstance(drawing, Ink)] == [1, 2]


def test_a_click_is_a_dot_and_other_buttons_draw_nothing(canvas: Canvas, hand: Hand) -> None:
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton)
    assert not canvas.has_drawing
    hand.press(canvas, 200, 200)
    hand.release(canvas, 200, 200)
    assert [len(stroke) for stroke in ink_of(canvas).strokes] == [1]
    assert pixels(canvas)[200, 200] < 80


def test_tablet_pressure_and_eraser(canvas: Canvas, hand: Hand) -> None:
    tablet(canvas, QEvent.Type.TabletPress, (100, 100), 0.2, PEN)
    hand.press(canvas, 300, 300)  # some systems send a mouse event too
    for i in range(1, 10):
        tablet(canvas, QEvent.Type.TabletMove, (100 + 20 * i, 100), 0.2 + 0.08 * i, PEN)
    hand.release(canvas, 300, 300)
    tablet(canvas, QEvent.Type.TabletRelease, (280, 100), 0.0, PEN)
    (stroke,) = ink_of(canvas).strokes
    assert len(stroke) == 10
    assert stroke.pressure is not None
    np.testing.assert_allclose(stroke.pressure, 0.2 + 0.08 * np.arange(10), atol=1e-3)
    dark = pixels(canvas) < 100
    assert dark[:, 270].sum() > dark[:, 120].sum() + 2  # pressed harder, drawn wider
    tablet(canvas, QEvent.Type.TabletPress, (100, 100), 0.5, ERASER)
    tablet(canvas, QEvent.Type.TabletMove, (150, 100), 0.5, ERASER)
    tablet(canvas, QEvent.Type.TabletRelease, (150, 100), 0.0, ERASER)
    assert not canvas.has_drawing
    assert not canvas.drawing_now


def test_touch_draws_with_the_first_finger(canvas: Canvas) -> None:
    device = QTest.createTouchDevice()
    touch = QTest.touchEvent(canvas, device, False)
    touch.press(0, canvas.mapFromGlobal(canvas.mapToGlobal(canvas.rect().center())), canvas)
    touch.commit()
    assert canvas.drawing_now
    for i in range(1, 6):
        touch = QTest.touchEvent(canvas, device, False)
        touch.move(0, canvas.rect().center() + canvas.rect().topLeft() + QPointF(10 * i, 0).toPoint(), canvas)
        if i == 3:
            touch.press(1, canvas.rect().topLeft() + QPointF(20, 20).toPoint(), canvas)  # the palm
        elif i > 3:
            touch.stationary(1)
        touch.commit()
    touch = QTest.touchEvent(canvas, device, False)
    touch.release(0, canvas.rect().center() + QPointF(50, 0).toPoint(), canvas)
    touch.release(1, canvas.rect().topLeft() + QPointF(20, 20).toPoint(), canvas)
    touch.commit()
    (stroke,) = ink_of(canvas).strokes
    assert len(stroke) == 6
    assert stroke.xy[-1, 0] > stroke.xy[0, 0]
    assert not canvas.drawing_now


@pytest.mark.parametrize("pressed", [False, True])
def test_a_stroke_painted_while_drawing_looks_the_same_painted_at_once(
    canvas: Canvas, hand: Hand, pressed: bool
) -> None:
    """A stroke of many pieces, painted as it grew, looks like the same ink painted at once."""
    curve = ring(count=700, radius=0.35) * [1, 0.8]
    if pressed:
        tablet(canvas, QEvent.Type.TabletPress, (float(curve[0, 0] * SIDE), float(curve[0, 1] * SIDE)), 0.5, PEN)
        for x, y in (curve[1:] * SIDE).tolist():
            tablet(canvas, QEvent.Type.TabletMove, (x, y), 0.5, PEN)
            QApplication.processEvents()
        tablet(canvas, QEvent.Type.TabletRelease, tuple((curve[-1] * SIDE).tolist()), 0.0, PEN)
    else:
        hand.stroke(canvas, curve)
    grown = pixels(canvas)
    canvas._repaint_all()
    afresh = pixels(canvas)
    assert (afresh < 80).sum() > 3000
    assert np.abs(grown - afresh).max() <= 90  # antialiasing where pieces meet
    assert np.abs(grown - afresh).mean() < 0.2


def test_the_stroke_in_progress_is_on_the_screen(canvas: Canvas, hand: Hand) -> None:
    hand.stroke(canvas, line((0.1, 0.5), (0.9, 0.5)), lift=False)
    dark = pixels(canvas)[200] < 80
    assert dark[44:356].all()
    hand.release(canvas, 360, 200)


def test_only_the_changed_part_is_repainted(canvas: Canvas, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A move with 5,000 points on the canvas repaints only a small part of it."""
    t = np.linspace(0, 40 * np.pi, 5000)
    canvas.show_drawing(Ink.of([np.stack([0.5 + 0.4 * np.cos(t), 0.5 + 0.4 * np.sin(1.01 * t)], 1)]))
    hand.press(canvas, 200, 200)
    QApplication.processEvents()
    regions: list[int] = []

    def update(*args: QRect) -> None:
        regions.append(args[0].width() * args[0].height() if args else SIDE * SIDE)
        QWidget.update(canvas, *args)

    monkeypatch.setattr(canvas, "update", update)
    for i in range(50):
        hand.move(canvas, 200 + i, 200 + i)
    hand.release(canvas, 250, 250)
    assert len(regions) >= 50
    assert max(regions[:50]) < SIDE * SIDE / 40


def test_resizing_keeps_the_drawing(canvas: Canvas, hand: Hand) -> None:
    hand.draw(canvas, RING)
    before = canvas.drawing
    canvas.resize(250, 250)
    assert canvas.drawing is before
    dark = pixels(canvas) < 80
    rows = np.flatnonzero(dark.any(axis=1))
    assert rows.min() / 250 == pytest.approx(0.2, abs=0.03)
    assert rows.max() / 250 == pytest.approx(0.8, abs=0.03)


def test_pen_width_changes_the_look_and_not_the_ink(canvas: Canvas, hand: Hand) -> None:
    hand.draw(canvas, BARS)
    before = canvas.drawing
    counts = []
    for index in range(len(PEN_WIDTHS)):
        canvas.pen_width = index
        counts.append(int((pixels(canvas) < 80).sum()))
    assert counts == sorted(counts)
    assert counts[-1] > 2 * counts[0]
    assert canvas.drawing is before
    canvas.pen_width = 99
    assert canvas.pen_width == len(PEN_WIDTHS) - 1


def test_a_picture_is_shown_and_a_stroke_replaces_it(canvas: Canvas, hand: Hand) -> None:
    grey = np.full((40, 80), 255, np.uint8)
    grey[:, 30:50] = 0
    picture = Picture(grey)
    canvas.show_drawing(picture)
    assert canvas.drawing is picture
    assert pixels(canvas)[200, 200] < 60
    hand.stroke(canvas, line((0.1, 0.1), (0.2, 0.1)))
    assert isinstance(canvas.drawing, Ink)
    assert pixels(canvas)[200, 200] > 200
    canvas.undo()
    assert canvas.drawing is picture


def test_a_given_drawing_ends_and_comes_back_if_refused(canvas: Canvas, hand: Hand) -> None:
    hand.draw(canvas, CROSS)
    given = canvas.drawing
    canvas.give()
    assert not canvas.can_undo
    canvas.take_back(given)
    assert canvas.can_undo
    canvas.give()
    hand.draw(canvas, RING)  # a new drawing, started before the library refused
    assert len(ink_of(canvas).strokes) == 1
    canvas.take_back(given)
    canvas.undo()
    canvas.undo()
    assert canvas.drawing is given


def test_a_settled_drawing_is_pale_and_clear_empties_it(canvas: Canvas, hand: Hand) -> None:
    hand.draw(canvas, RING)
    strong = pixels(canvas).min()
    canvas.give()
    canvas.settle()
    assert pixels(canvas).min() > strong + 60
    canvas.clear()
    assert not canvas.has_drawing
    assert not canvas.can_undo


def test_more_strokes_than_a_drawing_may_have(canvas: Canvas, hand: Hand) -> None:
    dot = Stroke.of([(0.5, 0.5)])
    canvas.show_drawing(Ink((dot,) * 10_000))
    said: list[str] = []
    canvas.refused.connect(said.append)
    before = canvas.drawing
    hand.stroke(canvas, line((0.1, 0.1), (0.2, 0.2)))
    assert canvas.drawing is before
    assert "10,000 strokes" in said[0]


def test_losing_the_touch_drops_the_stroke(canvas: Canvas) -> None:
    device = QTest.createTouchDevice()
    QTest.touchEvent(canvas, device).press(0, canvas.rect().center(), canvas)
    assert canvas.drawing_now
    QApplication.sendEvent(canvas, _cancelled(device))
    assert not canvas.drawing_now
    assert not canvas.has_drawing


def _cancelled(device: QPointingDevice) -> QEvent:
    return QTouchEvent(QEvent.Type.TouchCancel, device)


def test_files_and_images_arrive(canvas: Canvas) -> None:
    seen: list[object] = []
    canvas.arrived.connect(seen.append)
    mime = QMimeData()
    assert not canvas.take(mime)
    mime.setImageData(QImage(3, 3, QImage.Format.Format_RGB32))
    assert canvas.take(mime)
    mime.setUrls([QUrl("https://example.org/a.png"), QUrl.fromLocalFile("/tmp/a.png")])  # noqa: S108
    assert canvas.take(mime)
    assert isinstance(seen[0], QImage)
    assert str(seen[1]).endswith("a.png")


def test_pictures_become_qt_images_and_back() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (13, 7), dtype=np.uint8)  # a width that Qt pads
    assert np.array_equal(np.array(image_from_bytes(png_of(image_of(Picture(grey)))).convert("L")), grey)
    clear = QImage(5, 4, QImage.Format.Format_ARGB32)
    clear.fill(Qt.GlobalColor.transparent)
    assert np.array(image_from_bytes(png_of(clear)).convert("L")).min() == 255
    wide = QImage(9000, 30, QImage.Format.Format_Grayscale8)
    wide.fill(255)
    assert image_from_bytes(png_of(wide)).width == 4096
    assert png_of(QImage()) == b""


def test_the_white_of_a_picture_is_the_canvas_paper(qapp: QApplication) -> None:
    grey = np.full((10, 10), 255, np.uint8)
    grey[4:6] = 0
    image = InkLayer().ready(Picture(grey), 100, 1.0, 0.02).toImage()
    assert image.pixelColor(50, 20).alpha() == 0
    assert image.pixelColor(50, 50) == QColor("black")


def test_thumbnails_show_the_whole_drawing_and_are_kept(qapp: QApplication) -> None:
    thumbnails = Thumbnails()
    first = thumbnails.of(1, RING, 64, 2.0)
    assert first.width() == 128
    assert thumbnails.of(1, RING, 64, 2.0).cacheKey() == first.cacheKey()
    thumbnails.forget()
    assert thumbnails.of(1, RING, 64, 2.0).cacheKey() != first.cacheKey()
    image = drawing_image(RING, 64, paper=QColor("white")).convertToFormat(QImage.Format.Format_Grayscale8)
    dark = np.frombuffer(image.constBits(), np.uint8).reshape(64, -1)[:, :64] < 100
    assert dark.any()
    assert not dark[:4].any()
    assert not dark[-4:].any()
    dot = drawing_image(Ink.of([[(0.9, 0.9)]]), 64)
    assert dot.pixelColor(32, 32).alpha() > 200
    assert drawing_image(Ink(), 64).pixelColor(32, 32).alpha() == 0


def test_a_resting_pen_leaves_a_dot(qapp: QApplication) -> None:
    rest = drawing_image(Ink.of([[(0.5, 0.5), (0.5, 0.5)]]), 64)
    assert rest.pixelColor(32, 32).alpha() > 200
