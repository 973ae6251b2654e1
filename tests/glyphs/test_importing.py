"""Importing: every kind of picture becomes visible ink on paper; everything else gets a sentence."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import tracemalloc
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from glyphstudio.glyphs import inkml
from glyphstudio.glyphs.importing import (
    ImportFailure,
    NoInk,
    image_from_bytes,
    load_drawing,
    picture_from_bytes,
)
from glyphstudio.glyphs.ink import Ink, InkError
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.pixels import DETAIL_SIDE
from glyphstudio.glyphs.render import render_picture
from tests.glyphs.making import alike


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def cross(mode: str = "L", ink: object = 0, paper: object = 255, size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Return an L-shaped stroke: a bar along the top and a bar down the left side (so that every turn differs)."""
    image = Image.new(mode, size, paper)  # type: ignore[arg-type]
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] - 1, 5), fill=ink)  # type: ignore[arg-type]
    draw.rectangle((0, 0, 5, size[1] - 1), fill=ink)  # type: ignore[arg-type]
    return image


EXPECTED = np.asarray(cross()) < 128


def ink_of(picture: Picture, dark: bool = True) -> np.ndarray:
    assert int(picture.grey.max()) - int(picture.grey.min()) > 100, "the ink cannot be seen"
    found: np.ndarray = (picture.grey < 128) == dark
    return found


def sentence(error: pytest.ExceptionInfo[ImportFailure], name: str) -> str:
    text = str(error.value)
    assert name in text
    assert text.endswith(".")
    assert "\n" not in text
    return text


def pixels_of(data: bytes, name: str = "The picture") -> Picture:
    """Return all pixels of a picture, before its ink is looked for."""
    return Picture(np.array(image_from_bytes(data, name).convert("L")))


@pytest.mark.parametrize(
    ("kind", "image"),
    [
        ("PNG", cross()),
        ("PNG", cross("1", 0, 1)),
        ("PNG", cross("RGB", (20, 10, 60), (250, 250, 240))),
        ("PNG", cross().convert("P")),
        ("PNG", cross("I;16", 0, 65535)),
        ("PNG", cross("I;16", 0, 4095)),
        ("JPEG", cross("RGB", (0, 0, 0), (255, 255, 255))),
        ("JPEG", cross("CMYK", (0, 0, 0, 255), (0, 0, 0, 0))),
        ("WEBP", cross("RGB", (0, 0, 0), (255, 255, 255))),
        ("BMP", cross("RGB", (0, 0, 0), (255, 255, 255))),
        ("GIF", cross().convert("P")),
        ("TIFF", cross()),
        ("TIFF", cross("F", 0.0, 1.0)),
        ("TIFF", cross("F", -3.0, 1e6)),
        ("TIFF", cross("I", -70_000, 70_000)),
        ("TIFF", cross("CMYK", (0, 0, 0, 255), (0, 0, 0, 0))),
        ("TIFF", cross("LAB", (0, 128, 128), (255, 128, 128))),
        ("PPM", cross()),
        ("PPM", cross("1", 0, 1)),
        ("PPM", cross("RGB", (0, 0, 0), (255, 255, 255))),
        ("PPM", cross("I;16", 0, 65535)),
    ],
    ids=lambda value: value if isinstance(value, str) else value.mode,
)
def test_every_kind_shows_its_ink(kind: str, image: Image.Image) -> None:
    picture = pixels_of(file_of(image, kind))
    assert (ink_of(picture) == EXPECTED).mean() > 0.97


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("ink", "dark"), [(0, True), (255, False), (235, False), (60, True)])
def test_ink_on_nothing_can_be_seen(mode: str, ink: int, dark: bool) -> None:
    bands = 4 if mode == "RGBA" else 2
    image = cross(mode, (*[ink] * (bands - 1), 255), (*[ink] * (bands - 1), 0))
    assert (ink_of(pixels_of(file_of(image)), dark) == EXPECTED).all()


def test_transparent_palette_and_colour_key() -> None:
    for mode, key in (("P", 255), ("L", 255), ("RGB", (255, 255, 255))):
        data = file_of(cross().convert(mode), transparency=key)
        assert (ink_of(pixels_of(data)) == EXPECTED).all()


def test_white_card_with_transparent_corners_stays_white() -> None:
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 59, 59), 12, fill=(255, 255, 255, 255))
    draw.line((15, 30, 45, 30), fill=(0, 0, 0, 255), width=2)
    grey = pixels_of(file_of(image)).grey
    assert grey[0, 0] == 255
    assert grey[30, 30] == 0


def test_wholly_transparent_is_blank_not_an_error() -> None:
    assert (pixels_of(file_of(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))).grey == 255).all()


