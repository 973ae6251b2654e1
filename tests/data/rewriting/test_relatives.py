"""Relatives: strokes matched between drawers, and edits that make another glyph."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.data.rewriting.relatives import relative, same_strokes
from glyphstudio.data.rewriting.strokes import Written
from tests.data.rewriting.pens import SHAPES, written


def test_strokes_are_matched_whatever_their_order_and_direction() -> None:
    matched = same_strokes(written(9))
    assert matched.keys() == SHAPES.keys()
    for name, drawings in matched.items():
        assert len(drawings) == 9
        first = drawings[1]
        for strokes in drawings.values():
            for stroke, other in zip(first, strokes, strict=True):
                assert np.abs(stroke - other).max() < 8, name


def test_few_drawings_and_other_strokes_are_left_out() -> None:
    drawings = written(9)
    drawings["Gothic/character01", 4] = drawings["Gothic/character01", 4][:1]  # one stroke instead of two
    drawings["Gothic/character02", 5] = drawings["Gothic/character03", 5] * 2  # strokes elsewhere
    matched = same_strokes({key: strokes for key, strokes in drawings.items() if key[0] != "Greek/character01"})
    assert 4 not in matched["Gothic/character01"]
    assert 5 not in matched["Gothic/character02"]
    assert not same_strokes(written(7))


@pytest.mark.parametrize("name", SHAPES)
def test_an_edit_changes_one_stroke_of_every_drawing_in_the_same_way(name: str) -> None:
    matched = same_strokes(written(9))
    alphabet = [other for other in matched if other.split("/")[0] == "Gothic"]
    kinds = set()
    for seed in range(60):
        edit = relative(name, matched, alphabet, np.random.default_rng(seed))
        if edit is None:
            continue
        counts, changed = set(), set()
        for drawer, strokes in matched[name].items():
            edited = edit(strokes, drawer)
            assert edited
            assert all(np.isfinite(stroke).all() for stroke in edited)
            counts.add(len(edited) - len(strokes))
            kept = [any(np.array_equal(stroke, other) for other in edited) for stroke in strokes]
            changed.add(tuple(kept))
        assert len(counts) == 1
        assert len(changed) == 1
        assert sum(next(iter(changed))) >= len(matched[name][1]) - 1
        kinds.add((next(iter(counts)), sum(next(iter(changed)))))
    assert len(kinds) >= 2


def test_a_single_straight_line_is_no_glyph() -> None:
    """The middle bar of a plus would be left over from many glyphs, and be the same in all of them."""
    cross: Written = {
        ("Gothic/plus", drawer): (np.array([[50.0, 0], [50, 99]]), np.array([[0.0, 50], [99, 50]]))
        for drawer in range(9)
    }
    matched = same_strokes(cross)
    for seed in range(80):
        edit = relative("Gothic/plus", matched, ["Gothic/plus"], np.random.default_rng(seed))
        if edit is not None:
            assert len(edit(matched["Gothic/plus"][0], 0)) == 2
