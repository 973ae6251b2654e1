"""Fonts as drawings to train on, with a font made for the test where none is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from glyphstudio.data.drawings import DataError
from glyphstudio.data.rewriting import fonts
from glyphstudio.data.rewriting.fonts import load_fonts
from glyphstudio.sources import load_source


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: folder)
    return folder / "drawings"


class Font:
    """A font whose letters are three random bars, and which lacks every third code point."""

    def __init__(self, name: str) -> None:
        self.name = name

    def getmask(self, letter: str) -> bytes:
        point = ord(letter)
        return b"missing" if point % 3 == 0 or point == fonts._LAST else f"{self.name} {point}".encode()


def _strokes(font: Font, letter: str) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng([len(font.name), ord(letter)])
    return tuple(rng.uniform(10, 90, (3, 2)) for _ in range(3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two usable fonts and a damaged one."""
    place = tmp_path / "fonts"
    place.mkdir()
    for name in ("One.ttf", "Twoo.otf", "Damaged.ttf"):
        (place / name).write_bytes(b"?")
    (place / "read me.txt").write_text("no font")

    def opened(path: str, _size: int) -> Font:
        if "Damaged" in path:
            raise OSError("unknown file format")
        return Font(Path(path).stem)

    monkeypatch.setattr(ImageFont, "truetype", opened)
    monkeypatch.setattr(fonts, "_strokes", _strokes)
    monkeypatch.setattr(fonts, "_LETTERS", 14)
    return place


def test_each_font_is_an_alphabet_of_different_letters(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    drawings = load_fonts(folder, lambda done, total: seen.append((done, total)))
    assert drawings.alphabets == ("Font One", "Font Twoo")
    assert len(drawings.characters) == 28
    assert set(np.bincount(drawings.character).tolist()) == {fonts._WRITINGS}
    assert all(int(name.split("U+")[1], 16) % 3 for name in drawings.characters)
    assert seen[-1] == (3, 3)


def test_the_second_time_they_come_from_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_fonts(folder)
    monkeypatch.setattr(fonts, "_letters", lambda _: pytest.fail("read again"))
    again = load_fonts(folder)
    assert again.characters == first.characters
    assert bool((again.bitmaps == first.bitmaps).all())


def test_a_copy_without_freetype_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda _: False)
    with pytest.raises(DataError, match="cannot read fonts"):
        load_fonts(folder)


def test_a_folder_without_fonts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no font with 12 letters"):
        load_fonts(tmp_path)


def test_they_are_extra_drawings(folder: Path) -> None:
    source = load_source(["synthetic:2", f"fonts:{folder}"])
    assert source.extra is not None
    assert source.extra.alphabets == ("Font One", "Font Twoo")
    assert not any(name.startswith("Font") for name in (*source.train.alphabets, *source.held_out.alphabets))
    with pytest.raises(DataError, match="only for training"):
        load_source([f"fonts:{folder}"])


def test_the_strokes_of_a_real_letter() -> None:
    """Pillow's own font has no letters besides Latin ones, but its letters are letters."""
    font = ImageFont.load_default(88)
    if not isinstance(font, ImageFont.FreeTypeFont):
        pytest.skip("this Pillow was built without FreeType")
    strokes = fonts._strokes(font, "T")
    assert strokes is not None
    assert len(strokes) == 2
    image = Image.new("L", (fonts._SIDE, fonts._SIDE))
    ImageDraw.Draw(image).text((20, 20), "T", font=font, fill=255)
    assert fonts._strokes(font, " ") is None
