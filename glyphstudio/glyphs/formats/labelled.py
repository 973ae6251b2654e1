"""Labelled: a drawing with the name that its file gives it."""

from __future__ import annotations

from dataclasses import dataclass

from glyphstudio.glyphs.picture import Drawing

MAX_DRAWINGS = 20_000  # in one file
MAX_ALL_STROKES = 200_000  # of all of them: ten a drawing


@dataclass(frozen=True)
class Labelled:
    """label: the glyph's name in the file, None if the file does not name it. drawing: may be empty ink."""

    label: str | None
    drawing: Drawing
