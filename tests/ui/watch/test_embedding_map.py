"""The map of embeddings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.recognise.adapting import recogniser_for
from glyphstudio.engine.weights.file import load_weights
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.glyphs.render import render_drawing
from glyphstudio.resources import weights_of
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.watch.embedding_map import MOST_GLYPHS, EmbeddingMap
from glyphstudio.ui.watch.map_canvas import MapCanvas
from glyphstudio.ui.watch.map_layout import Sight, names_with_room, with_room
from glyphstudio.ui.watch.map_pictures import MapPictures
from glyphstudio.ui.watch.messages import LibraryMap, MapSeen, Said
from glyphstudio.ui.watch.worker import WatchWorker
from tests.ui.glyphs import BARS, CROSS, CROSS_AGAIN, GATE, HOOK, RING, RING_AGAIN, STAIR
from tests.ui.watch.making import THREE, Held, glyph, many

PROTONET = weights_of("protonet")
LIBRARY = (glyph(1, "Cross", CROSS, CROSS_AGAIN), *THREE[1:], glyph(4, "Stair", STAIR))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def view(qtbot: QtBot, thread: WatchWorker) -> EmbeddingMap:
    view = EmbeddingMap(thread)
    qtbot.addWidget(view)
    view.resize(560, 520)
    return view


def shown(qtbot: QtBot, view: EmbeddingMap, drawing: Drawing | None = None) -> LibraryMap:
    """Wait for the map of LIBRARY and its pictures, and return it."""
    view.use(PROTONET)
    view.show_library(LIBRARY)
    view.show_drawing(drawing)
    view.show()
    qtbot.waitUntil(lambda: view.canvas._map is not None and (drawing is None or view.canvas._mark is not None))
    qtbot.waitUntil(lambda: not view.canvas._pictures._waiting)  # the last pictures repaint the map
    view.grab()
    assert view.canvas._map is not None
    return view.canvas._map


def mouse(canvas: MapCanvas, kind: QEvent.Type, at: QPointF, held: bool = False) -> None:
    button = NONE if kind is QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(
        kind, at, canvas.mapToGlobal(at), button, LEFT if held else NONE, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)


def wheel(canvas: MapCanvas, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        NONE,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


# The map


def test_glyphs_shots_and_the_drawing_tied_to_the_recognisers_answer(qtbot: QtBot, view: EmbeddingMap) -> None:
    library = shown(qtbot, view, RING_AGAIN)
    assert library.glyphs.shape == (4, 2)
    assert library.ways.tolist() == [0, 0, 1, 2, 3]
    assert np.allclose(library.glyphs[0], library.shots[:2].mean(0))
    assert np.allclose(library.glyphs[1:], library.shots[2:])
    loaded = load_weights(PROTONET)
    recogniser = recogniser_for(loaded.learner, loaded.calibration)
    for each in LIBRARY:
        for shot in each.shots:
            recogniser.enrol(shot.id, each.id, recogniser.embed([render_drawing(shot.drawing)])[0])
    for drawing in (RING_AGAIN, HOOK, GATE):
        view.show_drawing(drawing)
        best = recogniser.rank(recogniser.embed([render_drawing(drawing)])[0]).best[0].glyph_id
        said = f"The drawing is nearest to {LIBRARY[best - 1].name}."
        qtbot.waitUntil(lambda said=said: view.canvas.accessibleDescription() == said)  # type: ignore[misc]
    assert f"The map shows {round(100 * library.share)} % of the variance" in view.note.text()
    assert not view.grab().isNull()


def test_only_the_mark_moves_while_the_user_draws(qtbot: QtBot, view: EmbeddingMap) -> None:
    library = shown(qtbot, view)
    view.grab()
    qtbot.waitUntil(lambda: not view.canvas._pictures._waiting)  # each picture that comes is drawn once more
    view.grab()
    sight, still = view.canvas.sight, view.canvas._still
    places = []
    for drawing in (CROSS_AGAIN, RING_AGAIN, HOOK):
        before = view.canvas._mark
        view.show_drawing(drawing)
        qtbot.waitUntil(lambda before=before: view.canvas._mark is not before)  # type: ignore[misc]
        view.grab()
        assert view.canvas._mark is not None
        places.append(tuple(view.canvas._mark.place))
        assert view.canvas._map is library
        assert view.canvas.sight == sight
        assert view.canvas._still is still
    assert len(set(places)) == 3
    view.show_drawing(None)
    assert view.canvas._mark is None


def test_a_drawing_equal_to_a_shot_has_the_shots_place(qtbot: QtBot, view: EmbeddingMap) -> None:
    library = shown(qtbot, view, BARS)
    assert view.canvas._mark is not None
    assert view.canvas._mark.nearest == 2
    assert np.allclose(view.canvas._mark.place, library.glyphs[2], atol=1e-3)


def test_a_further_shot_needs_one_embedding_and_a_new_name_none(
    qtbot: QtBot, view: EmbeddingMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = shown(qtbot, view)
    held = Held(monkeypatch)
    held.go.set()
    view.show_library([replace(LIBRARY[0], name="Kreuz"), *LIBRARY[1:]])
    qtbot.waitUntil(lambda: view.canvas._glyphs[0].name == "Kreuz")
    assert view.canvas._map is library
    assert held.rendered == []
    view.show_library([*LIBRARY, glyph(9, "Gate", GATE)])
    qtbot.waitUntil(lambda: len(view.canvas._glyphs) == 5)
    assert held.rendered == [GATE]
    assert view.canvas._map is not library


def test_a_hidden_map_does_no_work(qtbot: QtBot, view: EmbeddingMap, thread: WatchWorker) -> None:
    view.use(PROTONET)
    view.show_library(LIBRARY)
    view.show_drawing(RING)
    assert not thread.started
    assert view.canvas._map is None


def test_placing_many_drawings_shows_its_progress(qtbot: QtBot, view: EmbeddingMap, thread: WatchWorker) -> None:
    answers: list[MapSeen | Said] = []
    thread.mapped.connect(answers.append)
    view.use(PROTONET)
    view.show_library(many(70))
    view.show()
    qtbot.waitUntil(lambda: view.canvas._map is not None)
    said = [answer.sentence for answer in answers if isinstance(answer, Said)]
    assert said == ["0 of 70 drawings placed…", "64 of 70 drawings placed…"]
    assert view.canvas._map is not None
    assert len(view.canvas._map.glyphs) == 70
    qtbot.waitUntil(lambda: not view.canvas._pictures._waiting)
    assert not view.grab().isNull()


def test_a_large_library_is_mapped_only_in_part(view: EmbeddingMap) -> None:
    view.show_library([replace(LIBRARY[1], id=number) for number in range(MOST_GLYPHS + 7)])
    assert [each.id for each in view.taken()] == list(range(7, MOST_GLYPHS + 7))


def test_nothing_to_see_gets_a_sentence(view: EmbeddingMap, thread: WatchWorker) -> None:
    view.use(PROTONET)
    view.show()
    assert view.sentence.text().startswith("Your library is empty. Enrol two glyphs")
    view.show_library(LIBRARY[:1])
    assert view.sentence.text().startswith("Your library has one glyph")
    assert not thread.started


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("maml", "MAML adapts by steps and has no prototypes to map. Open Training > Watch It Adapt"),
        ("siamese", "Siamese network compares with each drawing separately"),
        ("matching", "Matching Network compares with each drawing separately"),
    ],
)
def test_without_prototypes_the_map_says_what_to_do_instead(
    qtbot: QtBot, view: EmbeddingMap, name: str, sentence: str
) -> None:
    shown(qtbot, view)
    view.use(weights_of(name))
    qtbot.waitUntil(lambda: view.sentence.text().startswith(sentence))
    assert view.sentence.isVisible()
    view.use(weights_of("pretrained"))
    qtbot.waitUntil(view.canvas.isVisible)
    assert "Pre-trained's embeddings" in view.note.text()


# Moving about


def test_the_wheel_zooms_where_the_pointer_is_and_a_double_click_shows_all(qtbot: QtBot, view: EmbeddingMap) -> None:
    shown(qtbot, view)
    canvas = view.canvas
    whole, at = canvas.sight, canvas.place_of(1)
    wheel(canvas, at, 3)
    assert canvas.sight.scale == pytest.approx(whole.scale * 1.25**3)
    assert canvas.place_of(1).x() == pytest.approx(at.x())
    assert canvas.place_of(1).y() == pytest.approx(at.y())
    wheel(canvas, at, -200)
    assert canvas.sight.scale == pytest.approx(whole.scale * 1.25**3), "zooming out that far must have no effect"
    mouse(canvas, QEvent.Type.MouseButtonDblClick, at, held=True)
    assert canvas.sight == whole


def test_dragging_and_arrows_move_the_map_with_the_pointer(qtbot: QtBot, view: EmbeddingMap) -> None:
    shown(qtbot, view)
    canvas = view.canvas
    whole, before = canvas.sight, canvas.place_of(2)
    mouse(canvas, QEvent.Type.MouseButtonPress, QPointF(50, 50), held=True)
    mouse(canvas, QEvent.Type.MouseMove, QPointF(80, 70), held=True)
    mouse(canvas, QEvent.Type.MouseButtonRelease, QPointF(80, 70))
    after = canvas.place_of(2)
    assert (after.x() - before.x(), after.y() - before.y()) == pytest.approx((30, 20))
    mouse(canvas, QEvent.Type.MouseMove, QPointF(200, 10))
    assert canvas.place_of(2) == after
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.place_of(2).x() < after.x()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.sight.scale > whole.scale
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.sight == whole


def test_the_pointer_names_a_glyph(qtbot: QtBot, view: EmbeddingMap) -> None:
    shown(qtbot, view)
    canvas = view.canvas
    before = canvas.grab().toImage()
    mouse(canvas, QEvent.Type.MouseMove, canvas.place_of(3) + QPointF(5, 5))
    named = canvas.grab().toImage()
    assert named != before
    mouse(canvas, QEvent.Type.MouseMove, canvas.place_of(2) + QPointF(5, 5))
    assert canvas.grab().toImage() not in (before, named), "the other glyph's name is missing"
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == before


def test_the_whole_map_stays_visible_when_the_size_changes(qtbot: QtBot, view: EmbeddingMap) -> None:
    shown(qtbot, view)
    view.resize(360, 360)
    QApplication.processEvents()
    view.grab()
    for index in range(len(LIBRARY)):
        assert view.canvas.rect().contains(view.canvas.place_of(index).toPoint())


def test_pictures_are_of_light_paper_in_both_themes(qtbot: QtBot, qapp: QApplication, view: EmbeddingMap) -> None:
    appearance = Appearance(qapp, "light")
    try:
        shown(qtbot, view)
        qtbot.waitUntil(lambda: not view.canvas._pictures._waiting)
        greys = []
        for theme in ("light", "dark"):
            appearance.choose(theme)
            QApplication.processEvents()
            at = (view.canvas.place_of(1) - QPointF(14, 14)).toPoint()
            image = view.canvas.grab().toImage()
            ratio = image.devicePixelRatio()
            greys.append(image.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).lightness())
        assert min(greys) > 200
    finally:
        appearance.choose("light")
        qapp.setStyleSheet("")


# Layout


def test_squares_that_hide_each_other_are_left_out() -> None:
    places = np.array([[0.0, 0], [10, 0], [50, 0], [50, 18], [50, 19.5], [-3, -18]])
    assert with_room(places, 20) == [0, 2, 3, 5]


def test_squares_with_room_match_a_slow_version_of_the_rule() -> None:
    places = np.random.default_rng(2).uniform(-300, 300, (300, 2))
    chosen: list[int] = []
    for index, place in enumerate(places):
        if all(np.abs(place - places[other]).max() >= 0.85 * 24 for other in chosen):
            chosen.append(index)
    assert with_room(places, 24.0) == chosen


def test_names_do_not_overlap_earlier_boxes() -> None:
    boxes = [QRectF(0, 0, 10, 5), QRectF(5, 2, 10, 5), QRectF(12, 0, 5, 5), QRectF(40, 0, 5, 5)]
    assert names_with_room(boxes, [QRectF(39, 1, 2, 2)]) == [0, 2]


def test_a_sight_of_a_single_place_is_finite() -> None:
    sight = Sight.of_all(np.array([[3.0, 4.0], [3.0, 4.0]]), QSizeF(200, 100), 20)
    assert sight.pixels(np.array([[3.0, 4.0]]), QSizeF(200, 100)).tolist() == [[100.0, 50.0]]


def test_the_second_axis_points_up() -> None:
    sight = Sight.of_all(np.array([[0.0, 0.0], [2.0, 1.0]]), QSizeF(240, 140), 20)
    assert sight.pixels(np.array([[0.0, 0.0], [2.0, 1.0]]), QSizeF(240, 140)).tolist() == [[20, 120], [220, 20]]


def test_pictures_are_made_gradually_and_stay_with_their_glyphs(qtbot: QtBot) -> None:
    pictures = MapPictures()
    with qtbot.waitSignal(pictures.made):
        pictures.show_glyphs(LIBRARY, 1.0)
        assert pictures.of(LIBRARY[0]) is None
    kept = pictures.of(LIBRARY[0])
    assert kept is not None
    pictures.show_glyphs(LIBRARY[:2], 1.0)
    assert pictures.of(LIBRARY[0]) is kept
    assert pictures.of(LIBRARY[3]) is None


def test_damaged_drawings_have_no_picture_and_do_no_harm(qtbot: QtBot) -> None:
    shot = replace(LIBRARY[0].shots[0], data=b"nothing")
    pictures = MapPictures()
    with qtbot.waitSignal(pictures.made):
        pictures.show_glyphs([replace(LIBRARY[0], shots=(shot,)), LIBRARY[1]], 1.0)
    assert pictures.of(LIBRARY[1]) is not None
