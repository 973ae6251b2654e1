"""Sources of drawings to learn from: Omniglot, your own folders, invented glyphs, a library, or a mix of them.

A word or a path names a source: `synthetic`, `synthetic:N`, a library's file, a folder or zip archive of pictures, in
Omniglot's layout or as class folders. Two kinds are only for training: `strokes:PATH`, Omniglot's pen strokes, redrawn,
and `fonts:PATH`, the letters of fonts. `held:PATH` are pictures that are only for measuring; then all of the others are
trained on. The window, which does not offer these three, and the command line use the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

import numpy as np

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.fetch import default_data_folder
from glyphstudio.data.pictures import load_pictures
from glyphstudio.data.rewriting.fonts import load_fonts
from glyphstudio.data.rewriting.redrawn import load_redrawn
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
from glyphstudio.names import name_key
from glyphstudio.plural import counted

SYNTHETIC = "synthetic"
STROKES = "strokes:"
FONTS = "fonts:"
HELD = "held:"
_PREFIXES = (STROKES, FONTS, HELD)
LIBRARY_SUFFIX = ".glyphs"
LIBRARY_ALPHABET = "Library"
_NAMED = 10  # names that a sentence gives in full
OnNote = Callable[[str], None]
OnProgress = Callable[[str, int, int], None]  # the current activity, number done, number in total
Opened = Mapping[str, Sequence[Glyph]]  # glyphs of open libraries by path, because those files must not be opened again


class _Kind(Enum):
    SYNTHETIC = auto()
    LIBRARY = auto()
    PICTURES = auto()
    STROKES = auto()
    FONTS = auto()
    HELD = auto()


_ONLY_TRAIN = (_Kind.STROKES, _Kind.FONTS)


@dataclass(frozen=True)
class Source:
    """Drawings to train on, drawings of other glyphs to measure on, and a line that describes both. notes: sentences
    about files that were left out. named: the lines about the user's own data, which name what is held out. extra:
    drawings of the sources that are only for training, redrawn strokes and fonts."""

    train: Drawings
    held_out: Drawings
    described: str
    notes: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    extra: Drawings | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to show before the source is used."""
        return (*self.named, *self.notes)


@dataclass(frozen=True)
class _Loaded:
    """All drawings of a source. notes: sentences about what was left out. order: the names of the characters in the
    source's own order; () for their sorted order."""

    kind: _Kind
    path: Path
    drawings: Drawings
    notes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A source that is split. what, without: the start and the end of the line that describes it. own: whether it is
    the user's own data."""

    train: Drawings
    held_out: Drawings
    what: str
    without: str
    own: bool

    @property
    def described(self) -> str:
        counts = (
            f"{counted(len(self.train.characters), 'character')} of {counted(len(self.train.alphabets), 'alphabet')}"
        )
        return f"{self.what}, {counts}, {self.without}"


def load_source(names: Sequence[str], on_progress: OnProgress | None = None, opened: Opened | None = None) -> Source:
    """Load a source. Omniglot is split into training and validation alphabets; of other sources, part of the alphabets
    or of the glyphs is held out. With a source that is only for measuring, nothing of the others is held out, but they
    lose its glyphs. Several names make one joint source; no name means the fetched Omniglot. Raises DataError and
    LibraryError."""
    loaded = _load_all(names, on_progress, opened)
    further = [one for one in loaded if one.kind in _ONLY_TRAIN]
    only_held = [one for one in loaded if one.kind is _Kind.HELD]
    if len(further) == len(loaded):
        raise DataError("Strokes and fonts are only for training. Add pictures to measure on, with a further --data.")
    if only_held:
        return _around(only_held, [one for one in loaded if one not in only_held])
    parts = [_split(one) for one in loaded if one not in further]
    held_out = Drawings.joined([part.held_out for part in parts])
    if len(parts) > 1:  # what is held out of one part must not be learned from another
        parts = [replace(part, train=part.train.without(held_out.characters)) for part in parts]
    more = [_split(one) for one in further]
    return Source(
        Drawings.joined([part.train for part in parts]),
        held_out,
        "; ".join(part.described for part in (*parts, *more)),
        tuple(note for one in loaded for note in one.notes),
        tuple(f"{part.described}." for part in parts if part.own),
        Drawings.joined([part.train for part in more]) if more else None,
    )


