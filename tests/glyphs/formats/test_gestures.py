"""The $-family's gestures: good files, and each way to be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink

from .stroke_files import ONE, POINTS, is_ell, read, refused


def test_gestures_with_and_without_strokes() -> None:
    for body in (POINTS, f'<Stroke index="1">{POINTS}</Stroke>'):
        (one,) = read(ONE.format(name="arrow", number=1, body=body))
        assert is_ell(one)
        assert one.label == "arrow"
        assert isinstance(one.drawing, Ink)
        assert one.drawing.strokes[0].t.tolist() == [0, 40, 100]
    two = f"<Stroke>{POINTS}</Stroke><Stroke>{POINTS}</Stroke>"
    assert isinstance(read(ONE.format(name="x", number=1, body=two))[0].drawing, Ink)


@pytest.mark.parametrize(
    ("name", "number", "label"),
    [
        ("arrow07", 7, "arrow"),
        ("arrow~07", 3, "arrow"),
        ("five-point star~10", 10, "five-point star"),
        ("left_curly_brace03", 3, "left_curly_brace"),
        ("glyph2", 7, "glyph2"),
        ("2", 2, "2"),
        ("", 1, None),
    ],
)
def test_a_gestures_name_has_no_number_of_its_example(name: str, number: int, label: str | None) -> None:
    assert read(ONE.format(name=name, number=number, body=POINTS))[0].label == label


def test_pressure_of_a_pen_is_kept() -> None:
    body = '<Stroke><Point X="0" Y="0" T="0" Pressure="51"/><Point X="50" Y="9" T="9" Pressure="255"/></Stroke>'
    drawing = read(ONE.format(name="a", number=1, body=body))[0].drawing
    assert isinstance(drawing, Ink) and drawing.strokes[0].pressure is not None
    assert np.abs(drawing.strokes[0].pressure - [0.2, 1.0]).max() < 1e-3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no points"),
        ('<Point X="1"/>', "not a number"),
        ('<Point X="1" Y="nan"/>', "not a number"),
        ('<Point X="1" Y="1e300"/>', "too far away"),
        (f"<Stroke>{POINTS}</Stroke>" * 10_001, "at most 10,000 strokes"),
        ("<a>" * 200 + "</a>" * 200, "nested too deeply"),
        ("<Stroke>", "damaged or cut short"),
    ],
    ids=lambda value: value[:30],
)
def test_bad_gestures(body: str, words: str) -> None:
    assert words in refused(ONE.format(name="a", number=1, body=body))
