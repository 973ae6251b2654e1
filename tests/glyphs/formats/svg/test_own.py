"""Our own SVG loses no point, time or pressure; a file that was changed is read as it looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.export import to_svg
from glyphstudio.glyphs.importing import drawing_from_bytes
from glyphstudio.glyphs.ink import Ink, Stroke

from .svg_files import ink

_COORDINATE = st.floats(-8, 8, width=32)


@st.composite
def inks(draw: st.DrawFn) -> Ink:
    """Any drawing: points on and off the canvas, resting pens, dots, times, and pressure of some strokes."""
    made = []
    for _ in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, 12))
        xy = draw(st.lists(st.tuples(_COORDINATE, _COORDINATE), min_size=count, max_size=count))
        t = sorted(draw(st.lists(st.integers(0, 1 << 24), min_size=count, max_size=count)))
        force = draw(st.none() | st.lists(st.floats(0, 1), min_size=count, max_size=count))
        made.append(Stroke.of(xy, t, force))
    return Ink(tuple(made))


def exact(one: Ink, other: Ink) -> bool:
    """Return whether all strokes are equal, with a pressure that only some of them have."""
    return len(one.strokes) == len(other.strokes) and all(
        np.array_equal(a.xy, b.xy)
        and np.array_equal(a.t, b.t)
        and (a.pressure is None) == (b.pressure is None)
        and (a.pressure is None or b.pressure is None or np.array_equal(a.pressure, b.pressure))
        for a, b in zip(one.strokes, other.strokes, strict=True)
    )


@given(inks())
def test_a_round_trip_loses_nothing(drawing: Ink) -> None:
    back = drawing_from_bytes(to_svg(drawing), "a.svg")
    assert isinstance(back, Ink)
    assert exact(back, drawing)


HOOK = Ink.of([[(0.2, 0.2), (0.2, 0.8), (0.7, 0.8)], [(0.4, 0.3), (0.6, 0.3)]])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<g ", '<g transform="rotate(90)" '),
        ("viewBox=", 'transform="rotate(90)" viewBox='),
        ("M200,200C", "M200,400C"),
        ("0.2 0.8 10", "0.2 0.9 10"),
        ("0.2 0.8 10", "0.2 nan 10"),
        ("0.2 0.8 10", "0.2 1e9 10"),
        ("0.2 0.8 10", "0.2 0.8"),
        ("</g>", '</g><path d="M0 0h900" fill="none" stroke="#000"/>'),
        ("<path d=", '<path style="display:none" d='),
        ("<path d=", '<path data-other="1" d='),
    ],
)
def test_a_changed_file_is_read_as_it_looks(old: str, new: str) -> None:
    text = to_svg(HOOK).decode()
    assert old in text
    assert not exact(ink(text.replace(old, new, 1)), HOOK)


def test_a_stroke_that_was_deleted_is_gone_and_the_others_stay_exact() -> None:
    lines = to_svg(HOOK).decode().splitlines()
    kept = "\n".join(line for line in lines if "M400,300" not in line)
    assert exact(ink(kept), Ink(HOOK.strokes[:1]))


def test_other_programs_see_the_same_shape() -> None:
    """Without our own points, the curves give the drawing, fitted to the canvas."""
    text = to_svg(HOOK).decode()
    foreign = ink(text.replace("data-points", "data-other"))
    assert [len(stroke.xy) > 5 for stroke in foreign.strokes] == [True, True]
    ends = np.array([stroke.xy[[0, -1]] for stroke in foreign.strokes])
    wanted = np.array([stroke.xy[[0, -1]] for stroke in HOOK.strokes])
    scale = np.ptp(ends[:, :, 0]) / np.ptp(wanted[:, :, 0])
    assert np.abs((ends - ends[0, 0]) - (wanted - wanted[0, 0]) * scale).max() < 0.02