def test_one_pixel_is_a_picture() -> None:
    assert pixels_of(file_of(Image.new("L", (1, 1), 7))).grey.tolist() == [[7]]


def test_not_a_number_becomes_paper() -> None:
    values = np.where(EXPECTED, 0.0, 1.0).astype(np.float32)
    values[20, 30] = np.nan
    values[21, 31] = np.inf
    picture = pixels_of(file_of(Image.fromarray(values), "TIFF"))
    assert (ink_of(picture) == EXPECTED).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_undone(orientation: int, kind: str) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = cross() if orientation == 1 else cross().transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = pixels_of(file_of(stored, kind, exif=exif))
    assert picture.grey.shape == (40, 60)
    assert (ink_of(picture) == EXPECTED).mean() > 0.99


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_large_pictures_are_made_smaller(kind: str) -> None:
    picture = pixels_of(file_of(cross(size=(6000, 3000)), kind))
    assert picture.grey.shape == (DETAIL_SIDE // 2, DETAIL_SIDE)


def test_long_thin_picture_keeps_a_pixel() -> None:
    assert pixels_of(file_of(Image.new("L", (20_000, 1), 255))).grey.shape == (1, DETAIL_SIDE)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animations_and_pages_are_refused(kind: str) -> None:
    frames = [cross("RGB", (n, 0, 0), (255, 255, 255)) for n in (0, 90)]
    data = file_of(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(ImportFailure, match=r"is animated|several pages") as error:
        pixels_of(data, "dance.file")
    sentence(error, "dance.file")


def test_a_phones_second_picture_is_no_animation() -> None:
    frames = [cross(), cross(paper=100)]
    data = file_of(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert (ink_of(pixels_of(data)) == EXPECTED).mean() > 0.97


def _png_of_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # 1 bit, grey
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    pixels = zlib.compressobj(1)
    body = b"".join(pixels.compress(row) for _ in range(height)) + pixels.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_from_its_header() -> None:
    data = _png_of_header(20_000, 20_000)
    assert len(data) < 1_000_000
    tracemalloc.start()
    with pytest.raises(ImportFailure, match="million pixels") as error:
        pixels_of(data, "bomb.png")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    sentence(error, "bomb.png")


@pytest.mark.parametrize("size", [(100_000, 100_000), (40_000, 1), (9_000, 9_000)])
def test_headers_that_promise_too_much(size: tuple[int, int]) -> None:
    image = file_of(cross(), "BMP")
    data = image[:18] + struct.pack("<ii", *size) + image[26:]
    with pytest.raises(ImportFailure, match="million pixels"):
        pixels_of(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"])
def test_cut_short(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64), dtype=np.uint8))
    data = file_of(noise, kind)
    with pytest.raises(ImportFailure, match=r"damaged or cut short|neither a picture") as error:
        pixels_of(data[: len(data) // 2], "half")
    sentence(error, "half")


def test_other_formats_of_the_decoder_are_not_let_in() -> None:
    for kind in ("ICO", "TGA", "PCX", "DDS", "JPEG2000"):
        with pytest.raises(ImportFailure, match="neither a picture"):
            pixels_of(file_of(cross("RGB", (0, 0, 0), (255, 255, 255)), kind))
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(x) print\n"
    with pytest.raises(ImportFailure, match="neither a picture"):
        pixels_of(postscript)


# ---- the ink of a picture ----


def test_the_ink_is_cut_out_in_full_detail() -> None:
    page = Image.new("L", (3000, 2200), 255)
    page.paste(cross(size=(60, 40)), (1800, 300))
    near, far = picture_from_bytes(file_of(cross(size=(60, 40)))), picture_from_bytes(file_of(page))
    assert max(far.grey.shape) < 120
    assert alike(render_picture(near), render_picture(far)) > 0.99


def test_what_was_left_out_is_said() -> None:
    sheet = Image.new("L", (300, 300), 255)
    draw = ImageDraw.Draw(sheet)
    draw.line((100, 100, 200, 180, 90, 190), fill=0, width=5)
    plain = file_of(sheet)
    draw.rectangle((40, 40, 260, 260), outline=0, width=2)
    notes: list[str] = []
    picture_from_bytes(file_of(sheet), "form.png", on_note=notes.append)
    assert notes == ["form.png: left out a box as part of the paper."]
    notes.clear()
    picture_from_bytes(plain, on_note=notes.append)
    assert notes == []


def test_a_blank_picture_is_refused_with_its_name() -> None:
    with pytest.raises(NoInk, match="No ink was found") as error:
        picture_from_bytes(file_of(Image.new("L", (50, 50), 255)), "blank.png")
    sentence(error, "blank.png")
    assert error.value.flat


def test_a_picture_with_hardly_any_contrast_is_refused_but_not_flat() -> None:
    sheet = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(sheet).line((30, 30, 70, 60), fill=250, width=4)
    with pytest.raises(NoInk, match="No ink was found") as error:
        picture_from_bytes(file_of(sheet))
    assert not error.value.flat


# ---- files ----


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    ink = Ink.of([[(0.1, 0.2), (0.5, 0.5)]])
    (tmp_path / "ink.png").write_bytes(inkml.write(ink))
    (tmp_path / "picture.inkml").write_bytes(file_of(cross()))
    assert load_drawing(tmp_path / "ink.png") == ink
    assert isinstance(load_drawing(tmp_path / "picture.inkml"), Picture)
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><ink><trace>0 0, 1 1</trace></ink>'
    (tmp_path / "wide").write_bytes(utf16.encode("utf-16"))
    assert isinstance(load_drawing(tmp_path / "wide"), Ink)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "nothing.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("Dear diary")
    (tmp_path / "other.svg").write_text("<html/>")
    (tmp_path / "blank.inkml").write_text("<ink/>")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    for name, says in (
        ("missing.png", "There is no file missing.png"),
        ("folder", "is a folder"),
        ("nothing.png", "is empty"),
        ("notes.txt", "is a text, which GlyphStudio does not read"),
        ("other.svg", "is a web page"),
        ("blank.inkml", "has no strokes"),
        ("loop", "cannot be read"),
        ("pipe", "not an ordinary file"),
        ("bad\0name", "cannot be read"),
        ("x" * 5000, "cannot be read"),
    ):
        with pytest.raises(ImportFailure) as error:
            load_drawing(tmp_path / name)
        text = sentence(error, name if name.isprintable() and len(name) < 80 else "")
        assert says in text
        assert len(text) < 300
        assert ": " in text or "Choose" in text, "it does not say what to do"


def test_a_name_with_line_breaks_stays_one_line(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure) as error:
        load_drawing(tmp_path / "a\nb\x1b[31m.png")
    assert "\x1b" not in sentence(error, "a�b")


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(file_of(cross()))

    def refuse(*_: object) -> None:  # like the system; chmod would not stop root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImportFailure, match="not allowed to read") as error:
        load_drawing(path)
    sentence(error, "secret.png")


def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(ImportFailure, match="larger than 64 MB"):
        load_drawing(path)


# ---- anything at all ----


def survives(data: bytes) -> None:
    """As a file, and, whatever it begins with, as ink and as a picture."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(data)
        for read in (partial(load_drawing, path), partial(inkml.read, data), partial(picture_from_bytes, data)):
            try:
                assert isinstance(read(), Ink | Picture)
            except (ImportFailure, InkError) as failure:
                assert str(failure).endswith(".")


@given(st.binary(max_size=400))
def test_arbitrary_bytes(data: bytes) -> None:
    survives(data)


HEADS = [
    file_of(cross("RGB", (0, 0, 0), (255, 255, 255), (8, 8)), kind)
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "PPM")
]
HEADS.append(file_of(cross(size=(8, 8)).convert("P"), "GIF"))


@given(st.sampled_from(HEADS), st.data())
def test_pictures_with_broken_bytes(good: bytes, data: st.DataObject) -> None:
    broken = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(broken[: data.draw(st.integers(1, len(good)))]))


TAGS = """<ink> </ink> <trace> </trace> <traceGroup> </traceGroup> <definitions> </definitions> </context> <traceFormat>
    </traceFormat> <?x?> <!-- --> ]]> &amp; &#65; , ! #FFFFFFFFFFFFFFFFFFFFFFFF \0 é"""
PIECES = [
    *TAGS.split(),
    *("<trace type='penUp'>", "<trace contextRef='#c'>", "<trace continuation='end'>", "<context xml:id='c'>"),
    *("<channel name='X'/>", "<channel name='Y'/>", "<channel name='T'/>", "<channel name='F' max='0'/>"),
    *("0 0", "1e308 -1e308", "'5\"5", "* ?", "T F", "nan inf", "-1e999", "7 8 1e308 9", "<![CDATA[1 2]]>"),
    *("<annotation type='canvas'>GlyphStudio 0..1</annotation>", "<!DOCTYPE ink>"),
]


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map(lambda some: f"<ink>{''.join(some)}</ink>")
)
@example("<ink><trace>1e308 0,'1e308'0,1e308 0,-1e308 0</trace></ink>")
@example("<ink><trace>0 0 -1e308, 1 1 1e308</trace><trace>0 0 1e308</trace></ink>")
def test_arbitrary_xml(text: str) -> None:
    survives(text.encode("utf-8", "surrogatepass"))
