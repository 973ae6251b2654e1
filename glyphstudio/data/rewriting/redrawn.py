"""Redrawn drawings: Omniglot's strokes written once more, and relatives of its glyphs, as drawings to train on.

They are for training only. Their characters have the names of Omniglot's, so that they add to its drawings: the redrawn
ones to the same character, a relative as a character of its own in the same alphabet, "ALPHABET/characterNN~K".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.cache import cache_file, read_cache, write_cache
from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.rewriting.handwriting import ink_of, rewritten
from glyphstudio.data.rewriting.relatives import relative, same_strokes
from glyphstudio.data.rewriting.strokes import Strokes, load_strokes
from glyphstudio.glyphs.render import RENDERER_VERSION, STYLE, render

_VERSION = 1  # of this file's results, for the cache
_WRITINGS = 2  # of each drawing
_RELATIVES = 1  # of each character
_DRAWERS = 1000  # more than Omniglot has: the second writing by drawer 7 is by drawer 1007
_ALIKE = 0.92  # correlation of two characters' mean bitmaps: above it, a relative is no new glyph
OnProgress = Callable[[int, int], None]  # characters done, characters in total


def load_redrawn(path: Path, on_progress: OnProgress | None = None) -> Drawings:
    """Return `_WRITINGS` new writings of every drawing with strokes in `path`, and of the relatives of its characters.
    Takes some minutes; after that they come from the cache. Raises DataError."""
    try:
        cached = cache_file(path, f"redrawn {_VERSION} {RENDERER_VERSION} {STYLE}")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    with suppress(Exception):  # an unreadable cache, for any reason, is made again
        return read_cache(cached, STYLE.size)[0]
    written = load_strokes(path)
    matched = same_strokes(written)
    of_character: dict[str, dict[int, Strokes]] = {}
    for (name, drawer), strokes in sorted(written.items()):
        of_character.setdefault(name, {})[drawer] = strokes
    bitmaps: list[NDArray[np.uint8]] = []
    names: list[str] = []
    drawers: list[int] = []
    means: dict[str, dict[str, NDArray[np.float64]]] = {}  # of each alphabet's characters

    def add(name: str, drawings: dict[int, Strokes]) -> None:
        made = [
            (_bitmap(strokes, _generator(name, drawer, writing)), drawer + _DRAWERS * writing)
            for drawer, strokes in drawings.items()
            for writing in range(1, _WRITINGS + 1)
        ]
        known = means.setdefault(name.split("/", maxsplit=1)[0], {})
        mean = _blurred([bitmap for bitmap, _ in made])
        if "~" in name and any(float(mean @ other) > _ALIKE for other in known.values()):
            return
        known[name] = mean
        for bitmap, drawer in made:
            bitmaps.append(bitmap)
            names.append(name)
            drawers.append(drawer)

    total = len(of_character) + len(matched)
    for done, (name, drawings) in enumerate(of_character.items(), 1):
        add(name, drawings)
        if on_progress is not None:
            on_progress(done, total)
    for done, name in enumerate(sorted(matched), 1):
        alphabet = [other for other in sorted(matched) if other.split("/")[0] == name.split("/")[0]]
        for number in range(_RELATIVES):
            edit = relative(name, matched, alphabet, _generator(name, number, 0))
            if edit is not None:
                add(f"{name}~{number + 1}", {drawer: edit(one, drawer) for drawer, one in matched[name].items()})
        if on_progress is not None:
            on_progress(len(of_character) + done, total)
    stacked = np.stack(bitmaps)
    with suppress(OSError):  # without a cache the next load only takes longer
        write_cache(cached, stacked, names, drawers)
    return Drawings.of(stacked, names, drawers)


def _generator(name: str, drawer: int, writing: int) -> np.random.Generator:
    """One for each drawing, so that it is the same whatever else is made."""
    word = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.default_rng([word, drawer, writing])


def _bitmap(strokes: Strokes, rng: np.random.Generator) -> NDArray[np.uint8]:
    return np.round(render(ink_of(rewritten(strokes, rng))) * 255).astype(np.uint8)


def _blurred(bitmaps: list[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Return the mean of bitmaps in a quarter of their resolution, as a vector of length one without its own mean."""
    mean: NDArray[np.float64] = np.stack(bitmaps).astype(np.float64).mean(0)
    side = len(mean) // 4
    small = mean[: side * 4, : side * 4].reshape(side, 4, side, 4).mean((1, 3)).ravel()
    small -= small.mean()
    normal: NDArray[np.float64] = small / max(float(np.linalg.norm(small)), 1e-9)
    return normal
