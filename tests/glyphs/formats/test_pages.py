"""Pages and pictures that Pillow alone does not read: PDF, TIFF with several pages, HEIC, AVIF."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes, pages_from_bytes, scan_from_bytes
from glyphstudio.glyphs.picture import Picture

CORNER = (Path(__file__).parent / "cases" / "corner.heic").read_bytes()


def corner(mode: str = "L", paper: int = 255) -> Image.Image:
    """Return a bar along the top and a bar down the left side of 90 x 60 pixels, on a sheet of 120 x 80."""
    image = Image.new("L", (120, 80), paper)
    draw = ImageDraw.Draw(image)
    draw.rectangle((15, 10, 104, 19), fill=0)
    draw.rectangle((15, 10, 24, 69), fill=0)
    return image.convert(mode)


def file_of(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind, **options)
    return buffer.getvalue()


def grey(data: bytes, page: int | None = None) -> np.ndarray:
    drawing = drawing_from_bytes(data, "a.file", page)
    assert isinstance(drawing, Picture)
    return drawing.grey


def is_corner(found: np.ndarray, share: float = 0.97) -> bool:
    """Return whether the ink of it is that of `corner`, at any size."""
    rows, columns = np.flatnonzero((found < 128).any(1)), np.flatnonzero((found < 128).any(0))
    ink = found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = ink.shape
    small = np.asarray(Image.fromarray(ink).resize((90, 60))) < 128
    expected = (np.asarray(corner()) < 128)[10:70, 15:105]
    return abs(width / height - 1.5) < 0.05 and bool((small == expected).mean() > share)


def refused(data: bytes, page: int | None = None) -> str:
    with pytest.raises(ImportFailure) as caught:
        drawing_from_bytes(data, "a.file", page)
    sentence = str(caught.value)
    assert sentence.startswith("a.file ") and sentence.endswith(".") and len(sentence) < 300
    return sentence


def document(*pages: Image.Image, kind: str = "PDF", **options: object) -> bytes:
    return file_of(pages[0], kind, save_all=True, append_images=list(pages[1:]), **options)


def test_a_pdf_of_one_page_is_a_picture() -> None:
    assert is_corner(grey(document(corner("RGB"))))
    assert is_corner(grey(b"\n\n" + document(corner("RGB"))))
    assert is_corner(grey(document(corner("RGB")), 1))


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_one_page_of_several(kind: str) -> None:
    data = document(Image.new("L", (50, 50), 255), corner(), Image.new("L", (50, 60), 0), kind=kind)
    assert is_corner(grey(data, 2))
    assert "No ink" in refused(data, 3)
    assert "no page 4" in refused(data, 4)
    assert "pages" in refused(data)
    sizes = [page.width / page.height for page in pages_from_bytes(data, "a")]
    assert np.abs(np.array(sizes) - [1.0, 1.5, 50 / 60]).max() < 0.02


def test_the_pages_of_a_tiff_are_upright_once() -> None:
    stored = corner().transpose(Image.Transpose.ROTATE_90)
    data = document(stored, stored, kind="TIFF", tiffinfo={0x0112: 6})
    assert is_corner(grey(data, 2))


def test_one_page_of_a_tiff_is_decoded_alone() -> None:
    data = document(Image.new("1", (8000, 7000)), corner("1"), kind="TIFF", compression="group4")
    assert is_corner(grey(data, 2))
    with pytest.raises(ImportFailure, match="more than 50 million pixels"):
        grey(data, 1)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "F", "I;16"])
def test_tiff_pages_of_every_kind(mode: str) -> None:
    image = Image.fromarray(np.asarray(corner()).astype(np.uint16) * 257) if mode == "I;16" else corner(mode)
    assert is_corner(grey(document(image, image, kind="TIFF"), 2))


def test_pages_come_one_by_one_and_others_have_none() -> None:
    pages = pages_from_bytes(document(*[corner("RGB")] * 40), "a")
    assert next(pages).size == next(pages).size
    pages.close()  # type: ignore[attr-defined]
    with pytest.raises(ImportFailure, match=r"a cannot be read\. It has no pages"):
        list(pages_from_bytes(file_of(corner(), "PNG"), "a"))
    assert [page.size for page in pages_from_bytes(CORNER, "a")] == [(120, 80)]


def test_a_page_of_a_picture_without_pages() -> None:
    png = file_of(corner(), "PNG")
    assert is_corner(grey(png, 1))
    assert "no page 2" in refused(png, 2)


def test_heic_and_avif() -> None:
    assert is_corner(grey(CORNER), 0.9)
    assert is_corner(grey(file_of(corner("RGB"), "AVIF")))
    transparent = Image.new("RGBA", (120, 80), (0, 0, 0, 0))
    transparent.paste((0, 0, 0, 255), (0, 0, 120, 10))
    transparent.paste((0, 0, 0, 255), (0, 0, 10, 80))
    assert is_corner(grey(file_of(transparent, "AVIF")), 0.9)


def test_the_whole_picture_that_the_ink_is_cut_out_of() -> None:
    for data in (document(corner("RGB")), CORNER, file_of(corner(), "PNG"), file_of(corner(), "TIFF")):
        whole = scan_from_bytes(data, "a.file")
        assert whole is not None and whole.mode in ("L", "RGB")
        assert whole.width / whole.height == pytest.approx(1.5, abs=0.03)
        assert np.asarray(whole.convert("L"))[-3:, -3:].min() > 240  # the sheet's corner
    assert scan_from_bytes(b'<svg viewBox="0 0 9 9"><path d="M2 2v6h5"/></svg>', "a.file") is None
    for kind in ("PDF", "TIFF"):
        with pytest.raises(ImportFailure, match=r"a\.file .* pages"):
            scan_from_bytes(document(corner(), corner(), kind=kind), "a.file")


def test_a_pdf_with_a_password() -> None:
    trailer = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + b"x" * 32 + b") /U (" + b"y" * 32 + b") /P -4 >>"
    data = document(corner("RGB"))
    locked = data.replace(
        b"trailer\n<<", b"trailer\n<< " + trailer + b" /ID [(0123456789abcdef) (0123456789abcdef)] ", 1
    )
    assert locked != data
    assert "password" in refused(locked)


def page_of(box: str) -> bytes:
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R >>",
        "<< /Length 22 >>\nstream\n10 w 0 0 m 99 99 l S \nendstream",
    ]
    body = "%PDF-1.4\n" + "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, 1))
    return (body + "trailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF").encode()


def test_pdf_pages_of_any_size() -> None:
    assert max(grey(page_of("[0 0 100 100]")).shape) <= 1536
    assert (grey(page_of("[0 0 100 100]")) < 100).any()
    for box in (
        "[0 0 14400 14400]",
        "[0 0 1e9 1e9]",
        "[0 0 0 0]",
        "[0 0 -5 -5]",
        "[0 0 1 14400]",
        "[0 0 0.001 9000]",
        "[0 0 nan 5]",
    ):
        try:
            assert max(grey(page_of(box)).shape) <= 4096
        except ImportFailure as failure:
            assert str(failure).endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\nnothing",
        document(corner("RGB"))[:300],
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] "
        b"/Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF",
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [2 0 R 2 0 R] "
        b"/Count 99999999 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF",
        CORNER[:200],
        CORNER[:40],
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        CORNER.replace(b"\0\0\0\x78\0\0\0\x50", b"\0\1\0\0\0\1\0\0"),
        file_of(corner("RGB"), "AVIF")[:150],
        b"II*\0\x08\0\0\0\xff\xff",
        document(corner(), corner(), kind="TIFF")[:3000],
    ],
    ids=range(11),
)
def test_damaged_documents(data: bytes) -> None:
    for page in (None, 1, 2):
        try:
            drawing_from_bytes(data, "a.file", page)
        except ImportFailure as failure:
            assert str(failure).startswith("a.file ")
            assert str(failure).endswith(".")
        else:
            raise AssertionError("it should be refused")


def test_a_tiff_of_endless_pages_ends() -> None:
    data = bytearray(document(corner("1"), corner("1"), kind="TIFF"))
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    data[start + 2 + 12 * count :][:4] = start.to_bytes(4, "little")
    after = start + 2 + 12 * count
    data[after : after + 4] = start.to_bytes(4, "little")  # the next page is the first one again
    assert len(list(pages_from_bytes(bytes(data), "a"))) <= 1000


@given(st.sampled_from([document(corner("RGB")), CORNER, file_of(corner("RGB"), "AVIF")]), st.data())
def test_any_damage(whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = (
        whole[:place] + data.draw(st.binary(min_size=1, max_size=20)) + whole[place + data.draw(st.integers(0, 30)) :]
    )
    try:
        assert isinstance(drawing_from_bytes(damaged, "a.file"), Picture)
    except ImportFailure as failure:
        assert str(failure).endswith(".")
