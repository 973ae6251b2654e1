"""The option that names a source of drawings. Progress bars while the source is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from glyphstudio.cli.output import bar_of_many, say

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.data.splits import Split
    from glyphstudio.data.tasks import TaskShape, TaskStream
    from glyphstudio.sources import Source

Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="PATH|synthetic|LIBRARY|strokes:PATH|fonts:PATH|held:PATH",
        help="A folder or zip of pictures, as in Omniglot or as NAME/picture.png; `synthetic` for invented glyphs; "
        "a library. Only for training: strokes:PATH for Omniglot's pen strokes, redrawn; fonts:PATH for a folder of "
        "fonts. Only to measure on: held:PATH for pictures; then all other glyphs are trained on. Repeat it to mix "
        "sources. By default, the data that `data fetch` fetched.",
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The same seed gives the same tasks.")]


def load_source(names: Sequence[str] | None) -> Source:
    """Load the training and held-out drawings. Raises DataError and LibraryError."""
    from glyphstudio import sources

    with bar_of_many() as on_progress:
        return sources.load_source(names or (), on_progress)


def sources_of(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the same names in a form that is valid in any folder."""
    from glyphstudio.sources import absolute

    return tuple(absolute(name) for name in names or ()) or ("",)


def load_part(names: Sequence[str] | None, part: Split) -> Drawings:
    """Load a part of the source. Print what is held out, and what was left out. Raises DataError and LibraryError."""
    from glyphstudio import sources

    notes: list[str] = []
    with bar_of_many() as on_progress:
        drawings = sources.load_part(names or (), part, on_progress, on_note=notes.append)
    for note in notes:
        say(note)
    return drawings


def stream_of(drawings: Drawings, shape: TaskShape, seed: int, within_alphabet: bool) -> TaskStream:
    """Return the tasks to measure on. Raises DataError if there are too few drawings for them.

    Within an alphabet, supports are by one drawer and queries by another. If too few drawers drew the same glyphs,
    print a line about it and take drawings by any drawers.
    """
    from dataclasses import replace

    from glyphstudio.data.tasks import TaskStream

    if not within_alphabet:
        return TaskStream(drawings, shape, seed=seed)
    stream = TaskStream(drawings, shape, seed=seed, within=1.0, one_drawer=True)
    if stream.drawers_suffice:
        return stream
    say("Too few drawers drew the same glyphs, so supports and queries may be by the same drawer.")
    return replace(stream, one_drawer=False)
