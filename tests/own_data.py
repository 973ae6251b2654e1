"""Small data sets of one's own, as people have them: alphabets in Omniglot's layout, and class folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def scribble(character: int, drawer: int, size: tuple[int, int] = (105, 105)) -> Image.Image:
    """Return a drawing: dark lines on white, the same for a character up to a trembling hand."""
    points = np.random.default_rng(character).uniform(0.15, 0.85, (5, 2))
    shaky = (points + np.random.default_rng([character, drawer]).normal(0, 0.02, points.shape)) * size
    picture = Image.new("L", size, 255)
    ImageDraw.Draw(picture).line([tuple(point) for point in shaky.tolist()], fill=0, width=max(2, size[0] // 40))
    return picture


def own_alphabets(root: Path, alphabets: Iterable[str], characters: int = 6, drawers: int = 4) -> Path:
    """Make ALPHABET/characterNN/IDID_DD.png below `root`."""
    for number, alphabet in enumerate(alphabets):
        for character in range(1, characters + 1):
            folder = root / alphabet / f"character{character:02}"
            folder.mkdir(parents=True)
            for drawer in range(1, drawers + 1):
                picture = scribble(100 * number + character, drawer)
                picture.convert("1").save(folder / f"{character:04}_{drawer:02}.png")
    return root


def class_folders(
    root: Path,
    names: Iterable[str] = ("ankh", "hand", "owl", "reed"),
    drawings: int | Callable[[int], int] = 4,
    suffix: str = ".png",
) -> Path:
    """Make NAME/1.png and so on below `root`; `drawings` may depend on the name's number."""
    for number, name in enumerate(names):
        (root / name).mkdir(parents=True)
        for drawing in range(1, (drawings if isinstance(drawings, int) else drawings(number)) + 1):
            scribble(number, drawing, (160, 160)).save(root / name / f"{drawing}{suffix}")
    return root
