"""An exported PNG carries its strokes; a picture that was changed is a picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes
from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.picture import Picture

HOOK = Ink.of([[(0.2, 0.2), (0.2, 0.8), (0.7, 0.8)], [(0.4, 0.3)]])


@settings(max_examples=30)
@given(st.integers(0, 1 << 30), st.booleans())
def test_a_round_trip_loses_nothing(seed: int, pressed: bool) -> None:
    rng = np.random.default_rng(seed)
    strokes = []
    for count in rng.integers(1, 20, 3):
        t = np.sort(rng.integers(0, 1 << 24, count))
        strokes.append(Stroke.of(rng.uniform(-8, 8, (count, 2)), t, rng.uniform(0, 1, count) if pressed else None))
    ink = Ink(tuple(strokes))
    assert drawing_from_bytes(to_png(ink, 64), "a.png") == ink


def changed(image: Image.Image, text: str) -> bytes:
    info, buffer = PngInfo(), io.BytesIO()
    info.add_text("GlyphStudio ink", text)
    image.save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


def test_a_picture_that_was_changed_is_a_picture() -> None:
    with Image.open(io.BytesIO(to_png(HOOK, 64))) as opened:
        text = opened.info["GlyphStudio ink"]
        image = opened.convert("RGB")
    assert drawing_from_bytes(changed(image, text), "a.png") == HOOK
    painted = image.copy()
    painted.putpixel((3, 3), (0, 0, 0))
    for other in (painted, image.rotate(90), image.convert("L"), image.resize((32, 32))):
        assert isinstance(drawing_from_bytes(changed(other, text), "a.png"), Picture)


@pytest.mark.parametrize("text", ["", "x", "00000000 AAAA", "zz AAAA", "é", "1 " + "A" * 100_000])
def test_text_that_is_no_ink(text: str) -> None:
    with Image.open(io.BytesIO(to_png(HOOK, 64))) as opened:
        checksum = opened.info["GlyphStudio ink"].split()[0]
        image = opened.convert("RGB")
    for one in (text, f"{checksum} {text}"):
        assert isinstance(drawing_from_bytes(changed(image, one), "a.png"), Picture)


def test_blank_paper_carries_nothing() -> None:
    with pytest.raises(ImportFailure, match="No ink"):
        drawing_from_bytes(to_png(Ink(), 16), "a.png")
