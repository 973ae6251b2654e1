"""Xournal++: good files, and each way to be wrong."""

from __future__ import annotations

import gzip

import pytest

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes
from glyphstudio.glyphs.ink import Ink

from .stroke_files import PEN, PRESSED, is_ell, read, refused, xopp, xy


def test_xournal_packed_or_not() -> None:
    for data in (xopp(PEN), gzip.compress(xopp(PEN)), gzip.compress(xopp(PEN)[:9]) + gzip.compress(xopp(PEN)[9:])):
        (one,) = read(data)
        assert one.label is None and is_ell(one)


def test_only_the_pen_counts() -> None:
    other = '<stroke tool="highlighter" width="9">0 0 400 400</stroke><text x="1" y="1">note</text><image>AAAA</image>'
    (one,) = read(xopp(other + PEN))
    assert is_ell(one)
    assert "write the glyph with the pen" in refused(xopp(other))


def test_widths_are_pressure() -> None:
    drawing = read(xopp(PRESSED))[0].drawing
    assert isinstance(drawing, Ink) and drawing.strokes[0].pressure is not None
    assert drawing.strokes[0].pressure.tolist() == [0.5, 1.0, 1.0]


def test_pages_are_drawings() -> None:
    data = xopp(PEN, "", PRESSED + PEN)
    assert [len(xy(one)) for one in read(data)] == [1, 2]
    assert len(xy(read(data, 2)[0])) == 2
    with pytest.raises(ImportFailure, match=r"has 2 drawings: choose one .*with --page"):
        drawing_from_bytes(data, "a.xopp")
    with pytest.raises(ImportFailure, match=r"no page 3"):
        read(data, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (xopp(PEN.replace(" 80</", "</")), "without a y"),
        (xopp(PEN.replace("70", "x")), "not a number"),
        (gzip.compress(xopp(PEN))[:40], "cut short"),
        (gzip.compress(xopp(PEN))[:-12] + b"damaged!", "damaged or cut short"),
        (gzip.compress(b"a.tar or other"), "a gzip archive"),
        (gzip.compress(bytes(200 << 20), 9), "unpacks to more than 64 MB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else len(value),
)
def test_bad_xournal(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_gzip_file_of_many_parts() -> None:
    data = xopp(PEN)
    assert is_ell(read(b"".join(gzip.compress(data[place : place + 1]) for place in range(len(data))))[0])
    assert is_ell(read(gzip.compress(data) + bytes(9))[0])
    assert "damaged or cut short" in refused(gzip.compress(b"") * 500_000)
