"""Glyphs of fonts as drawings to train on: thinned to lines, traced to strokes, and written by other hands.

A font is an alphabet, and each of its letters a character with `_WRITINGS` drawings. So scripts that nobody collected
handwriting of still teach an encoder what makes two glyphs of one script different. docs/method.md has what that gains.
Give fonts whose licence allows it, such as the Noto fonts (SIL Open Font License).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, features

from glyphstudio.data.cache import Made, through_cache
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.rewriting.handwriting import ink_of, rewritten
from glyphstudio.data.rewriting.likeness import Blurred, blurred, generator_of, packed
from glyphstudio.data.rewriting.strokes import Strokes
from glyphstudio.data.rewriting.tracing import traced
from glyphstudio.glyphs.render import RENDERER_VERSION, STYLE, render
from glyphstudio.glyphs.thinning import thin

_VERSION = 1  # of this file's results, for the cache
_SUFFIXES = (".ttf", ".otf")
_KINDS = ("Lo", "Lu", "Ll", "No", "So", "Nd")  # letters, digits and symbols (Unicode's general categories)
_FIRST, _LAST = 0x300, 0x1FFFF  # code points: Latin and its accents are in nearly every font
_LETTERS = 36  # of a font
_FEWEST = 12
_TRIED = 4 * _LETTERS
_WRITINGS = 8  # of each letter
_VARIATION = 1.2
_SIDE, _SIZE = 160, 88  # of the picture and of the letter, pixels
_MOST_STROKES, _MOST_POINTS = 14, 500  # more do not fit into a bitmap
_ALIKE = 0.93  # correlation of two letters' blurred bitmaps above which they count as one
OnProgress = Callable[[int, int], None]  # fonts done, fonts in total


def load_fonts(path: Path, on_progress: OnProgress | None = None) -> Drawings:
    """Return drawings of the letters of every font below the folder `path`. Takes up to a quarter of an hour for a
    hundred fonts; after that they come from the cache. Raises DataError."""
    if not features.check("freetype2"):  # the package leaves it out
        raise DataError(
            "This copy of GlyphStudio cannot read fonts. Leave out fonts:PATH, or train with `make run`'s copy."
        )
    how = f"fonts {_VERSION} {RENDERER_VERSION} {STYLE}"
    return through_cache(path, how, STYLE.size, lambda: _written(path, on_progress))


def _written(path: Path, on_progress: OnProgress | None) -> Made:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES)
    bitmaps: list[NDArray[np.uint8]] = []
    names: list[str] = []
    writings: list[int] = []
    for done, file in enumerate(files, 1):
        letters = list(_letters(file))
        for point, strokes in letters if len(letters) >= _FEWEST else ():
            rng = generator_of(file.stem, point)
            for writing in range(_WRITINGS):
                bitmaps.append(packed(render(ink_of(rewritten(strokes, rng, _VARIATION)))))
                names.append(f"Font {file.stem}/U+{point:05X}")
                writings.append(writing)
        if on_progress is not None:
            on_progress(done, len(files))
    if not bitmaps:
        raise DataError(
            f"{path} has no font with {_FEWEST} letters besides Latin ones. Give a folder of .ttf or .otf files, such "
            "as Debian's fonts-noto-core."
        )
    return np.stack(bitmaps), names, writings


def _letters(file: Path) -> Iterator[tuple[int, Strokes]]:
    """Yield code points and strokes of up to `_LETTERS` different letters of a font; none of a damaged font."""
    try:
        font = ImageFont.truetype(str(file), _SIZE)
        missing = bytes(font.getmask(chr(_LAST)))  # how the font draws what it does not have
    except Exception:  # a damaged file can raise anything
        return
    points = [point for point in range(_FIRST, _LAST) if unicodedata.category(chr(point)) in _KINDS]
    seen: list[Blurred] = []
    tried = 0
    for point in generator_of(file.stem, 0).permutation(points):
        letter = int(point)
        with suppress(Exception):
            if bytes(font.getmask(chr(letter))) == missing:
                continue
            tried += 1
            strokes = _strokes(font, chr(letter))
            if strokes is None:
                continue
            look = blurred(render(ink_of(strokes)))
            if all(float(look @ other) <= _ALIKE for other in seen):
                seen.append(look)
                yield letter, strokes
        if len(seen) >= _LETTERS or tried >= _TRIED:
            return


def _strokes(font: ImageFont.FreeTypeFont, letter: str) -> Strokes | None:
    """Return a letter's strokes; None if it is empty, too large or too dense."""
    image = Image.new("L", (_SIDE, _SIDE), 0)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = draw.textbbox((0, 0), letter, font=font)
    if not (3 <= right - left < _SIDE - 10 and 3 <= bottom - top < _SIDE - 10):
        return None
    draw.text((_SIDE / 2 - (left + right) / 2, _SIDE / 2 - (top + bottom) / 2), letter, font=font, fill=255)
    strokes = traced(thin(np.asarray(image) > 127))
    points = sum(len(stroke) for stroke in strokes)
    return strokes if 0 < len(strokes) <= _MOST_STROKES and points <= _MOST_POINTS else None
