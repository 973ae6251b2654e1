"""Sources of drawings to learn from: Omniglot, invented glyphs, a library, or a mix of them.

A word or a path names a source: `synthetic`, `synthetic:N`, a library's file, or a folder or archive of Omniglot. The
window and the command line use the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.fetch import default_data_folder
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import VALIDATION_ALPHABETS, Split, held_out_alphabets, held_out_characters, split
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.render import render_drawing
from glyphstudio.library.glyph import Glyph
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.plural import counted

SYNTHETIC = "synthetic"
LIBRARY_SUFFIX = ".glyphs"
OnProgress = Callable[[str, int, int], None]  # the current activity, number done, number in total
Opened = Mapping[str, Sequence[Glyph]]  # glyphs of open libraries by path, because those files must not be opened again


@dataclass(frozen=True)
class Source:
    """Drawings to train on, drawings of other glyphs to measure on, and a line that describes both."""

    train: Drawings
    held_out: Drawings
    described: str


def load_source(names: Sequence[str], on_progress: OnProgress | None = None, opened: Opened | None = None) -> Source:
    """Load a source. Omniglot is split into training and validation alphabets; of other sources, part of the glyphs is
    held out. Several names make one joint source; no name means the fetched Omniglot. Raises DataError and
    LibraryError."""
    parts = [_load(name, on_progress, opened) for name in names or [""]]
    return Source(
        Drawings.joined([part.train for part in parts]),
        Drawings.joined([part.held_out for part in parts]),
        "; ".join(part.described for part in parts),
    )


def load_part(
    names: Sequence[str], part: Split, on_progress: OnProgress | None = None, opened: Opened | None = None
) -> Drawings:
    """Load the drawings to train on, the held-out ones, or all of them. Raises DataError and LibraryError."""
    if part is Split.ALL:
        return Drawings.joined([load_data(name, on_progress, opened) for name in names or [""]])
    source = load_source(names, on_progress, opened)
    return source.train if part is Split.TRAIN else source.held_out


def _load(name: str, on_progress: OnProgress | None, opened: Opened | None) -> Source:
    drawings = load_data(name, on_progress, opened)
    if is_library(name):
        train, held_out = held_out_characters(drawings)
        what, without = "The library", f"{counted(len(held_out.characters), 'glyph')} held out"
    elif synthetic_alphabets(name):
        train, held_out = held_out_alphabets(drawings)
        what, without = "Synthetic", f"{counted(len(held_out.alphabets), 'alphabet')} held out"
    else:
        train, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
        what, without = "Omniglot", f"without {', '.join(VALIDATION_ALPHABETS)}"
    counts = f"{len(train.characters)} characters of {counted(len(train.alphabets), 'alphabet')}"
    return Source(train, held_out, f"{what}, {counts}, {without}")


def load_data(name: str, on_progress: OnProgress | None = None, opened: Opened | None = None) -> Drawings:
    """Load all drawings of a source; "" means the fetched Omniglot. Raises DataError and LibraryError."""

    def saying(what: str) -> Callable[[int, int], None] | None:
        return None if on_progress is None else lambda done, total: on_progress(what, done, total)

    if alphabets := synthetic_alphabets(name):
        return load_synthetic(alphabets, on_progress=saying("Inventing glyphs"))
    if is_library(name):
        return _load_library(Path(name), opened or {})
    path = Path(name) if name else default_data_folder()
    if not name and not path.exists():
        raise DataError(
            f"Omniglot is not in {path}. Fetch it with `glyphstudio data fetch omniglot`, or give its folder with "
            "--data. `--data synthetic` needs no data at all."
        )
    return load_omniglot(path, saying("Rendering the drawings"))


def is_library(name: str) -> bool:
    """Return whether this names a library's file."""
    return Path(name).suffix.lower() == LIBRARY_SUFFIX


def synthetic_alphabets(name: str) -> int:
    """Return how many invented alphabets `synthetic` or `synthetic:N` means; 0 for any other name. Raises DataError."""
    kind, colon, number = name.partition(":")
    if kind != SYNTHETIC:
        return 0
    if not colon:
        return 50
    if not (number.isascii() and number.isdigit() and 2 <= int(number) <= 1000):
        raise DataError(f"'{name}' does not say how many alphabets. Ask for 2 to 1000, such as synthetic:50.")
    return int(number)


def _load_library(path: Path, opened: Opened) -> Drawings:
    """Return every glyph of a library with its shots. Raises DataError and LibraryError."""
    for other, glyphs in opened.items():
        if path.resolve() == Path(other).resolve():
            return _of_glyphs(path, glyphs)
    if not path.is_file():
        raise DataError(f"There is no library {path}. Give a library's file, a folder of Omniglot, or `synthetic`.")
    with Library.open(path) as library:
        return _of_glyphs(path, library.glyphs())


def _of_glyphs(path: Path, glyphs: Sequence[Glyph]) -> Drawings:
    """Return the drawings of glyphs. Raises DataError if there are none."""
    bitmaps, names, drawers = [], [], []
    for number, glyph in enumerate(glyphs):
        for drawer, shot in enumerate(glyph.shots):
            try:
                bitmap = render_drawing(shot.drawing)
            except (PictureError, LibraryError):  # one unreadable drawing must not spoil the others
                continue
            bitmaps.append(np.round(bitmap * 255).astype(np.uint8))
            names.append(f"Library/{number:05} {glyph.name.replace('/', '∕')}")
            drawers.append(drawer)
    if not bitmaps:
        raise DataError(f"The library {path} has no drawings to learn from. Enrol some glyphs first.")
    return Drawings.of(np.stack(bitmaps), names, drawers)
