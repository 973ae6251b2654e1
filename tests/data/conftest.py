"""Data for the tests: a small set of drawings in Omniglot's layout, and the real one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.omniglot import omniglot_folder

Make = Callable[..., Path]


def drawing(character: int, drawer: int) -> bytes:
    """Return a PNG like Omniglot's: 105 x 105, one bit, black on white. Character and drawer determine a polyline."""
    corners = np.random.default_rng(character).uniform(20, 85, (4, 2))
    corners += np.random.default_rng([character, drawer]).normal(0, 2, corners.shape)
    image = Image.new("1", (105, 105), 1)
    ImageDraw.Draw(image).line([(float(x), float(y)) for x, y in corners], fill=0, width=3)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.fixture
def make_omniglot() -> Make:
    """Write `characters` characters of each alphabet by `drawers` drawers below `root`, in the official layout."""

    def make(
        root: Path,
        alphabets: tuple[str, ...] = ("Greek", "Latin"),
        characters: int = 3,
        drawers: int = 2,
        suffix: str = ".png",
    ) -> Path:
        number = 0
        for alphabet in alphabets:
            for character in range(1, characters + 1):
                number += 1
                folder = root / alphabet / f"character{character:02}"
                folder.mkdir(parents=True)
                for drawer in range(1, drawers + 1):
                    (folder / f"{number:04}_{drawer:02}{suffix}").write_bytes(drawing(number, drawer))
        return root

    return make


@pytest.fixture
def real_omniglot() -> Path:
    return omniglot_folder()
