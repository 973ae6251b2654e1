"""A writer's variation: other drawings, of the same glyph."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.data.rewriting.handwriting import ink_of, length, longer_side, resampled, rewritten
from glyphstudio.data.rewriting.strokes import Strokes
from glyphstudio.glyphs.render import render
from tests.data.rewriting.pens import SHAPES

places = st.tuples(st.floats(-200, 200), st.floats(-200, 200))
some_strokes = st.lists(st.lists(places, min_size=1, max_size=12), min_size=1, max_size=5).map(
    lambda strokes: tuple(np.array(stroke) for stroke in strokes)
)


@given(some_strokes, st.integers(0, 2**32), st.floats(0, 1.5))
def test_every_writing_is_a_drawing_with_as_many_strokes(strokes: Strokes, seed: int, amount: float) -> None:
    again = rewritten(strokes, np.random.default_rng(seed), amount)
    assert len(again) == len(strokes)
    side = longer_side(strokes)
    for old, new in zip(strokes, again, strict=True):
        assert np.isfinite(new).all()
        assert np.linalg.norm(new.mean(0) - old.mean(0)) < 2 * side
    bitmap = render(ink_of(again))
    assert bitmap.max() > 0.5


def test_no_variation_changes_only_the_points_between() -> None:
    strokes = tuple(np.array(stroke, float) for stroke in SHAPES["Greek/character01"])
    for seed in range(20):
        again = rewritten(strokes, np.random.default_rng(seed), 0.0)
        for old, new in zip(strokes, again, strict=True):
            np.testing.assert_allclose(new[[0, -1]], old[[0, -1]], atol=1e-9)
            assert length(new) <= length(old) + 1e-9


def test_writings_of_a_glyph_are_nearer_to_it_than_to_others() -> None:
    """In blurred bitmaps; by chance a fifth of them would be."""
    glyphs = {name: tuple(np.array(stroke, float) for stroke in shape) for name, shape in SHAPES.items()}

    def seen(strokes: Strokes) -> np.ndarray:
        small: np.ndarray = render(ink_of(strokes)).reshape(10, 4, 10, 4).mean((1, 3)).ravel()
        unit: np.ndarray = small / np.linalg.norm(small)
        return unit

    means = {name: seen(strokes) for name, strokes in glyphs.items()}
    right, different = 0, []
    for seed in range(100):
        for name, strokes in glyphs.items():
            again = seen(rewritten(strokes, np.random.default_rng(seed)))
            right += max(means, key=lambda other: float(means[other] @ again)) == name
            different.append(float(again @ means[name]))
    assert right >= 490
    assert 0.7 < np.mean(different) < 0.97, "it varies, but not into another glyph"


def test_the_same_generator_writes_the_same() -> None:
    strokes = tuple(np.array(stroke, float) for stroke in SHAPES["Gothic/character01"])
    first, again, other = (rewritten(strokes, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_points_at_equal_distances() -> None:
    line = resampled(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 30.0]]), 5)
    np.testing.assert_allclose(line, [[0, 0], [10, 0], [10, 10], [10, 20], [10, 30]])
    assert resampled(np.array([[3.0, 4.0]]), 3).tolist() == [[3, 4]] * 3
