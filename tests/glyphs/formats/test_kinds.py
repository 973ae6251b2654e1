"""Formats that are not read are named, with what to do. The content decides, not the file's name."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes


def pillow(kind: str, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    image = Image.new(mode, (16, 16), "white")
    image.paste("black", (6, 3, 9, 13))
    image.save(buffer, format=kind)
    return buffer.getvalue()


def archive(*names: str, first: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, first)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "what", "todo"),
    [
        (b"8BPS\0\1" + bytes(30), "a Photoshop file (PSD)", "export PNG"),
        (b"gimp xcf v011\0" + bytes(30), "a GIMP file (XCF)", "export PNG"),
        (archive("[Content_Types].xml", "word/document.xml"), "a Word document (DOCX)", "as PDF"),
        (archive("[Content_Types].xml", "ppt/slides.xml"), "a PowerPoint file (PPTX)", "as PDF"),
        (archive("mimetype", first=b"application/x-krita"), "a Krita file (KRA)", "export PNG"),
        (archive("mimetype", first=b"application/vnd.oasis.opendocument.graphics"), "an OpenDocument file", "SVG"),
        (archive("owl/1.png"), "a zip archive", "enrol --from"),
        (pillow("ICO"), "an icon (ICO)", "PNG"),
        (pillow("JPEG2000"), "a JPEG 2000 picture", "PNG"),
        (pillow("DDS"), "a DDS texture", "PNG"),
        (pillow("EPS"), "PostScript", "SVG"),
        (b"\xff\x0a" + bytes(20), "a JPEG XL picture", "PNG"),
        (b"AT&TFORM" + bytes(20), "a DjVu file", "PDF"),
        (b"\0\1\0\0\0\x0f" + bytes(20), "a font (TrueType)", "font editor"),
        (b"SQLite format 3\0" + bytes(90), "a database", "Open Library"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "an old Office document", "PDF"),
        (b"{\\rtf1 a}", "a text document (RTF)", "PDF"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "a film", "PNG"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound (WAV)", "choose"),
        (bytes(257) + b"ustar\0" + bytes(200), "a tar archive", "unpack"),
        (b"\x1f\x8b\x08" + bytes(20), "damaged or cut short", "another copy"),
        (b"Dear diary, \xe2\x82\xac", "a text", "choose"),
        (b"<!DOCTYPE html><html><body>&nbsp;</body></html>", "a web page", "SVG"),
        (b"<?xml version='1.0'?><mxfile/>", "a diagrams.net drawing", "SVG"),
        (b"<recipe/>", "XML of a kind that is not read (it starts with <recipe>)", "SVG, InkML or PNG"),
        (b'{"a": 1}', "JSON", "export"),
    ],
    ids=lambda value: None,
)
def test_they_are_named(data: bytes, what: str, todo: str) -> None:
    for name in ("drawing.png", "drawing"):
        with pytest.raises(ImportFailure) as caught:
            drawing_from_bytes(data, name)
        sentence = str(caught.value)
        assert sentence.startswith(f"{name} is ")
        assert what in sentence and todo in sentence
        assert sentence.endswith(".") and ": " in sentence and len(sentence) < 250


def test_unknown_bytes_get_the_list_of_what_is_read() -> None:
    with pytest.raises(ImportFailure, match=r"neither a picture \(PNG, JPEG, .*AVIF.*PDF.*\)"):
        drawing_from_bytes(bytes(range(128, 256)) * 4, "a")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF", "PDF"])
def test_what_is_read_is_not_named_otherwise(kind: str) -> None:
    drawing_from_bytes(pillow(kind), "a.docx")


def test_plain_pnm_is_no_text() -> None:
    drawing_from_bytes(b"P1\n# a\n3 3\n1 0 1\n0 1 0\n1 0 1\n", "a.txt")
