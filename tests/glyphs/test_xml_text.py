"""The encodings of XML: those that XML names and Python knows are read, others are named in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.xml_text import decoded, is_xml

LETTERS = {
    "gb2312": "汉字", "GBK": "漢字", "gb18030": "𠀀汉", "HZ-GB-2312": "汉字", "Big5": "漢字",
    "big5-hkscs": "嘅", "windows-950": "漢", "windows-936": "鎔", "EUC-KR": "한글", "ks_c_5601-1987": "한글",
    "windows-949": "뷁", "johab": "뷁", "iso-2022-kr": "한글", "EUC-JP": "漢かな", "Shift_JIS": "漢かな",
    "x-sjis": "漢", "windows-31j": "①", "ISO-2022-JP": "漢かな", "iso-2022-jp-2": "漢", "iso-8859-1": "é",
    "ISO-8859-15": "€", "windows-1251": "ж", "koi8-r": "ж", "macintosh": "é", "tis-620": "ก",
    "US-ASCII": "e", "UTF-8": "汉é", "utf-16": "汉é", "utf-32": "汉é",
}  # fmt: skip
CODECS = {
    "HZ-GB-2312": "hz", "windows-950": "cp950", "windows-936": "gbk", "windows-949": "cp949", "x-sjis": "shift_jis",
    "windows-31j": "cp932", "iso-2022-jp-2": "iso2022_jp_2",
}  # fmt: skip


def file(encoding: str, letters: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<ink>{letters}</ink>'


def refused(data: bytes) -> str:
    with pytest.raises(InkError) as caught:
        decoded(data)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize("encoding", LETTERS)
def test_declared_encodings_are_read(encoding: str) -> None:
    text = file(encoding, LETTERS[encoding])
    data = text.encode(CODECS.get(encoding, encoding))
    assert is_xml(data)
    assert decoded(data) == text


@given(st.text(st.characters(codec="gb18030", exclude_categories=["C"]), max_size=40))
def test_any_letter_of_gb18030_is_read(letters: str) -> None:
    text = file("GB18030", letters)
    assert decoded(text.encode("gb18030")) == text


@pytest.mark.parametrize(("named", "meant"), [("gb2312", "gbk"), ("euc-kr", "cp949"), ("shift_jis", "cp932")])
def test_programs_that_name_the_smaller_set_are_read(named: str, meant: str) -> None:
    text = file(named, {"gbk": "鎔", "cp949": "뷁", "cp932": "①"}[meant])
    assert decoded(text.encode(meant)) == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_wide_text_needs_no_mark(codec: str) -> None:
    text = file("utf-16", "é")
    assert is_xml(text.encode(codec))
    assert decoded(text.encode(codec)) == text


def test_a_mark_outweighs_the_declaration() -> None:
    assert decoded(file("utf-8", "é").encode("utf-16")).endswith("é</ink>")
    assert decoded(file("gb2312", "é").encode("utf-8-sig")).endswith("é</ink>")


@pytest.mark.parametrize(
    "name", ["klingon", "euc-tw", "idna", "punycode", "unicode_escape", "rot13", "hex", "utf-7", "x-user-defined"]
)
def test_an_unknown_encoding_is_named(name: str) -> None:
    assert f"“{name}”, an encoding that GlyphStudio does not know" in refused(file(name, "").encode("ascii"))


@pytest.mark.parametrize("name", ["utf-16", "UTF-16", "utf-16le", "ucs-2", "utf-32"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig"])
def test_narrow_text_that_declares_wide_letters_is_named(name: str, codec: str) -> None:
    says = refused(file(name, "é").encode(codec))
    assert f"says that it is written in “{name}”, but its bytes are not" in says
    assert "to “utf-8”" in says


def test_bytes_of_another_encoding_are_named() -> None:
    assert "“UTF-8”, but its byte 6 does not fit" in refused("<ink>é</ink>".encode("latin-1"))
    assert "“euc-kr”, but its byte" in refused(file("euc-kr", "é日本").encode())


def test_a_letter_cut_in_half() -> None:
    assert "cut short" in refused(file("gbk", "").encode()[:-6] + "汉".encode("gbk")[:1])


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"II*\0", b"\xff\xd8\xff", b"\xff\xfe", b"\0\0", b"plain"])
def test_other_files_are_not_xml(data: bytes) -> None:
    assert not is_xml(data)


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_sentence(data: bytes) -> None:
    is_xml(data)
    try:
        decoded(data)
    except InkError as error:
        assert str(error).endswith(".")
