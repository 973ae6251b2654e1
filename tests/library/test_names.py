"""Names: which are kept, which are refused and with which words, and which are equal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glyphstudio.library.errors import BadName
from glyphstudio.library.names import MAX_NAME, clean_name, shown_name
from glyphstudio.names import name_key, natural_key

anything = st.text(st.characters(), max_size=100)  # surrogates too


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Kresh", "Kresh"),
        ("  two \t words \n", "two words"),
        ("line\r\nbreak\u2028and\u00a0space", "line break and space"),
        ("e\u0301", "é"),
        ("שלום עולם", "שלום עולם"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
        ("\ufeffTarn\u200b", "Tarn"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("x" * MAX_NAME, "x" * MAX_NAME),
        ("\u0301", "\u0301"),
    ],
)
def test_is_kept_as(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@pytest.mark.parametrize("name", ["", " ", "\n\t\u3000", "\u200b", "\u202e", "\u200d\ufe0f", "\u200e \u200f"])
def test_a_name_without_anything_to_see_is_empty(name: str) -> None:
    with pytest.raises(BadName, match="needs a name"):
        clean_name(name)


def test_a_name_of_10_000_characters_is_refused() -> None:
    with pytest.raises(BadName, match=r"80 characters; this one has 10,000\. Choose a shorter one\."):
        clean_name("x" * 10_000)


@pytest.mark.parametrize(("name", "code"), [("a\0b", "U+0000"), ("\x1b[31mred", "U+001B"), ("a\ud800", "U+D800")])
def test_characters_that_cannot_be_shown_are_named(name: str, code: str) -> None:
    with pytest.raises(BadName, match=r"cannot be shown") as caught:
        clean_name(name)
    assert code in str(caught.value)
    str(caught.value).encode()  # the sentence itself can be printed


@given(anything)
@example("a\u202e\u0301")
@example("\u1100\u200b\u1161")
def test_a_clean_name_is_fit_to_be_kept_and_shown(name: str) -> None:
    try:
        clean = clean_name(name)
    except BadName:
        return
    assert clean_name(clean) == clean
    assert 1 <= len(clean) <= MAX_NAME
    assert clean == " ".join(clean.split())
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in clean)
    assert not any(unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI") for c in clean)
    clean.encode()


@given(anything)
def test_a_name_out_of_a_file_is_always_fit_to_be_shown(name: str) -> None:
    shown = shown_name(name)
    assert clean_name(shown) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tarn", "tARN"), ("é", "e\u0301"), ("straße", "STRASSE"), ("❤", "❤\ufe0f"), ("Ta\u200drn", "Tarn"), ("Σ", "ς")],
)
def test_same_glyph(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("R", "ℝ"), ("2", "²"), ("a", "á"), ("g1", "g01"), ("ش", "س")])
def test_different_glyphs(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(anything)
def test_case_never_makes_another_glyph(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert name_key(name.casefold()) == name_key(name)


def test_natural_order() -> None:
    names = ["g10", "G2", "zeta", "g2b", "g1", "10", "été", "9", "Alpha", "beta", "g2 a"]
    in_order = ["9", "10", "Alpha", "beta", "été", "g1", "G2", "g2 a", "g2b", "g10", "zeta"]
    assert sorted(names, key=natural_key) == in_order


@given(st.lists(anything))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert len(sorted(names, key=natural_key)) == len(names)