def _around(held: Sequence[_Loaded], others: Sequence[_Loaded]) -> Source:
    """Return `others` to train on and `held` to measure on. Raises DataError if nothing is left to train on."""
    held_out = Drawings.joined([one.drawings for one in held])
    gone = set(held_out.characters)

    def left(loaded: Sequence[_Loaded]) -> Drawings:
        """Return all drawings but those of held glyphs and of their relatives."""
        all_of_them = Drawings.joined([one.drawings for one in loaded])
        return all_of_them.without([name for name in all_of_them.characters if name.split("~")[0] in gone])

    pictures = [one for one in others if one.kind not in _ONLY_TRAIN]
    further = [one for one in others if one.kind in _ONLY_TRAIN]
    train = left(pictures) if pictures else held_out.without(gone)
    if not len(train):
        raise DataError(
            f"Nothing is left to train on besides {', '.join(one.path.name for one in held)}. Give a further --data "
            "with pictures of other glyphs."
        )
    named = (
        f"{counted(len(train.characters), 'character')} of {counted(len(train.alphabets), 'alphabet')} to train on, "
        f"{counted(len(held_out.characters), 'character')} of {_few(held_out.alphabets)} to measure on"
    )
    notes = tuple(note for one in (*held, *others) for note in one.notes)
    return Source(train, held_out, named, notes, (f"{named}.",), left(further) if further else None)


def load_part(
    names: Sequence[str],
    part: Split,
    on_progress: OnProgress | None = None,
    opened: Opened | None = None,
    on_note: OnNote | None = None,
) -> Drawings:
    """Load the drawings to train on, the held-out ones, or all of them. What is only for measuring is held out whole,
    also without anything to train on. `on_note` gets a line for each thing that was
    left out or held out. Raises DataError and LibraryError."""
    if part is Split.ALL or (part is Split.VALIDATION and names and all(path_in(HELD, name) for name in names)):
        loaded = _load_all(names, on_progress, opened)
        if any(one.kind in _ONLY_TRAIN for one in loaded):
            raise DataError("Strokes and fonts are only for training. Leave them out to measure on the rest.")
        drawings = Drawings.joined([one.drawings for one in loaded])
        notes = tuple(note for one in loaded for note in one.notes)
    else:
        source = load_source(names, on_progress, opened)
        drawings = source.train if part is Split.TRAIN else source.held_out
        notes = source.lines
    if on_note is not None:
        for note in notes:
            on_note(note)
    return drawings


def _split(loaded: _Loaded) -> _Part:
    """Hold out part of a source. Raises DataError."""
    drawings = loaded.drawings
    if loaded.kind is _Kind.LIBRARY:
        train, held_out = held_out_characters(drawings, order=loaded.order)
        held = set(held_out.characters)
        without = _glyphs_held_out([name for name in loaded.order if name in held])
        return _Part(train, held_out, "The library", without, own=True)
    if loaded.kind is _Kind.FONTS:
        return _Part(drawings, drawings.at(np.array([], np.int64)), "Fonts", "all to train on", own=False)
    if loaded.kind is _Kind.STROKES:
        training = sorted(set(drawings.alphabets) - set(VALIDATION_ALPHABETS))
        none = drawings.at(np.array([], np.int64))
        without = f"without {', '.join(VALIDATION_ALPHABETS)}"
        return _Part(drawings.only(training), none, "Redrawn strokes", without, own=False)
    if loaded.kind is _Kind.SYNTHETIC:
        train, held_out = held_out_alphabets(drawings)
        without = f"{counted(len(held_out.alphabets), 'alphabet')} held out"
        return _Part(train, held_out, "Synthetic", without, own=False)
    if set(VALIDATION_ALPHABETS) <= set(drawings.alphabets):
        train, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
        return _Part(train, held_out, "Omniglot", f"without {', '.join(VALIDATION_ALPHABETS)}", own=False)
    train, held_out, alphabets = held_out_of_own(drawings)
    named = f"{counted(len(held_out.alphabets), 'alphabet')} held out: {_few(held_out.alphabets)}"
    without = named if alphabets else _glyphs_held_out(held_out.characters)
    return _Part(train, held_out, f"The data in {loaded.path.name or loaded.path.absolute()}", without, own=True)


def _glyphs_held_out(characters: Sequence[str]) -> str:
    names = [name.split("/", 1)[1] for name in characters]
    return f"{counted(len(names), 'glyph')} held out: {_few(names)}"


