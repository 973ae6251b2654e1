"""UNIPEN: good files, and each way to be wrong."""

from __future__ import annotations

import pytest

from glyphstudio.glyphs.formats import unipen

from .stroke_files import UNIPEN, is_ell, read, refused, xy


def test_unipens_finest_segments() -> None:
    one, two = read(UNIPEN)
    assert (one.label, two.label) == ("L", '"x')
    assert is_ell(one)
    assert len(xy(two)) == 2
    assert xy(two)[0][0] == [0.1, 0.9]  # y grows upwards in the file


def test_unipen_without_labels_is_one_drawing() -> None:
    (one,) = read("\n".join(line for line in UNIPEN.splitlines() if not line.startswith(".SEGMENT")))
    assert one.label is None
    assert len(xy(one)) == 3


def test_unipen_segments_without_a_list_have_what_follows_them() -> None:
    text = ".VERSION 1.0\n.COORD X Y\n" + "".join(
        f'.SEGMENT CHARACTER\t? "{label}"\n.PEN_DOWN\n20 80\n20 20\n70 20\n.PEN_UP\n' for label in "ab"
    )
    assert [one.label for one in read(text)] == ["a", "b"]
    assert all(is_ell(one) for one in read(text))


def test_a_part_of_a_component() -> None:
    text = UNIPEN.replace('CHARACTER 0 OK "L"', 'CHARACTER 0:1-0:2 OK "L"')
    assert len(xy(read(text)[0])[0]) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (".COORD X Y T", ".COORD A B T", "no X and Y"),
        (" 20 20 20", " 20 20", "2 of 3 coordinates"),
        (" 20 20 20", " 20 nan 20", "is not a point"),
        (" 20 20 20", " 20 1e200 20", "too far away"),
        ("1-2 ?", "1-7 ?", "components 1 to 7"),
        ("1-2 ?", "2-1 ?", "components 2 to 1"),
        ("1-2 ?", "1-999999999 ?", "components 1 to"),
        ("1-2 ?", "1--2 ?", "no list of components"),
        ('OK "two letters"', 'OK "two', "cannot be read"),
    ],
)
def test_bad_unipen(old: str, new: str, words: str) -> None:
    assert old in UNIPEN
    assert words in refused(UNIPEN.replace(old, new, 1))


def test_unipen_with_only_labels() -> None:
    assert ".INCLUDE" in refused('.INCLUDE apa/data/a.dat\n.SEGMENT CHARACTER 0 ? "a"\n')
    assert "no points" in refused(".VERSION 1.0\n.PEN_DOWN\n.PEN_UP\n")


@pytest.mark.parametrize("limit", ["MAX_ALL_STROKES", "_MOST_POINTS"])
def test_segments_that_repeat_their_strokes_end_soon(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = UNIPEN.replace('.SEGMENT CHARACTER 0 OK "L"\n', '.SEGMENT CHARACTER 0 OK "L"\n' * 200)
    assert len(read(text)) == 201
    monkeypatch.setattr(unipen, limit, 200)
    assert "together: split it" in refused(text)


def test_a_long_line_of_spaces_ends_soon() -> None:
    assert "cannot be read" in refused(UNIPEN.replace('0-2 OK "two letters"', "0-2" + " " * 1_000_000 + '"'))
    assert [one.label for one in read(UNIPEN.replace("1-2 ?", "1 ,  2 -"))] == ["L", '"x']
