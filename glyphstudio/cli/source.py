"""The option that names a source of drawings. Progress bars while the source is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glyphstudio.cli.output import bar_of_many

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.data.splits import Split
    from glyphstudio.sources import Source

Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="PATH|synthetic|LIBRARY",
        help="Omniglot, as a folder or an archive; `synthetic` for invented glyphs; or a library. Repeat it to mix "
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
    from glyphstudio.sources import synthetic_alphabets

    return tuple(name if synthetic_alphabets(name) else str(Path(name).absolute()) for name in names or ()) or ("",)


def load_part(names: Sequence[str] | None, part: Split) -> Drawings:
    """Load a part of the source. Raises DataError and LibraryError."""
    from glyphstudio import sources

    with bar_of_many() as on_progress:
        return sources.load_part(names or (), part, on_progress)