def _few(names: Sequence[str]) -> str:
    """Return the names for a sentence: the first ten, and the number of the others."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def load_data(name: str, on_progress: OnProgress | None = None, opened: Opened | None = None) -> Drawings:
    """Load all drawings of a source; "" means the fetched Omniglot. Raises DataError and LibraryError."""
    return _load(name, on_progress, opened, {}).drawings


def _load_all(names: Sequence[str], on_progress: OnProgress | None, opened: Opened | None) -> list[_Loaded]:
    """Load each source once, however its path is written."""
    spelt: dict[str, str] = {}
    each = {_spelt_out(name): name for name in names or [""]}
    return [_load(name, on_progress, opened, spelt) for name in each.values()]


def _spelt_out(name: str) -> str:
    for prefix in _PREFIXES:
        if (path := path_in(prefix, name)) is not None:
            return f"{prefix}{path.resolve()}"
    return name if not name or synthetic_alphabets(name) else str(Path(name).resolve())


def _load(name: str, on_progress: OnProgress | None, opened: Opened | None, spelt: dict[str, str]) -> _Loaded:
    """spelt: the names of the glyphs of the libraries so far, by their key."""

    def saying(what: str) -> Callable[[int, int], None] | None:
        return None if on_progress is None else lambda done, total: on_progress(what, done, total)

    if alphabets := synthetic_alphabets(name):
        return _Loaded(_Kind.SYNTHETIC, Path(name), load_synthetic(alphabets, on_progress=saying("Inventing glyphs")))
    if (strokes := path_in(STROKES, name)) is not None:
        return _Loaded(_Kind.STROKES, strokes, load_redrawn(strokes, saying("Redrawing the strokes")))
    if (fonts := path_in(FONTS, name)) is not None:
        return _Loaded(_Kind.FONTS, fonts, load_fonts(fonts, saying("Tracing the fonts")))
    if (held := path_in(HELD, name)) is not None:
        return _Loaded(_Kind.HELD, held, *load_pictures(held, saying("Rendering the drawings")))
    path = Path(name) if name else default_data_folder()
    if is_library(name):
        return _load_library(path, opened or {}, spelt)
    if not name and not path.exists():
        raise DataError(
            f"Omniglot is not in {path}. Fetch it with `glyphstudio data fetch omniglot`, or give its folder with "
            "--data. `--data synthetic` needs no data at all."
        )
    return _Loaded(_Kind.PICTURES, path, *load_pictures(path, saying("Rendering the drawings")))


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


def path_in(prefix: str, name: str) -> Path | None:
    """Return the path in `strokes:PATH`, `fonts:PATH` or `held:PATH`, or None for a name without this prefix."""
    return Path(name.removeprefix(prefix)) if name.startswith(prefix) else None


def absolute(name: str) -> str:
    """Return the same source's name in a form that is valid in any folder."""
    for prefix in _PREFIXES:
        if (path := path_in(prefix, name)) is not None:
            return f"{prefix}{path.absolute()}"
    return name if not name or synthetic_alphabets(name) else str(Path(name).absolute())


def _load_library(path: Path, opened: Opened, spelt: dict[str, str]) -> _Loaded:
    """Return every glyph of a library with its shots. Raises DataError and LibraryError."""
    for other, glyphs in opened.items():
        if path.resolve() == Path(other).resolve():
            return _of_glyphs(path, glyphs, spelt)
    if not path.is_file():
        raise DataError(f"There is no library {path}. Give a library's file, a folder of pictures, or `synthetic`.")
    with Library.open(path, or_read=True) as library:
        return _of_glyphs(path, library.glyphs(), spelt)


def _of_glyphs(path: Path, glyphs: Sequence[Glyph], spelt: dict[str, str]) -> _Loaded:
    """Return the drawings of glyphs. A glyph's name is its character's name, so that the same glyph in two libraries is
    one character, even if its name is spelt in two ways. Raises DataError if there are no drawings."""
    bitmaps, names, drawers = [], [], []
    for glyph in glyphs:
        name = f"{LIBRARY_ALPHABET}/{spelt.setdefault(name_key(glyph.name), glyph.name)}"
        for drawer, shot in enumerate(glyph.shots):
            try:
                bitmap = render_drawing(shot.drawing)
            except (PictureError, LibraryError):  # one unreadable drawing must not spoil the others
                continue
            bitmaps.append(np.round(bitmap * 255).astype(np.uint8))
            names.append(name)
            drawers.append(drawer)
    if not bitmaps:
        raise DataError(f"The library {path} has no drawings to learn from. Enrol some glyphs first.")
    drawings = Drawings.of(np.stack(bitmaps), names, drawers)
    return _Loaded(_Kind.LIBRARY, path, drawings, order=tuple(dict.fromkeys(names)))
