"""Where train, evaluate and compare take their drawings from: Omniglot, invented glyphs, or a library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glyphstudio.cli.output import counted, progress_bar
from glyphstudio.data.fetch import default_data_folder

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings

SYNTHETIC = "synthetic"
LIBRARY_SUFFIX = ".glyphs"

Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH|synthetic|LIBRARY",
        help="Omniglot, a folder or an archive; `synthetic`, invented glyphs; or a library. Without it, what "
        "`data fetch` fetched.",
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The same seed, the same tasks.")]


@dataclass(frozen=True)
class Source:
    """Drawings to train on, others of other glyphs to measure on, and a line that says what they are."""

    train: Drawings
    held_out: Drawings
    described: str


def load_source(data: str | None) -> Source:
    """Of Omniglot, the training and the validation alphabets; of another source, a part of its glyphs is held out.
    Raises DataError and LibraryError."""
    from glyphstudio.data.splits import VALIDATION_ALPHABETS, Split, held_out_alphabets, held_out_characters, split

    drawings = load_data(data)
    if _is_library(data):
        train, held_out = held_out_characters(drawings)
        what, without = "The library", f"{counted(len(held_out.characters), 'glyph')} held out"
    elif data is not None and _synthetic_alphabets(data):
        train, held_out = held_out_alphabets(drawings)
        what, without = "Synthetic", f"{counted(len(held_out.alphabets), 'alphabet')} held out"
    else:
        train, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
        what, without = "Omniglot", f"without {', '.join(VALIDATION_ALPHABETS)}"
    counts = f"{len(train.characters)} characters of {counted(len(train.alphabets), 'alphabet')}"
    return Source(train, held_out, f"{what}, {counts}, {without}")


def load_data(data: str | None) -> Drawings:
    """All drawings of a source. Raises DataError and LibraryError."""
    from glyphstudio.data.drawings import DataError
    from glyphstudio.data.omniglot import load_omniglot

    if data is not None and (alphabets := _synthetic_alphabets(data)):
        from glyphstudio.data.synthetic import load_synthetic

        with progress_bar("Inventing glyphs") as progress:
            return load_synthetic(alphabets, on_progress=progress)
    if data is not None and _is_library(data):
        return _load_library(Path(data))
    path = default_data_folder() if data is None else Path(data)
    if data is None and not path.exists():
        raise DataError(
            f"Omniglot is not in {path}. Fetch it with `glyphstudio data fetch omniglot`, or say with --data where it "
            "is; `--data synthetic` needs no data at all."
        )
    with progress_bar("Rendering the drawings") as progress:
        return load_omniglot(path, progress)


def _is_library(data: str | None) -> bool:
    return data is not None and Path(data).suffix.lower() == LIBRARY_SUFFIX


def _synthetic_alphabets(data: str) -> int:
    """How many invented alphabets `synthetic` or `synthetic:N` asks for; 0 for anything else. Raises DataError."""
    from glyphstudio.data.drawings import DataError

    name, colon, number = data.partition(":")
    if name != SYNTHETIC:
        return 0
    if not colon:
        return 50
    if not (number.isascii() and number.isdigit() and 2 <= int(number) <= 1000):
        raise DataError(f"'{data}' does not say how many alphabets. Ask for 2 to 1000, such as synthetic:50.")
    return int(number)


def _load_library(path: Path) -> Drawings:
    """Every glyph of a library with its shots. Raises DataError and LibraryError."""
    import numpy as np

    from glyphstudio.data.drawings import DataError, Drawings
    from glyphstudio.glyphs.picture import PictureError
    from glyphstudio.glyphs.render import render_drawing
    from glyphstudio.library.library import Library, LibraryError

    if not path.is_file():
        raise DataError(f"There is no library {path}. Give a library's file, a folder of Omniglot, or `synthetic`.")
    bitmaps, names, drawers = [], [], []
    with Library.open(path) as library:
        for number, glyph in enumerate(library.glyphs()):
            for drawer, shot in enumerate(glyph.shots):
                try:
                    bitmap = render_drawing(shot.drawing)
                except (PictureError, LibraryError):  # one drawing that cannot be read must not spoil the others
                    continue
                bitmaps.append(np.round(bitmap * 255).astype(np.uint8))
                names.append(f"Library/{number:05} {glyph.name.replace('/', '∕')}")
                drawers.append(drawer)
    if not bitmaps:
        raise DataError(f"The library {path} holds no drawings to learn from. Enrol some glyphs first.")
    return Drawings.of(np.stack(bitmaps), names, drawers)
