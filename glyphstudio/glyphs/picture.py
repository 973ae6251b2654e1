"""Picture: a drawing made of pixels (a scan, a photo, a PNG) instead of pen strokes."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.ink import Ink

MAX_SIDE = 4096  # pixels


class PictureError(ValueError):
    """The picture is not a drawing. The message is a sentence for the user."""


@dataclass(frozen=True, eq=False)
class Picture:
    """grey: (H, W) uint8, 0 is black, 255 is white, read-only; H and W are 1..MAX_SIDE. Polarity and paper are
    unchanged: `render.render_picture` finds the ink. Equal and hashable by value."""

    grey: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.grey.ndim != 2 or self.grey.dtype != np.uint8 or not self.grey.size:
            raise PictureError("A picture needs at least one grey pixel.")
        if max(self.grey.shape) > MAX_SIDE:
            raise PictureError(f"A picture may be at most {MAX_SIDE} pixels wide and high; this one is larger.")
        self.grey.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and np.array_equal(self.grey, other.grey)

    def __hash__(self) -> int:
        return hash((self.grey.shape, self.grey.tobytes()))

    def to_png(self) -> bytes:
        """Return the grey pixels as a PNG file."""
        buffer = io.BytesIO()
        Image.fromarray(self.grey).save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()


Drawing = Ink | Picture
