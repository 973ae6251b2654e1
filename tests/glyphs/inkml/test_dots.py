"""A trembling tap is a dot; ink of any larger size, and short strokes beside long ones, keep their shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.render import render
from tests.glyphs.inkml.inkml_files import channels, read, trace

DOT = render(read(trace("7 7")))


def is_dot(*parts: str) -> bool:
    return bool(np.array_equal(render(read(*parts)), DOT))


@pytest.mark.parametrize(
    ("unit", "text", "dot"),
    [
        ("himetric", "5000 5000, 5001 5000, 5001 5001", True),
        ("himetric", "5000 5000, 5060 5020", True),
        ("himetric", "5000 5000, 5200 5000", False),
        ("mm", "50 50, 50.2 50.3", True),
        ("mm", "50 50, 52 50", False),
        ("cm", "5 5, 5.02 5.03", True),
        ("cm", "0 0, 1 0, 1 1, 0 1, 0 0", False),
        ("in", "2 2, 2.01 2.01", True),
        ("in", "0 0, 1 1", False),
        ("pt", "72 72, 73 73", True),
        ("pt", "72 72, 77 72", False),
        ("", "500 500, 501 501, 500 502", True),
        ("dev", "500 500, 501 501", True),
        ("px", "500 500, 501 501", True),
        ("", "500.0 500.0, 501.0 501.0", True),
        ("", "500 500, 503 500", False),
        ("", "0.0 0.0, 1.0 1.0", False),
        ("", "0.2 0.2, 0.8 0.4", False),
        ("", "500 500, '1'0, '0'1", True),
    ],
)
def test_one_stroke(unit: str, text: str, dot: bool) -> None:
    assert is_dot(channels(f'units="{unit}"', f'units="{unit}"'), trace(text)) == dot


@pytest.mark.parametrize(("per_inch", "dot"), [(5000, True), (300, True), (25, False)])
def test_a_resolution_gives_the_size_too(per_inch: int, dot: bool) -> None:
    properties = "".join(
        f'<channelProperty channel="{name}" name="resolution" value="{per_inch}" units="1/in"/>' for name in "XY"
    )
    head = f"<inkSource>{channels()}<channelProperties>{properties}</channelProperties></inkSource>"
    assert is_dot(head, trace("500 500, 501 502")) == dot


def test_a_map_to_a_canvas_with_units_gives_the_size_too() -> None:
    millimetres = channels('units="mm"', 'units="mm"')
    canvas = f"<canvas>{millimetres}</canvas>"
    for scale, dot in ((0.01, True), (1, False)):
        mapping = f'<mapping type="affine"><affine>{scale} 0 0, 0 {scale} 0</affine></mapping>'
        head = f"<context>{canvas}<canvasTransform>{mapping}</canvasTransform></context>"
        assert is_dot(head, trace("10.5 10, 30.5 30")) == dot


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=9), st.integers(-9999, 9999))
def test_a_pen_that_trembles_by_two_steps_is_a_dot(tremble: list[tuple[int, int]], place: int) -> None:
    assert is_dot(trace([(place + x, place + y) for x, y in tremble]))


@given(st.sampled_from(["mm", "himetric", ""]), st.integers(1, 4))
def test_a_short_dash_beside_a_long_stroke_keeps_its_size(unit: str, length: int) -> None:
    scale = {"mm": 0.1, "himetric": 10, "": 1}[unit]
    long, dash = [(0.0, 0.0), (100 * scale, 0.0)], [(0.0, 20 * scale), (length * scale, 20 * scale)]
    ink = read(channels(f'units="{unit}"', f'units="{unit}"'), trace(long), trace(dash))
    widths = [float(np.ptp(stroke.xy[:, 0])) for stroke in ink.strokes]
    assert widths[1] / widths[0] == pytest.approx(length / 100, abs=1e-3)
