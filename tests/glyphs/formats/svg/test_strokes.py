"""SVG strokes: every kind of shape, curve, transform and unit, and the ways to say how it is painted."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.importing import load_drawing
from glyphstudio.glyphs.ink import Ink

from .svg_files import PEN, ink, refused, same, strokes, svg

CASES = Path(__file__).parent / "cases"
ELL = svg(f'<path d="M20,20 L20,80 L70,80" {PEN}/>')


@pytest.mark.parametrize("name", ["own", "doctype", "kanjivg", "inkscape", "illustrator", "feather"])
def test_files_of_other_programs(name: str) -> None:
    drawing = load_drawing(CASES / f"{name}.svg")
    assert isinstance(drawing, Ink)
    expected = [[(1 / 6, 0.1), (1 / 6, 0.9), (5 / 6, 0.9)]]
    assert len(drawing.strokes) == 1
    corners = drawing.strokes[0].xy[[0, -1]] if name == "kanjivg" else drawing.strokes[0].xy
    wanted = [expected[0][0], expected[0][2]] if name == "kanjivg" else expected[0]
    assert np.abs(corners - wanted).max() < 1e-4


@pytest.mark.parametrize(
    "body",
    [
        f'<polyline points="20,20 20,80 70,80" {PEN}/>',
        f'<polyline points="20 20,20 80,70 80 7" {PEN}/>',
        f'<path d="m20 20v60h50" {PEN}/>',
        f'<path d="M20 20V80H70" {PEN}/>',
        f'<path d="M20-20L20,40L70,40" transform="translate(0 40)" {PEN}/>',
        f'<path d="M2e1 .2e2L20.0 80 7E1,80" {PEN}/>',
        f'<g transform="scale(2)"><path transform="translate(10,10)" d="M0 0v30h25" {PEN}/></g>',
        f'<path transform="rotate(90 50 50)" d="M20 80L80 80L80 30" {PEN}/>',
        f'<path transform="matrix(0 1 -1 0 100 0)" d="M20 80L80 80L80 30" {PEN}/>',
        f'<svg x="20" y="20" width="50" height="60" viewBox="0 0 5 6"><path d="M0 0v6h5" {PEN}/></svg>',
        f'<defs><path id="p" d="M0 0v60h50"/></defs><use href="#p" x="20" y="20" {PEN}/>',
        f'<symbol id="s" viewBox="0 0 1 1"><path d="M.2 .2v.6h.5" {PEN}/></symbol><use href="#s"/>',
        f'<g><g><a><path d="M20,20 L20,80 L70,80" {PEN}/></a></g></g>',
        '<path d="M20,20 L20,80 L70,80" style="fill:none;stroke:black"/>',
        '<style>path{stroke:#00f}.thin{fill:none}</style><path class="other thin" d="M20 20v60h50"/>',
        '<style>@media screen{.a{fill:none}.b{stroke:#00f}}</style><path class="a b" d="M20 20v60h50"/>',
        "<style><![CDATA[ /* a */ #p , .q { fill : none ; stroke:red!important } ]]></style>"
        '<path id="p" d="M20 20v60h50"/>',
        f'<rect width="100" height="100" fill="white"/><path d="M20,20v60h50" {PEN}/>',
        '<rect width="100%" height="100%"/><path d="M20,20v60h50" fill="none" stroke="white"/>',
        f'<path d="M20,20v60h50" {PEN}/><path d="M0 0h99" {PEN} display="none"/>',
        f'<path d="M20,20v60h50" {PEN}/><g opacity="0"><path d="M0 0h99" {PEN}/></g>',
        f'<path d="M20,20v60h50" {PEN}/><path d="M0 0h99" {PEN} visibility="hidden"/><text x="3" y="90">1</text>',
        f'<path d="M20,20v60h50" {PEN}/><path d="M0 0h99" stroke="#fefefe"/>',
        f'<path d="M20,20v60h50" {PEN}/><clipPath><rect width="9" height="9"/></clipPath>',
        f'<path d="M20,20v60h50" {PEN}/><path d="M0 0h99" stroke="red" stroke-width="0" fill="none"/>',
        '<path d="M20,20v60h50" fill="rgba(0,0,0,0)" stroke="hsl(120,100%,20%)"/>',
    ],
)
def test_one_drawing_in_many_ways(body: str) -> None:
    assert same(svg(body), ELL)


@pytest.mark.parametrize(
    ("attributes", "body"),
    [
        ('width="10cm" height="10cm"', f'<path transform="scale(100)" d="M.2 .2V.8H.7" {PEN}/>'),
        ('width="9" height="9"', f'<g {PEN}><path d="M2 2v6h5"/></g>'),
        ("", f'<path d="M2 2v6h5" {PEN}/>'),
        ('viewBox="-50 -50 100 100"', f'<path d="M-20 -20v60h50" {PEN}/>'),
        ('fill="none" stroke="currentColor" viewBox="0 0 24 24"', '<path d="M4 4v12h10"/>'),
        ('width="100mm" height="50mm" viewBox="0 0 50 50" preserveAspectRatio="none"', f'<path d="M4 4v12h5" {PEN}/>'),
    ],
)
def test_units_and_views(attributes: str, body: str) -> None:
    assert same(svg(body, attributes), ELL)


def test_lengths_with_units_agree() -> None:
    lines = [
        f'<line x1="1in" y1="0" x2="{end}" y2="3cm" {PEN}/>'
        for end in ("2in", "5.08cm", "50.8mm", "144pt", "12pc", "192")
    ]
    assert all(same(svg(line), svg(lines[0])) for line in lines)
    percent = svg(f'<line x1="10%" y1="10%" x2="90%" y2="90%" {PEN}/>', 'viewBox="0 0 200 100"')
    assert same(percent, svg(f'<line x1="20" y1="10" x2="180" y2="90" {PEN}/>', 'viewBox="0 0 200 100"'))


def test_a_circle_is_round_however_it_is_written() -> None:
    ways = [
        f'<circle cx="50" cy="50" r="30" {PEN}/>',
        f'<ellipse cx="50" cy="50" rx="30" ry="30" {PEN}/>',
        f'<ellipse cx="50" cy="50" rx="30" {PEN}/>',
        f'<rect x="20" y="20" width="60" height="60" rx="30" {PEN}/>',
        f'<path d="M80 50A30 30 0 0 1 20 50A30 30 0 0 1 80 50Z" {PEN}/>',
        f'<path d="M80,50a30,30 0 01-60,0 30,30 0 0160,0z" {PEN}/>',
        f'<path d="M80 50c0 16.57-13.43 30-30 30S20 66.57 20 50S33.43 20 50 20S80 33.43 80 50z" {PEN}/>',
    ]
    for way in ways:
        (points,) = strokes(svg(way))
        radii = np.hypot(*(points - 0.5).T)
        assert np.abs(radii - 0.4).max() < 2e-3, way
        assert len(points) > 60


@pytest.mark.parametrize(("flags", "height"), [("0 0", 0.25), ("0 1", -0.25), ("1 0", 1.0), ("1 1", -1.0)])
def test_arcs_take_the_side_that_their_flags_name(flags: str, height: float) -> None:
    """The four arcs of radius 25 over a chord of 40: SVG 1.1, chapter 8.3.8."""
    (points,) = strokes(svg(f'<path d="M30 50A25 25 0 {flags} 70 50" {PEN}/>'))
    heights = (points[:, 1] - points[0, 1]) / (points[-1, 0] - points[0, 0])
    assert heights[np.abs(heights).argmax()] == pytest.approx(height, abs=2e-3)


def test_curves_go_where_their_formulas_say() -> None:
    (cubic,) = strokes(svg(f'<path d="M0 0C0 100 100 100 100 0" {PEN}/>'))
    (smooth,) = strokes(svg(f'<path d="M0 0Q50 150 100 0" {PEN}/>'))
    for points in (cubic, smooth):  # both are parabolas of height 75
        x = (points[:, 0] - points[0, 0]) / (points[-1, 0] - points[0, 0])
        assert np.ptp(points[:, 1]) / np.ptp(points[:, 0]) == pytest.approx(0.75, abs=1e-3)
        assert x[points[:, 1].argmax()] == pytest.approx(0.5, abs=0.02)
    assert same(
        svg(f'<path d="M0 0Q50 50 100 0T200 0" {PEN}/>'), svg(f'<path d="M0 0Q50 50 100 0Q150 -50 200 0" {PEN}/>')
    )
    assert same(
        svg(f'<path d="M0 0C0 9 9 9 9 0S20 -9 20 0" {PEN}/>'),
        svg(f'<path d="M0 0C0 9 9 9 9 0C9 -9 20 -9 20 0" {PEN}/>'),
    )


def test_subpaths_are_strokes_and_a_close_is_a_line() -> None:
    first, second = strokes(svg(f'<path d="M0 0L50 0L50 50ZM60 60L90 90" {PEN}/>'))
    assert (first[0] == first[-1]).all() and len(first) == 4
    assert len(second) == 2
    continued = strokes(svg(f'<path d="M0 0L50 0L50 50Z L90 90" {PEN}/>'))
    assert len(continued) == 2 and (continued[1][0] == continued[0][0]).all()


def test_times_run_and_every_stroke_starts_after_the_one_before() -> None:
    drawing = ink(svg(f'<path d="M0 0L50 0M0 9L50 9" {PEN}/>'))
    times = np.concatenate([stroke.t for stroke in drawing.strokes])
    assert (np.diff(times) > 0).all()


def test_a_dot_of_a_page_stays_a_dot() -> None:
    (points,) = strokes(svg(f'<path d="M75 25h.01" {PEN}/>'))
    assert np.ptp(points, axis=0).max() == 0.0
    assert math.isclose(points[0, 0], 0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<svg/>", "no visible"),
        (svg("<text>a</text>"), "convert it to paths"),
        (svg('<image href="other.png"/>'), "in another file"),
        (svg('<use href="#nothing"/>'), "“#nothing”"),
        (svg('<use href="other.svg#a"/>'), "“other.svg#a”"),
        (svg(f'<path d="M0 0L 5 five" {PEN}/>'), "path data"),
        (svg(f'<path d="M0 0h5" transform="rotate(x" {PEN}/><path d="M1" {PEN}/>'), "cannot be read"),
        (svg(f'<path d="M0 0L1e999 5" {PEN}/>'), "too far away"),
        (svg(f'<polyline points="1,1 1e300,4" {PEN}/>'), "too far away"),
        (svg(f'<path d="M0 0h5" transform="scale(1e200)" {PEN}/>'), "too large"),
        (svg(f'<path d="M0 0A1e308 1e308 0 1 1 5 5" {PEN}/>'), "path data"),
        (svg('<path d="M10 10" stroke="red" fill="none"/>'), "no visible"),
        (svg('<rect width="0" height="0"/>'), "no visible"),
        ("<svg><path", "damaged or cut short"),
        ("<svg></svg><svg></svg>", "two roots"),
        (b"<?xml version='1.0' encoding='klingon'?><svg/>", "klingon"),
        (b"<svg>\xff\xfe</svg>", "UTF-8"),
    ],
)
def test_what_cannot_be_read_has_a_sentence(text: str | bytes, words: str) -> None:
    assert words in refused(text)
