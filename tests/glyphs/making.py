"""Drawings for the renderer's tests: the same centre lines as ink, as a clean picture and as a photo."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture

Lines = list[list[tuple[float, float]]]
Grey = NDArray[np.uint8]

WAVE: Lines = [
    [(0.15 + 0.7 * i / 60, 0.5 + 0.25 * float(np.sin(i / 7.5))) for i in range(61)],
    [(0.3 + 0.4 * i / 30, 0.15 + 0.7 * i / 30) for i in range(31)],
]
BOX: Lines = [
    [(0.2 + 0.6 * i / 30, 0.2) for i in range(31)]
    + [(0.8, 0.2 + 0.6 * i / 30) for i in range(31)]
    + [(0.8 - 0.6 * i / 30, 0.8) for i in range(31)]
    + [(0.2, 0.8 - 0.6 * i / 30) for i in range(31)],
    [(0.2 + 0.6 * i / 30, 0.5) for i in range(31)],
]
HOOK: Lines = [[(0.25, 0.2 + 0.55 * i / 30) for i in range(31)] + [(0.25 + 0.4 * i / 20, 0.75) for i in range(21)]]
GLYPHS = {"wave": WAVE, "box": BOX, "hook": HOOK}

LIGHTS: tuple[dict[str, float], ...] = (  # of photos, for `photographed`
    {},
    {"light": 0.0},
    {"light": 0.7},
    {"light": 0.1, "corners": 0.6},
    {"ink": 0.5},
    {"grain": 0.05, "texture": 0.04},
    {"blur": 3.0},
)


def ink_of(lines: Lines) -> Ink:
    return Ink.of(lines)


def drawn(lines: Lines, size: int, pen: float, sharp: int = 4) -> Grey:
    """Draw black on white, size x size, with a round pen `pen` pixels wide; antialiased from `sharp` times the size."""
    image = Image.new("L", (size * sharp, size * sharp), 255)
    brush = ImageDraw.Draw(image)
    half = pen * sharp / 2
    for line in lines:
        points = [(x * size * sharp, y * size * sharp) for x, y in line]
        if len(points) > 1:
            brush.line(points, fill=0, width=max(round(2 * half), 1), joint="curve")
        for x, y in points:
            brush.ellipse((x - half, y - half, x + half, y + half), fill=0)
    return np.array(image.resize((size, size), Image.Resampling.BOX))


def photographed(
    lines: Lines,
    size: int,
    pen: float,
    *,
    light: float = 0.5,
    corners: float = 0.0,
    ink: float = 0.25,
    grain: float = 0.02,
    texture: float = 0.02,
    blur: float = 1.5,
) -> Picture:
    """Return the lines as a phone would photograph them. light: the share lost from the left edge to the right;
    corners: towards the corners. ink: its shade on paper of shade 1. grain, texture: standard deviations of single
    pixels, and of patches 8 pixels wide. blur: pixels."""
    rng = np.random.default_rng(7)
    page = Image.fromarray(drawn(lines, size, pen, 1 if size > 1000 else 3)).filter(ImageFilter.GaussianBlur(blur))
    y, x = np.mgrid[0:size, 0:size] / size
    fall_off = 1 - light * x - 2 * corners * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    patches = Image.fromarray(rng.normal(0, 1, (size // 8 + 1, size // 8 + 1)).astype(np.float32)).resize((size, size))
    paper = 0.92 + texture * np.asarray(patches)
    shade = paper * (ink + (1 - ink) * np.asarray(page) / 255) * fall_off + rng.normal(0, grain, (size, size))
    return Picture((np.clip(shade, 0, 1) * 255).astype(np.uint8))


def jpeg(grey: Grey, quality: int) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=quality)
    return Picture(np.array(Image.open(buffer)))


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the correlation of two bitmaps: 1 for equal ones, about 0 for unrelated ones. Unlike a mean difference, it
    does not reward that most of every bitmap is paper."""
    if not one.any() or not other.any():
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
