"""Tracing: the strokes of thinned lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.data.rewriting.handwriting import ink_of, length
from glyphstudio.data.rewriting.tracing import traced
from glyphstudio.glyphs.render import render
from glyphstudio.glyphs.thinning import thin


def skeleton(*lines: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    """Straight lines from (x, y) to (x, y), three pixels wide and thinned."""
    mask = np.zeros((80, 80), bool)
    for (x0, y0), (x1, y1) in lines:
        for at in np.linspace(0, 1, 200):
            x, y = round(x0 + at * (x1 - x0)), round(y0 + at * (y1 - y0))
            mask[y - 1 : y + 2, x - 1 : x + 2] = True
    return thin(mask)


def test_a_line_is_one_stroke_from_end_to_end() -> None:
    (stroke,) = traced(skeleton(((10, 10), (60, 40))))
    ends = sorted([stroke[0].tolist(), stroke[-1].tolist()])
    np.testing.assert_allclose(ends, [[10, 10], [60, 40]], atol=2.5)
    assert length(stroke) == pytest.approx(58, abs=5)


def test_a_plus_is_two_straight_strokes() -> None:
    strokes = traced(skeleton(((40, 10), (40, 70)), ((10, 40), (70, 40))))
    assert len(strokes) == 2
    for stroke in strokes:
        assert length(stroke) > 52
        assert np.linalg.norm(stroke[-1] - stroke[0]) > 0.95 * length(stroke)


def test_a_closed_loop_comes_back() -> None:
    corners = [(15, 15), (60, 15), (60, 60), (15, 60)]
    (stroke,) = traced(skeleton(*zip(corners, corners[1:] + corners[:1], strict=True)))
    assert np.linalg.norm(stroke[-1] - stroke[0]) < 4
    assert length(stroke) == pytest.approx(180, rel=0.1)


def test_a_dot_and_nothing() -> None:
    mask = np.zeros((20, 20), bool)
    assert traced(mask) == ()
    mask[5, 7] = True
    (stroke,) = traced(mask)
    assert stroke.tolist() == [[7, 5]]


points = st.tuples(st.integers(5, 74), st.integers(5, 74))


@given(st.lists(st.tuples(points, points), min_size=1, max_size=5))
def test_strokes_lie_on_the_skeleton_and_cover_most_of_it(lines: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    thinned = skeleton(*lines)
    strokes = traced(thinned)
    assert strokes
    ink = np.argwhere(thinned)[:, ::-1]
    drawn = np.concatenate(strokes)
    assert np.abs(drawn[:, None] - ink[None]).max(2).min(1).max() < 3
    covered = np.abs(ink[:, None] - drawn[None]).max(2).min(1) < 4
    assert covered.mean() > 0.8 or len(ink) < 30
    assert render(ink_of(strokes)).max() > 0.5
