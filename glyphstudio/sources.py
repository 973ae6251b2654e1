"""Sources of drawings to learn from: Omniglot, your own folders, invented glyphs, a library, or a mix of them.

A word or a path names a source: `synthetic`, `synthetic:N`, a library's file, or a folder or zip archive of pictures,
in Omniglot's layout or as class folders. The window and the command line use the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.fetch import default_data_folder
from glyphstudio.data.pictures import load_pictures
from glyphstudio.data.splits import (
    VALIDATION_ALPHABETS,
    Split,
    held_out_alphabets,
    held_out_characters,
    held_out_of_own,
    split,
)
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.glyphs.render import render_drawing
from glyphstudio.library import library as library_module
from glyphstudio.library.glyph import Glyph
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.plural import counted

SYNTHETIC = "synthetic"
LIBRARY_SUFFIX = ".glyphs"
LIBRARY_ALPHABET = "Library"
_NAMED = 10  # names that a sentence gives in full
OnNote = Callable[[str], None]
OnProgress = Callable[[str, int, int], None]  # the current activity, number done, number in total
Opened = Mapping[str, Sequence[Glyph]]  # glyphs of open libraries by path, because those files must not be opened again


@dataclass(frozen=True)
class Source:
    """Drawings to train on, drawings of other glyphs to measure on, and a line that describes both. notes: sentences
    about files that were left out. named: the lines about the user's own data, which name what is held out."""

    train: Drawings
    held_out: Drawings
    described: str
    notes: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to show before the source is used."""
        return (*self.named, *self.notes)


def load_source(names: Sequence[str], on_progress: OnProgress | None = None, opened: Opened | None = None) -> Source:
    """Load a source. Omniglot is split into training and validation alphabets; of other sources, part of the alphabets
    or of the glyphs is held out. Several names make one joint source; no name means the fetched Omniglot. Raises
    DataError and LibraryError."""
    parts = [_load(name, on_progress, opened) for name in dict.fromkeys(names or [""])]
    train = Drawings.joined([part.train for part in parts])
    held_out = Drawings.joined([part.held_out for part in parts])
    if len(parts) > 1:  # what is held out of one part must not be learned from another
        train = train.without(held_out.characters)
    described = "; ".join(part.described for part in parts)
    notes = tuple(note for part in parts for note in part.notes)
    return Source(train, held_out, described, notes, tuple(line for part in parts for line in part.named))


def load_part(
    names: Sequence[str],
    part: Split,
    on_progress: OnProgress | None = None,
    opened: Opened | None = None,
    on_note: OnNote | None = None,
) -> Drawings:
    """Load the drawings to train on, the held-out ones, or all of them. `on_note` gets a line for each thing that was
    left out or held out. Raises DataError and LibraryError."""
    if part is Split.ALL:
        loaded = [_load_data(name, on_progress, opened) for name in dict.fromkeys(names or [""])]
        drawings, notes = (
            Drawings.joined([one for one, _ in loaded]),
            tuple(note for _, more in loaded for note in more),
        )
    else:
        source = load_source(names, on_progress, opened)
        drawings = source.train if part is Split.TRAIN else source.held_out
        notes = source.lines
    if on_note is not None:
        for note in notes:
            on_note(note)
    return drawings


def _load(name: str, on_progress: OnProgress | None, opened: Opened | None) -> Source:
    drawings, notes = _load_data(name, on_progress, opened)
    if is_library(name):
        train, held_out = held_out_characters(drawings)
        names = [name.split(" ", 1)[1] for name in held_out.characters]  # without the number before it
        what, without, own = "The library", _glyphs_held_out(names), True
    elif synthetic_alphabets(name):
        train, held_out = held_out_alphabets(drawings)
        what, without, own = "Synthetic", f"{counted(len(held_out.alphabets), 'alphabet')} held out", False
    elif set(VALIDATION_ALPHABETS) <= set(drawings.alphabets):
        train, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
        what, without, own = "Omniglot", f"without {', '.join(VALIDATION_ALPHABETS)}", False
    else:
        train, held_out, alphabets = held_out_of_own(drawings)
        path = Path(name) if name else default_data_folder()
        what, own = f"The data in {path.name or path.absolute()}", True
        named = f"{counted(len(held_out.alphabets), 'alphabet')} held out: {_few(held_out.alphabets)}"
        names = [name.split("/", 1)[1] for name in held_out.characters]
        without = named if alphabets else _glyphs_held_out(names)
    counts = f"{len(train.characters)} characters of {counted(len(train.alphabets), 'alphabet')}"
    described = f"{what}, {counts}, {without}"
    return Source(train, held_out, described, notes, (f"{described}.",) if own else ())


def _glyphs_held_out(names: Sequence[str]) -> str:
    return f"{counted(len(names), 'glyph')} held out: {_few(names)}"


def _few(names: Sequence[str]) -> str:
    """Return the names for a sentence: the first ten, and the number of the others."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def load_data(name: str, on_progress: OnProgress | None = None, opened: Opened | None = None) -> Drawings:
    """Load all drawings of a source; "" means the fetched Omniglot. Raises DataError and LibraryError."""
    return _load_data(name, on_progress, opened)[0]


def _load_data(name: str, on_progress: OnProgress | None, opened: Opened | None) -> tuple[Drawings, tuple[str, ...]]:
    """Return all drawings, and sentences about what was left out."""

    def saying(what: str) -> Callable[[int, int], None] | None:
        return None if on_progress is None else lambda done, total: on_progress(what, done, total)

    if alphabets := synthetic_alphabets(name):
        return load_synthetic(alphabets, on_progress=saying("Inventing glyphs")), ()
    if is_library(name):
        return _load_library(Path(name), opened or {}), ()
    path = Path(name) if name else default_data_folder()
    if not name and not path.exists():
        raise DataError(
            f"Omniglot is not in {path}. Fetch it with `glyphstudio data fetch omniglot`, or give its folder with "
            "--data. `--data synthetic` needs no data at all."
        )
    return load_pictures(path, saying("Rendering the drawings"))


def is_library(name: str) -> bool:
    """Return whether this names a library's file, by its suffix or, under another name, by its content."""
    return Path(name).suffix.lower() == LIBRARY_SUFFIX or library_module.is_library(Path(name))


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
        raise DataError(f"There is no library {path}. Give a library's file, a folder of pictures, or `synthetic`.")
    with Library.open(path, or_read=True) as library:
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
            names.append(f"{LIBRARY_ALPHABET}/{number:05} {glyph.name.replace('/', '∕')}")
            drawers.append(drawer)
    if not bitmaps:
        raise DataError(f"The library {path} has no drawings to learn from. Enrol some glyphs first.")
    return Drawings.of(np.stack(bitmaps), names, drawers)
