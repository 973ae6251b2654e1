"""Where train and evaluate take their drawings from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glyphstudio.cli.output import progress_bar
from glyphstudio.data.fetch import default_data_folder

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="PATH", help="Omniglot: a folder or an archive. Without it, what `data fetch` fetched."
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The same seed, the same tasks.")]


def load_data(data: Path | None) -> Drawings:
    """All drawings below `data`. Raises DataError."""
    from glyphstudio.data.drawings import DataError
    from glyphstudio.data.omniglot import load_omniglot

    path = data or default_data_folder()
    if data is None and not path.exists():
        raise DataError(
            f"Omniglot is not in {path}. Fetch it with `glyphstudio data fetch omniglot`, or say with --data where it "
            "is."
        )
    with progress_bar("Rendering the drawings") as progress:
        return load_omniglot(path, progress)
