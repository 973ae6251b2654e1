"""Composes pages of many glyphs, with the true box of each: lines of writing that slant, dots, and paper that is clean
or hard (ruled, squared, shaded, grainy, with a page number)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Grey = NDArray[np.uint8]
Box = tuple[int, int, int, int]
PAPERS = ("ruled", "squared", "shadow", "ruled and shadow", "squared and shadow")


@dataclass(frozen=True, eq=False)
class Composed:
    """grey: (H, W) uint8. boxes: of each glyph's ink, left, top, right, bottom in pixels, in reading order."""

    grey: Grey
    boxes: list[Box]
    paper: str


def smooth(glyph: NDArray[np.bool_], side: int) -> Grey:
    """Return a small 1-bit drawing enlarged to `side` pixels, 255 on ink, with even edges."""
    big = Image.fromarray(glyph.astype(np.uint8) * 255).resize((side, side), Image.Resampling.BICUBIC)
    soft = np.asarray(big.filter(ImageFilter.GaussianBlur(side / 105 * 0.8)), np.float32)
    return np.clip((soft - 128) * 3 + 128, 0, 255).astype(np.uint8)


def compose(drawings: Sequence[NDArray[np.bool_]], rng: np.random.Generator, hard: bool, paper: str = "") -> Composed:
    """Return a page with these drawings (square, True on ink). hard: on paper that has marks of its own, `paper` or any
    of PAPERS."""
    side = int(rng.integers(110, 190))  # pixels of a drawing's canvas
    columns = int(np.ceil(np.sqrt(len(drawings) * rng.uniform(0.7, 1.6))))
    lines = [drawings[i : i + columns] for i in range(0, len(drawings), columns)]
    typical = side * 0.65
    gap = rng.uniform(0.4, 0.8) * typical
    slope = np.tan(np.radians(rng.uniform(-4, 4)))
    width = int(columns * (side + gap) + 3 * side)
    height = int(len(lines) * (side + gap) + 4 * side + abs(slope) * width)
    ink = np.zeros((height, width), np.uint8)
    boxes: list[Box] = []
    y = 1.5 * side + max(0.0, -slope * width)
    for line in lines:
        x = 1.2 * side + rng.uniform(0, 0.5) * side
        for drawing in line:
            stamp = _with_dots(smooth(drawing, side), rng)
            rows, cols = np.flatnonzero((stamp > 128).any(1)), np.flatnonzero((stamp > 128).any(0))
            stamp = stamp[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
            base = y + slope * x + (side - len(stamp)) / 2 + rng.uniform(-0.08, 0.08) * typical
            top, left = int(base), int(x)
            place = ink[top : top + stamp.shape[0], left : left + stamp.shape[1]]
            np.maximum(place, stamp[: place.shape[0], : place.shape[1]], out=place)
            boxes.append((left, top, left + stamp.shape[1], top + stamp.shape[0]))
            x += stamp.shape[1] + gap * rng.uniform(0.85, 1.4)
        y += side + gap * rng.uniform(0.6, 1.0)
    paper = paper or (str(rng.choice(PAPERS)) if hard else "clean")
    return Composed(_on_paper(ink, paper, side, rng), boxes, paper)


def _with_dots(stamp: Grey, rng: np.random.Generator) -> Grey:
    """Add dots or a bar above or below a quarter of the glyphs, as letters with diacritics have."""
    if rng.random() > 0.25:
        return stamp
    side = len(stamp)
    rows, cols = np.flatnonzero((stamp > 128).any(1)), np.flatnonzero((stamp > 128).any(0))
    room = side // 2
    padded = Image.fromarray(np.pad(stamp, room))
    draw = ImageDraw.Draw(padded)
    pen = side / 105 * 3.2
    distance = rng.uniform(0.1, 0.22) * side * 0.65
    y = rows[0] + room - distance if rng.random() < 0.7 else rows[-1] + room + distance
    middle = (cols[0] + cols[-1]) / 2 + room + rng.uniform(-0.1, 0.1) * side
    if rng.random() < 0.3:
        draw.line([(middle - side * 0.14, y), (middle + side * 0.14, y + rng.uniform(-3, 3))], fill=255, width=int(pen))
    else:
        count = int(rng.integers(1, 4))
        radius = pen * rng.uniform(0.6, 1.0)
        for i in range(count):
            x = middle + (i - (count - 1) / 2) * max(side * 0.14, 3.2 * radius)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(padded)


def _on_paper(ink: Grey, paper: str, side: int, rng: np.random.Generator) -> Grey:
    height, width = ink.shape
    if paper == "clean":
        return 255 - ink
    page = Image.new("L", (width, height), 238)
    draw = ImageDraw.Draw(page)
    shade = int(rng.choice([205, 185, 150]))
    step = side * rng.uniform(0.3, 0.6) if "squared" in paper else side * rng.uniform(0.5, 0.9)
    thick = max(1, round(side / 105 * rng.uniform(0.7, 1.2)))
    if "ruled" in paper or "squared" in paper:
        for y in np.arange(step, height, step):
            draw.line([(0, y), (width, y)], fill=shade, width=thick)
    if "squared" in paper:
        for x in np.arange(step / 2, width, step):
            draw.line([(x, 0), (x, height)], fill=shade, width=thick)
    number = Image.new("L", (36, 14), 0)
    ImageDraw.Draw(number).text((1, 1), str(int(rng.integers(10, 400))), fill=255)
    number = number.resize((int(side * 0.9), int(side * 0.35)), Image.Resampling.BICUBIC)
    whole = ink.copy()
    top, left = height - int(0.6 * side), width // 2
    whole[top : top + number.height, left : left + number.width] = np.asarray(number)
    light = np.ones((height, width), np.float32)
    if "shadow" in paper:
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        across = (xs - width / 2) * np.cos(angle) + (ys - height / 2) * np.sin(angle)
        edge = 1 / (1 + np.exp(-np.clip(across / (0.06 * width), -30, 30)))
        light -= np.float32(rng.choice([0.2, 0.4, 0.6])) * edge.astype(np.float32)
    darkness = whole.astype(np.float32) / 255
    grey = np.asarray(page, np.float32) * (1 - darkness) + 45 * darkness
    noise = rng.normal(0, 4, size=(height, width)).astype(np.float32)
    out = Image.fromarray(np.clip(grey * light + noise, 0, 255).astype(np.uint8))
    packed = io.BytesIO()
    out.filter(ImageFilter.GaussianBlur(0.8)).save(packed, "JPEG", quality=int(rng.integers(50, 90)))
    return np.asarray(Image.open(packed))


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share, over the area that they cover together."""
    w = min(one[2], other[2]) - max(one[0], other[0])
    h = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(w, 0) * max(h, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)
