"""Ownership of strokes, and their points' times."""

from __future__ import annotations

import numpy as np

from glyphstudio.glyphs.ink import LIMIT, Ink
from glyphstudio.ui.draw.stroke_input import Source, StrokeInput


def test_the_first_source_owns_the_stroke_until_release() -> None:
    pen = StrokeInput()
    assert pen.down(Source.TABLET, Ink(), (0.1, 0.1), 0, 0.5)
    assert not pen.down(Source.MOUSE, Ink(), (0.9, 0.9), 1)  # the mouse event that comes with a tablet's
    assert not pen.move(Source.MOUSE, (0.8, 0.8), 2)
    assert pen.move(Source.TABLET, (0.2, 0.2), 3, 0.7)
    assert pen.up(Source.MOUSE) is None
    stroke = pen.up(Source.TABLET)
    assert stroke is not None
    np.testing.assert_allclose(stroke.xy, [(0.1, 0.1), (0.2, 0.2)], atol=1e-4)
    assert stroke.pressure is not None
    np.testing.assert_allclose(stroke.pressure, [0.5, 0.7], atol=1e-3)
    assert pen.owner is None


def test_times_run_from_the_drawings_first_point() -> None:
    pen = StrokeInput()
    pen.down(Source.MOUSE, Ink(), (0, 0), 5000)
    pen.move(Source.MOUSE, (0.1, 0), 5020)
    first = pen.up(Source.MOUSE)
    assert first is not None
    assert first.t.tolist() == [0, 20]
    pen.down(Source.MOUSE, Ink((first,)), (0.5, 0), 5500)
    second = pen.up(Source.MOUSE)
    assert second is not None
    assert second.t.tolist() == [500]


def test_a_stroke_added_to_ink_from_elsewhere_starts_after_its_end() -> None:
    pen = StrokeInput()
    old = Ink.of([[(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)]])
    pen.restart_clock()
    pen.down(Source.MOUSE, old, (0.5, 0.5), 90_000)
    stroke = pen.up(Source.MOUSE)
    assert stroke is not None
    assert stroke.t[0] > old.strokes[-1].t[-1]
    assert stroke.t[0] < 1000


def test_a_resting_pen_adds_no_points_and_a_far_one_is_pulled_in() -> None:
    pen = StrokeInput()
    pen.down(Source.MOUSE, Ink(), (0.5, 0.5), 0)
    assert not pen.move(Source.MOUSE, (0.5, 0.5), 10)
    assert pen.move(Source.MOUSE, (1e9, -1e9), 20)
    stroke = pen.up(Source.MOUSE)
    assert stroke is not None
    assert stroke.xy[-1].tolist() == [LIMIT, -LIMIT]


def test_pressure_is_kept_only_if_every_point_has_it() -> None:
    pen = StrokeInput()
    pen.down(Source.TABLET, Ink(), (0, 0), 0, 0.5)
    pen.move(Source.TABLET, (0.1, 0), 1, None)
    stroke = pen.up(Source.TABLET)
    assert stroke is not None
    assert stroke.pressure is None


def test_a_stroke_cannot_grow_without_end() -> None:
    pen = StrokeInput()
    pen.down(Source.MOUSE, Ink(), (0, 0), 0)
    taken = sum(pen.move(Source.MOUSE, ((i % 2) / 2, 0.1), i) for i in range(1, 60_000))
    assert taken == 49_999
