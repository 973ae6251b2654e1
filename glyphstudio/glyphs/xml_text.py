"""Reads the bytes of an XML file as text, in any encoding that XML names and Python knows.

Expat knows four encodings, and single-byte ones by a table. East Asian files use others, so Python's codecs decode the
bytes first. Only encodings of text are allowed: some of Python's codecs (idna, punycode) are slow on hostile bytes.
"""

from __future__ import annotations

import codecs
import re

from glyphstudio.glyphs.ink import InkError

_HEAD = 1024  # bytes in which the declaration ends
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"'>]{1,60})[\"']")
_WIDE = (  # a byte order mark, or "<" and a zero at the start; the longer ones first
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_KOREAN_START = b"\x1b$)C"  # ISO-2022-KR names its second alphabet before the first letter

# Programs that write these names mean the larger set, as browsers know: a GB2312 file may have letters of GB18030.
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "iso2022_jp": "iso2022_jp_ext",
}
_OTHER_NAMES = {
    "cn-gb": "gb2312",
    "euc-cn": "gb2312",
    "gb_2312-80": "gb2312",
    "gb_2312": "gb2312",
    "gb-2312": "gb2312",
    "gb18030-2005": "gb18030",
    "gb18030-2022": "gb18030",
    "big-5": "big5",
    "chinese": "gb2312",
    "hz-gb-2312": "hz",
    "sjis": "shift_jis",
    "windows-31j": "cp932",
    "windows31j": "cp932",
    "eucpkdfmtjapanese": "euc_jp",
    "ms_kanji": "shift_jis",
    "korean": "euc_kr",
    "ksc5601": "euc_kr",
    "ks_c_5601": "euc_kr",
    "iso-10646-ucs-2": "utf-16",
    "iso-10646-ucs-4": "utf-32",
    "ucs-2": "utf-16",
    "ucs-4": "utf-32",
    "unicode": "utf-16",
}
_TEXT = re.compile(
    r"utf-8(-sig)?|utf-(16|32)(-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|tis-620|kz1048|ptcp154|hp-roman8"
    r"|gb2312|gbk|gb18030|hz|big5(hkscs)?|johab|euc_(kr|jp|jis_2004|jisx0213)|shift_jis(_2004|x0213)?|iso2022_\w+"
)


def is_xml(data: bytes) -> bool:
    """Return whether the bytes start as an XML file does, in any encoding that `decoded` reads."""
    head = data[:_HEAD]
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return head[: _HEAD // 4 * 4].decode(encoding, "ignore").removeprefix("\ufeff").lstrip().startswith("<")
    return head.removeprefix(codecs.BOM_UTF8).removeprefix(_KOREAN_START).lstrip().startswith(b"<")


def decoded(data: bytes) -> str:
    """Return the text of an XML file, from its first "<" on.

    Raises InkError with a sentence if the declared encoding is unknown, or if the bytes are not in it.
    """
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            return _text(data, encoding, encoding[:6].upper())
    marked = data.startswith(codecs.BOM_UTF8)
    declared = _DECLARED.match(data[:_HEAD].removeprefix(codecs.BOM_UTF8).removeprefix(_KOREAN_START).lstrip())
    if declared is None:
        return _text(data, "utf-8", "UTF-8")
    name = _shown(declared[1].decode("latin-1"))
    codec = "utf-8" if marked and not name.lower().startswith(("utf-16", "utf-32", "ucs-")) else _codec(name)
    if codec.startswith(("utf-16", "utf-32")):
        raise InkError(
            f"This XML file says that it is written in “{name}”, but its bytes are not. "
            f"Change “{name}” in its first line to “utf-8”, or save it again as UTF-8."
        )
    return _text(data, codec, "UTF-8" if marked else name)


def _codec(name: str) -> str:
    """Return Python's name of an encoding that XML names. Raises InkError if there is none."""
    plain = name.strip().lower()
    bare = re.sub(r"^(?:x-|cs)", "", plain)
    numbered = re.sub(r"^(?:windows|ms|ibm|microsoft-cp)[-_]?(?=\d)", "cp", bare)
    for candidate in (plain, bare, numbered):
        try:
            found = codecs.lookup(_OTHER_NAMES.get(candidate, candidate)).name
        except (LookupError, ValueError):
            continue
        if _TEXT.fullmatch(found):
            return found
    raise InkError(
        f"This XML file says that it is written in “{name}”, an encoding that GlyphStudio does not know. "
        "Save it again as UTF-8."
    )


def _text(data: bytes, codec: str, name: str) -> str:
    try:
        return _decoded(data, codec).removeprefix("\ufeff").lstrip()
    except UnicodeDecodeError as error:
        if error.end >= len(data):
            raise InkError("This XML file is damaged or cut short: its last letter is not complete.") from error
        raise InkError(
            f"This XML file should be written in “{name}”, but its byte {error.start + 1:,} does not fit. "
            "Save it again as UTF-8."
        ) from error


def _decoded(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        if codec not in _LARGER:
            raise
    return data.decode(_LARGER[codec])


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in name[:40])
