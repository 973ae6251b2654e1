"""Measures how well filled shapes and wedge signs are told apart, with and without areas in the bitmap.

    python tests/benchmarks/filled_shapes.py [--weights FILE]

Eight solid shapes and their redrawings, and a hundred arrangements of wedges (Gottstein's four kinds: upright, level,
slanting, and the corner wedge), each drawn clean and again as if re-photographed: turned, moved, blurred, in uneven
light. All are enrolled from one picture, and the other picture is asked about.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SIDE = 320  # pixels
SHAPES = ("disc", "square", "diamond", "star", "triangle-up", "triangle-down", "wedge-left", "wedge-right")


def wedge(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], length: float, turn: float, rng: np.random.Generator
) -> None:
    """Draw a wedge: a triangular head and a tail, its head at `at`, turned by `turn` degrees from level."""
    angle = np.deg2rad(turn + rng.normal(0, 3))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    length *= 1 + rng.normal(0, 0.05)
    head, half, thin = 0.34 * length, 0.2 * length, 0.03 * length
    corners = [(0, half), (head, thin), (length, thin / 2), (length, -thin / 2), (head, -thin), (0, -half)]
    points = [tuple(np.array(at) + a * along + b * across) for a, b in corners]
    draw.polygon(points, fill=20)


def corner(draw: ImageDraw.ImageDraw, x: float, y: float, size: float, rng: np.random.Generator) -> None:
    """Draw a corner wedge (Winkelhaken)."""
    size *= 1 + rng.normal(0, 0.05)
    points = [(x, y), (x + 0.5 * size, y - 0.5 * size), (x + 0.35 * size, y), (x + 0.5 * size, y + 0.5 * size)]
    draw.polygon(points, fill=20)


def arrangement(number: int) -> list[tuple[int, int]]:
    """Return the wedges of a sign: two to six kinds, each in one of nine cells."""
    rng = np.random.default_rng([7, number])
    cells = rng.choice(9, int(rng.integers(2, 7)), replace=False)
    return [(int(rng.integers(0, 5)), int(cell)) for cell in cells]


def sign(number: int, again: bool) -> Image.Image:
    """Return wedge sign `number` (0..99) as a printed or, if `again`, as a re-photographed picture."""
    rng = np.random.default_rng([8, number, again])
    image = Image.new("L", (SIDE, SIDE), 245)
    draw = ImageDraw.Draw(image)
    for kind, cell in arrangement(number):
        x, y = np.array([50 + 70 * (cell % 3), 50 + 70 * (cell // 3)]) + rng.normal(0, 3, 2)
        if kind == 4:
            corner(draw, x, y, 55, rng)
        else:
            wedge(draw, (x, y), 85, (0, 90, 45, 135)[kind], rng)
    if not again:
        return image
    image = image.rotate(rng.normal(0, 2), Image.Resampling.BILINEAR, fillcolor=245)
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    light = 1 - 0.3 * np.linspace(0, 1, SIDE)[None, :]
    return Image.fromarray(np.clip(pixels * light + rng.normal(0, 3, pixels.shape), 0, 255).astype(np.uint8))


def main() -> None:
    from glyphstudio.engine.weights.file import load_weights, shipped_weights
    from glyphstudio.glyphs.importing import load_drawing
    from glyphstudio.glyphs.picture import Picture
    from glyphstudio.glyphs.render import RenderStyle, render_picture
    from glyphstudio.glyphs.scan.cutting import cut_ink

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=shipped_weights("protonet"))
    arguments = parser.parse_args()
    learner = load_weights(arguments.weights).learner
    folder = ROOT / "tests" / "cases" / "solid-shapes"
    sets: dict[str, tuple[list[Picture], list[Picture]]] = {"eight solid shapes": ([], [])}
    for name in SHAPES:
        for index, file in enumerate((f"{name}.png", f"{name}-again.png")):
            picture = load_drawing(folder / file)
            assert isinstance(picture, Picture)
            sets["eight solid shapes"][index].append(picture)
    signs = [[cut_ink(sign(number, again))[0] for number in range(100)] for again in (False, True)]
    sets["a hundred wedge signs"] = (signs[0], signs[1])
    for title, (first, second) in sets.items():
        for areas in (False, True):
            style = RenderStyle(areas=areas)
            support, query = (np.stack([render_picture(one, style) for one in many]) for many in (first, second))
            right = nearest(learner, support, query)
            pixels = int(
                (
                    distances(support.reshape(len(support), -1), query.reshape(len(query), -1)).argmin(1)
                    == np.arange(len(query))
                ).sum()
            )
            print(
                f"{title:24} areas {'kept' if areas else 'thinned':8} {right:3} of {len(query)}, "
                f"bitmaps alone {pixels:3}",
                flush=True,
            )


def distances(support: np.ndarray, query: np.ndarray) -> np.ndarray:
    result: np.ndarray = ((query[:, None] - support[None]) ** 2).sum(-1)
    return result


def nearest(learner: object, support: np.ndarray, query: np.ndarray) -> int:
    import torch

    with torch.no_grad():
        remember = learner.remember  # type: ignore[attr-defined]
        one, two = (remember(torch.from_numpy(some)[:, None]).numpy() for some in (support, query))
    return int((distances(one, two).argmin(1) == np.arange(len(two))).sum())


if __name__ == "__main__":
    main()
