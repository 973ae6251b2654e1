"""Options and checks that the measuring commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from glyphstudio.ui.parts.display import has_display


class Part(StrEnum):
    """The values of glyphstudio.data.splits.Split, whose import would load torch."""

    TRAIN = "train"
    VALIDATION = "validation"
    ALL = "all"


PartOfData = Annotated[
    Part,
    typer.Option(
        "--split",
        help="The training data, what is held out from it (the same as in `train`), or all of it.",
    ),
]
WithinAlphabet = Annotated[
    bool, typer.Option("--within-alphabet", help="Hard tasks: inside one alphabet, with queries by other drawers.")
]


def check_plot(path: Path) -> None:
    """Check before minutes of measuring, not after. Raises PlotError if a picture cannot be at `path`, and ImportError
    if Qt cannot be loaded."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from glyphstudio.ui.plot.picture import check_place

    check_place(path)
