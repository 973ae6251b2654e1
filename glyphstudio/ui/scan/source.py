"""What a picture on the canvas was cut out of, and one reading of it."""

from __future__ import annotations

from dataclasses import dataclass

from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.scan.ink import Adjustment


@dataclass(frozen=True, eq=False)
class Source:
    """data: the bytes of the file. name: what sentences call it. notes: sentences about what was left out and what is
    doubtful in the first reading."""

    name: str
    data: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reading:
    """adjustment: how it was read. picture: the ink, dark on white; None if there is none. threshold: the contrast from
    which marks are ink. notes: sentences about what was left out and what is doubtful, or why there is no ink."""

    adjustment: Adjustment
    picture: Picture | None
    threshold: float | None
    notes: tuple[str, ...]
