"""What a file is, by its first bytes: one of the kinds that GlyphStudio reads, or the name of one that it does not."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from enum import Enum, auto

from glyphstudio.glyphs.formats.quickdraw import is_quickdraw
from glyphstudio.glyphs.formats.unipen import is_unipen
from glyphstudio.glyphs.xml_text import is_xml

_HEAD = 4096  # bytes
_AT_ONCE = 1 << 16  # bytes that are unpacked, because each part's end copies what is left of them
_MOST_PARTS = 10_000  # of a gzip file; programs that pack in blocks have one for each 64 kB
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


class Kind(Enum):
    """The kinds of files that are read. PICTURE: whatever Pillow may decode, AVIF included."""

    XML = auto()
    GZIP = auto()
    QUICKDRAW = auto()
    UNIPEN = auto()
    PDF = auto()
    HEIC = auto()
    PICTURE = auto()


# The formats that people try, that are not read: how they start, what they are, and what to do.
_PICTURE = "open it in the program that made it and export PNG"
_UNREAD: tuple[tuple[bytes, int, str, str], ...] = (
    (b"8BPS", 0, "a Photoshop file (PSD)", _PICTURE),
    (b"gimp xcf", 0, "a GIMP file (XCF)", _PICTURE),
    (b"\0\0\1\0", 0, "an icon (ICO)", "save it as PNG"),
    (b"\0\0\2\0", 0, "a cursor (CUR)", "save it as PNG"),
    (b"icns", 0, "an icon (ICNS)", "save it as PNG"),
    (b"\0\0\0\x0cjP  ", 0, "a JPEG 2000 picture", "save it as PNG or JPEG"),
    (b"\xff\x4f\xff\x51", 0, "a JPEG 2000 picture", "save it as PNG or JPEG"),
    (b"\xff\x0a", 0, "a JPEG XL picture", "save it as PNG or JPEG"),
    (b"\0\0\0\x0cJXL ", 0, "a JPEG XL picture", "save it as PNG or JPEG"),
    (b"%!PS", 0, "PostScript (EPS or an old Illustrator file)", "save it as PDF or SVG"),
    (b"\xc5\xd0\xd3\xc6", 0, "PostScript (EPS)", "save it as PDF or SVG"),
    (b"AT&TFORM", 0, "a DjVu file", "save it as PDF"),
    (b"DDS ", 0, "a DDS texture", "save it as PNG"),
    (b"qoif", 0, "a QOI picture", "save it as PNG"),
    (b"\x76\x2f\x31\x01", 0, "an OpenEXR picture", "save it as PNG"),
    (b"#?RADIANCE", 0, "a Radiance picture (HDR)", "save it as PNG"),
    (b"\xd7\xcd\xc6\x9a", 0, "a Windows metafile (WMF)", "save it as SVG or PNG"),
    (b" EMF", 40, "a Windows metafile (EMF)", "save it as SVG or PNG"),
    (b"FUJIFILMCCD-RAW", 0, "a camera's raw file", "export JPEG or PNG"),
    (b"IIU\0", 0, "a camera's raw file", "export JPEG or PNG"),
    (b"II\x1a\0\0\0HEAPCCDR", 0, "a camera's raw file", "export JPEG or PNG"),
    (b"\x89HDF", 0, "a data file (HDF5)", "export PNG pictures in folders named after their glyphs"),
    (b"\x93NUMPY", 0, "a NumPy array", "export PNG pictures in folders named after their glyphs"),
    (b"SQLite format 3\0", 0, "a database, perhaps a GlyphStudio library", "open a library with File > Open Library"),
    (b"Rar!\x1a", 0, "a RAR archive", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7-Zip archive", "unpack it first"),
    (b"BZh", 0, "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ\0", 0, "an xz archive", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", 0, "a Zstandard archive", "unpack it first"),
    (b"ustar", 257, "a tar archive", "unpack it first"),
    (b"\0\1\0\0\0", 0, "a font (TrueType)", "open its glyphs in a font editor and export SVG or PNG"),
    (b"OTTO", 0, "a font (OpenType)", "open its glyphs in a font editor and export SVG or PNG"),
    (b"wOFF", 0, "a font (WOFF)", "open its glyphs in a font editor and export SVG or PNG"),
    (b"wOF2", 0, "a font (WOFF2)", "open its glyphs in a font editor and export SVG or PNG"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Office document", "copy its picture, or save it as PDF"),
    (b"{\\rtf", 0, "a text document (RTF)", "copy its picture, or save it as PDF"),
    (b"MZ", 0, "a program", "choose a picture or ink"),
    (b"\x7fELF", 0, "a program", "choose a picture or ink"),
    (b"ID3", 0, "a sound (MP3)", "choose a picture or ink"),
    (b"OggS", 0, "a sound or film (Ogg)", "choose a picture or ink"),
    (b"fLaC", 0, "a sound (FLAC)", "choose a picture or ink"),
    (b"\x1a\x45\xdf\xa3", 0, "a film (Matroska or WebM)", "save one of its pictures as PNG"),
    (b"WAVE", 8, "a sound (WAV)", "choose a picture or ink"),
    (b"AVI ", 8, "a film (AVI)", "save one of its pictures as PNG"),
    (b"reMarkable .lines file", 0, "a reMarkable notebook", "export the page as SVG or PDF"),
    (b"WILL", 0, "Wacom ink", "export it as SVG or InkML"),
)
_IN_ZIP: tuple[tuple[bytes, str, str], ...] = (  # names that a zip archive has near its start
    (b"word/", "a Word document (DOCX)", "copy its picture, or save it as PDF"),
    (b"xl/", "an Excel sheet (XLSX)", "copy its picture, or save it as PDF"),
    (b"ppt/", "a PowerPoint file (PPTX)", "copy its picture, or save it as PDF"),
    (b"mimetypeapplication/x-krita", "a Krita file (KRA)", _PICTURE),
    (b"mimetypeimage/openraster", "an OpenRaster file (ORA)", _PICTURE),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file", "export it as SVG or PDF"),
    (b"mimetypeapplication/epub", "a book (EPUB)", "save a picture of the glyph as PNG"),
    (b"meta.json", "perhaps a Sketch file", "export SVG or PNG"),
    (b"NoteTaker", "a note of an app", "export it as PDF or SVG"),
)
_IN_XML = {  # roots
    "html": ("a web page", "save its drawing as SVG or PNG"),
    "document": ("an Office document", "save it as PDF"),
    "mxfile": ("a diagrams.net drawing", "export SVG or PNG"),
    "glif": ("a glyph of a UFO font", "export SVG from the font editor"),
    "plist": ("a property list", "choose a picture or ink"),
    "math": ("MathML", "choose a picture or ink"),
    "isf": ("an ink of Windows", "save it as PNG or InkML"),
}


def kind_of(data: bytes) -> Kind:
    """Return what to read the bytes as. PICTURE also if nothing is known about them."""
    head = data[:_HEAD]
    if head.startswith(b"\x1f\x8b"):
        return Kind.GZIP
    if head[:1024].lstrip().startswith(b"%PDF-") or b"\n%PDF-" in head[:1024]:
        return Kind.PDF
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[place : place + 4] for place in range(16, min(_box(head), 128), 4))}
        return Kind.HEIC if brands & _HEIC_BRANDS and not brands & _AVIF_BRANDS else Kind.PICTURE
    if is_xml(data):
        return Kind.XML
    if is_quickdraw(data):
        return Kind.QUICKDRAW
    return Kind.UNIPEN if is_unipen(data) else Kind.PICTURE


def unread(data: bytes) -> tuple[str, str] | None:
    """Return what a file is that GlyphStudio does not read, and what to do; None if it may be one that it reads."""
    head = data[:_HEAD]
    for start, place, what, todo in _UNREAD:
        if head[place:].startswith(start):
            return what, todo
    if head.startswith(b"PK\x03\x04"):
        plain = re.sub(rb"[^\x20-\x7e]", b"", head)
        for inside, what, todo in _IN_ZIP:
            if inside in plain:
                return what, todo
        return "a zip archive", "unpack it first, or give it to `glyphstudio enrol --from`"
    if head[4:8] == b"ftyp" and head[8:12] not in _AVIF_BRANDS:
        return "a film or a picture in a film's format", "save one picture as PNG or JPEG"
    if head.lstrip()[:1] in (b"{", b"["):
        return "JSON, but not Quick, Draw!'s form (a word and a drawing in each line)", "export PNG, SVG or InkML"
    text = head.removesuffix(b"\0")
    if text and b"\0" not in text and _mostly_text(text):
        return "a text", "choose a picture or ink"
    return None


def unread_xml(root: str) -> tuple[str, str]:
    """Return what an XML file of another kind is, and what to do."""
    what, todo = _IN_XML.get(root.lower(), (f"XML of a kind that is not read (it starts with <{root[:40]}>)", ""))
    return what, todo or "export SVG, InkML or PNG"


def unpacked(data: bytes, most: int, too_large: Callable[[], Exception]) -> bytes:
    """Return what gzip packed, at most `most` bytes. Raises `too_large()`, and ValueError for damaged bytes."""
    result: list[bytes] = []
    left, place, parts = most + 1, 0, 0
    while data.startswith(b"\x1f\x8b", place):  # there may be several, packed one by one
        parts += 1
        if parts > _MOST_PARTS:
            raise ValueError("too many parts")
        unzip = zlib.decompressobj(wbits=31)
        while not unzip.eof:
            taken = data[place : place + _AT_ONCE]
            if not taken:
                raise ValueError("cut short")
            try:
                result.append(unzip.decompress(taken, left))
            except zlib.error as error:
                raise ValueError("damaged") from error
            left -= len(result[-1])
            if left <= 0:
                raise too_large()
            place += len(taken) - len(unzip.unused_data)
    return b"".join(result)


def _box(head: bytes) -> int:
    return int.from_bytes(head[:4], "big")


def _mostly_text(text: bytes) -> bool:
    try:
        letters = text.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(text) - 4:
            return False
        letters = text[: error.start].decode("utf-8")
    odd = sum(not (letter.isprintable() or letter in "\r\n\t\f") for letter in letters)
    return odd == 0
