"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LibraryFile = Annotated[
    Path | None,
    typer.Option("--library", metavar="FILE", help="The library's file. By default your own, which the window opens."),
]
WeightsFile = Annotated[
    Path | None, typer.Option("--weights", metavar="FILE", help="Weights to use instead of the shipped ones.")
]
Device = Annotated[str, typer.Option("--device", metavar="NAME", help="auto, cpu or cuda.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
