"""Quick, Draw!: good files, and each way to be wrong."""

from __future__ import annotations

import gzip
import json

import pytest

from glyphstudio.glyphs.formats import quickdraw
from glyphstudio.glyphs.formats.labelled import MAX_DRAWINGS
from glyphstudio.glyphs.importing import drawing_from_bytes
from glyphstudio.glyphs.ink import Ink

from .stroke_files import SIMPLE, is_ell, read, refused

RAW = '{"word":"ell","drawing":[[[20.5,20.5,70.5],[20,80,80],[0,35,120]]]}'


def test_quickdraw_simplified_and_raw() -> None:
    (one, two) = read(f"\ufeff{SIMPLE}\r\n\n{RAW}\n")
    assert one.label == two.label == "ell"
    assert is_ell(one) and is_ell(two)
    assert isinstance(two.drawing, Ink)
    assert two.drawing.strokes[0].t.tolist() == [0, 35, 120]


def test_the_case_of_the_issue() -> None:
    (one,) = read('{"word":"ell","drawing":[[[20,20,70],[20,80,80]]]}\n')
    assert is_ell(one)
    assert drawing_from_bytes(b'{"drawing":[[[20,20,70],[20,80,80]]]}', "a") == one.drawing


def test_quickdraw_packed_by_gzip() -> None:
    assert is_ell(read(gzip.compress(SIMPLE.encode()))[0])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"word":"a","drawing":[[[1,2],[3]]]}', "not as many y"),
        ('{"word":"a","drawing":[]}', "no “drawing”"),
        ('{"word":"a","drawing":"x"}', "no “drawing”"),
        ('{"word":"a","drawing":[[]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,"2"],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,true],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,NaN],[3,4]]]}', "not JSON"),
        ('{"word":"a","drawing":[[[1,1e999],[3,4]]]}', "lists of numbers"),
        ('{"word":"a","drawing":[[[1,' + "9" * 5000 + "],[3,4]]]}", "not JSON"),
        ('{"word":"a","drawing":[[[1,2],[3,4', "cut short"),
        ('{"word":"a","drawing":' + "[" * 100_000 + "}", "not JSON"),
        ('{"word":"a","drawing":[[[' + "1," * 3_000_000 + "1],[1]]]}", "4 MB"),
        ('{"word":"\\ud800","drawing":[[[1,2],[3]]]}', "not as many y"),
    ],
    ids=lambda value: value[:40],
)
def test_a_bad_line_is_named(line: str, words: str) -> None:
    sentence = refused(f"{SIMPLE}\n{line}\n")
    assert "Line 2 " in sentence
    assert words in sentence


def test_too_many_drawings() -> None:
    assert f"more than {MAX_DRAWINGS:,} drawings" in refused(f"{SIMPLE}\n" * (MAX_DRAWINGS + 1))


def test_json_is_not_taken_for_quick_draw() -> None:
    assert "JSON, but not Quick, Draw!'s form" in refused(json.dumps({"strokes": []}))


def test_too_many_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickdraw, "MAX_ALL_STROKES", 20)
    assert len(read(f"{SIMPLE}\n" * 20)) == 20
    assert "more than 20 strokes together" in refused(f"{SIMPLE}\n" * 21)
    assert "more than 20 strokes together" in refused('{"drawing":[' + ",".join(["0"] * 21) + "]}")
