"""Redrawn drawings: Omniglot's strokes written once more, and relatives of its glyphs, as drawings to train on.

They are for training only. Their characters have the names of Omniglot's, so that they add to its drawings: the redrawn
ones to the same character, a relative as a character of its own in the same alphabet, "ALPHABET/characterNN~K".
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.cache import Made, through_cache
from glyphstudio.data.drawings import Drawings
from glyphstudio.data.rewriting.handwriting import ink_of, rewritten
from glyphstudio.data.rewriting.likeness import Blurred, blurred, generator_of, packed
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
    how = f"redrawn {_VERSION} {RENDERER_VERSION} {STYLE}"
    return through_cache(path, how, STYLE.size, lambda: _redrawn(path, on_progress))


def _redrawn(path: Path, on_progress: OnProgress | None) -> Made:
    written = load_strokes(path)
    matched = same_strokes(written)
    of_character: dict[str, dict[int, Strokes]] = {}
    for (name, drawer), strokes in sorted(written.items()):
        of_character.setdefault(name, {})[drawer] = strokes
    bitmaps: list[NDArray[np.uint8]] = []
    names: list[str] = []
    drawers: list[int] = []
    means: dict[str, dict[str, Blurred]] = {}  # of each alphabet's characters

    def add(name: str, drawings: dict[int, Strokes]) -> None:
        made: list[NDArray[np.uint8]] = []
        hands: list[int] = []
        for drawer, strokes in drawings.items():
            for writing in range(1, _WRITINGS + 1):
                again = rewritten(strokes, generator_of(name, drawer, writing))
                made.append(packed(render(ink_of(again))))
                hands.append(drawer + _DRAWERS * writing)
        known = means.setdefault(name.split("/", maxsplit=1)[0], {})
        mean = blurred(np.stack(made).mean(0))
        if "~" in name and any(float(mean @ other) > _ALIKE for other in known.values()):
            return
        known[name] = mean
        bitmaps.extend(made)
        drawers.extend(hands)
        names.extend([name] * len(made))

    total = len(of_character) + len(matched)
    for done, (name, drawings) in enumerate(of_character.items(), 1):
        add(name, drawings)
        if on_progress is not None:
            on_progress(done, total)
    for done, name in enumerate(sorted(matched), 1):
        alphabet = [other for other in sorted(matched) if other.split("/")[0] == name.split("/")[0]]
        for number in range(_RELATIVES):
            edit = relative(name, matched, alphabet, generator_of(name, number, 0))
            if edit is not None:
                add(f"{name}~{number + 1}", {drawer: edit(one, drawer) for drawer, one in matched[name].items()})
        if on_progress is not None:
            on_progress(len(of_character) + done, total)
    return np.stack(bitmaps), names, drawers
