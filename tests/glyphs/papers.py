"""A drawing on paper as people have it: ruled or squared, in boxes and shadows, in coloured ink, blurred, on a page.

`PAPERS` maps the name of each paper to a function from strokes and a random generator to a coloured picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from glyphstudio.glyphs.ink import Ink

Colour = tuple[int, int, int]
Rng = np.random.Generator
Paper = Callable[[Ink, Rng], Image.Image]
Floats = NDArray[np.floating]

SIDE = 400  # pixels of a sheet
DARK: Colour = (35, 35, 40)
WHITE: Colour = (250, 250, 248)


def cover(ink: Ink, size: tuple[int, int], box: tuple[float, float, float], pen: float) -> Floats:
    """Return how much ink covers each pixel (H, W), 0..1. box: left, top and side, pixels."""
    sharp = 3 if max(size) < 1500 else 1
    image = Image.new("L", (size[0] * sharp, size[1] * sharp), 0)
    brush = ImageDraw.Draw(image)
    half = pen * sharp / 2
    left, top, side = box
    every = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, extent = every.min(0), float((every.max(0) - every.min(0)).max())
    middle = (side - (every.max(0) - low) / extent * side) / 2
    for stroke in ink.strokes:
        points = [
            tuple(((xy - low) / extent * side + middle + (left, top)) * sharp) for xy in stroke.xy.astype(np.float64)
        ]
        if len(points) > 1:
            brush.line(points, fill=255, width=max(round(2 * half), 1), joint="curve")
        for x, y in points:
            brush.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) / 255


def sheet(colour: Colour, size: tuple[int, int] = (SIDE, SIDE)) -> Floats:
    """Return paper (H, W, 3), 0..255."""
    return np.full((size[1], size[0], 3), colour, np.float32)


def inked(paper: Floats, where: Floats, colour: Colour) -> Floats:
    return paper * (1 - where[..., None]) + np.array(colour, np.float32) * where[..., None]


def image_of(pixels: Floats) -> Image.Image:
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def _lines(shape: tuple[int, ...], gap: float, width: int, shift: float, across: bool) -> Floats:
    height, wide = shape[:2]
    mask = np.zeros((height, wide), np.float32)
    for place in np.arange(shift, height if across else wide, gap):
        at = int(place)
        if across:
            mask[at : at + width] = 1
        else:
            mask[:, at : at + width] = 1
    return mask


def lined(
    ink: Ink,
    rng: Rng,
    *,
    colour: Colour,
    gap: float = 26,
    width: int = 1,
    squares: bool = False,
    paper: Colour = WHITE,
    pen: float = 6,
    pen_colour: Colour = DARK,
    over: bool = False,
    side: float = 0.5,
) -> Image.Image:
    """Ruling or squares under the drawing; `over`: darker than the pen, so they show through it."""
    page = sheet(paper)
    marks = _lines(page.shape, gap, width, rng.uniform(0, gap), across=True)
    if squares:
        marks = np.maximum(marks, _lines(page.shape, gap, width, rng.uniform(0, gap), across=False))
    where = cover(ink, (SIDE, SIDE), _place(rng, side), pen)
    layers = [(where, pen_colour), (marks, colour)] if over else [(marks, colour), (where, pen_colour)]
    for mask, shade in layers:
        page = inked(page, mask, shade)
    return image_of(page)


def _place(rng: Rng, share: float = 0.5, size: int = SIDE) -> tuple[float, float, float]:
    side = share * size
    left, top = rng.uniform(0.12 * size, 0.88 * size - side, 2)
    return float(left), float(top), side


def dotted(ink: Ink, rng: Rng) -> Image.Image:
    page = sheet(WHITE)
    for y in range(9, SIDE, 20):
        for x in range(9, SIDE, 20):
            page[y : y + 2, x : x + 2] = (150, 155, 165)
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng), 6), DARK))


def boxed(
    ink: Ink, rng: Rng, *, width: int = 3, margin: int = 30, colour: Colour = DARK, tilt: float = 0.0
) -> Image.Image:
    """A drawn or printed box round the drawing; with margin 0 a border round the picture."""
    page = sheet(WHITE)
    box = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(box).rectangle((margin, margin, SIDE - 1 - margin, SIDE - 1 - margin), outline=255, width=width)
    box = box.rotate(tilt, Image.Resampling.BILINEAR)
    page = inked(page, np.asarray(box, np.float32) / 255, colour)
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng, 0.45), 6), DARK))


def table(ink: Ink, rng: Rng) -> Image.Image:
    """A cell of a table whose lines go on beyond it."""
    page = sheet(WHITE)
    for at in (28, SIDE - 34):
        page[at : at + 2] = DARK
        page[:, at : at + 2] = DARK
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng, 0.45), 6), DARK))


def scan_edge(ink: Ink, rng: Rng, sides: int = 1) -> Image.Image:
    """Dark bars where the scanner's lid was open."""
    page = sheet(WHITE)
    for side in rng.permutation(4)[:sides]:
        page = np.rot90(page, side).copy()
        bar = int(rng.uniform(8, 30))
        page[:bar] = np.linspace(20, 60, bar)[:, None, None]
        page[bar : bar + 4] = np.linspace(60, 240, 4)[:, None, None]
        page = np.rot90(page, -side).copy()
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng, 0.45), 6), DARK))


def fold(ink: Ink, rng: Rng) -> Image.Image:
    """A fold across the sheet: a thin dark line, and a little shadow on one side."""
    page = sheet(WHITE)
    at = int(rng.uniform(0.3, 0.7) * SIDE)
    page[at:] *= 0.93
    page[at - 1 : at + 2] *= 0.6
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng), 6), DARK))


def shadow(ink: Ink, rng: Rng, depth: float = 0.2, blur: float = 6, grain: float = 2.0) -> Image.Image:
    """A shadow over a corner."""
    page = inked(sheet(WHITE), cover(ink, (SIDE, SIDE), _place(rng), 6), DARK)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    angle = rng.uniform(0, 2 * np.pi)
    edge = (x - SIDE / 2) * np.cos(angle) + (y - SIDE / 2) * np.sin(angle) > rng.uniform(-0.1, 0.2) * SIDE
    dark = Image.fromarray((edge * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    page = page * (1 - depth * np.asarray(dark, np.float32)[..., None] / 255)
    return image_of(page + rng.normal(0, grain, (SIDE, SIDE, 1)))


def uneven(ink: Ink, rng: Rng) -> Image.Image:
    page = inked(sheet(WHITE), cover(ink, (SIDE, SIDE), _place(rng), 6), DARK)
    x = np.linspace(0, 1, SIDE)[None, :, None]
    y = np.linspace(0, 1, SIDE)[:, None, None]
    return image_of(page * (1 - 0.55 * x - 0.2 * y * y) + rng.normal(0, 3, (SIDE, SIDE, 1)))


def phone(
    ink: Ink, rng: Rng, squares: Colour | None = None, desk: Colour = (96, 74, 58), ruled: Colour | None = None
) -> Image.Image:
    """A sheet on a desk in perspective, in uneven light, slightly blurred, with grain."""
    wide, high = 1600, 1200
    page = sheet((244, 243, 238), (1200, 1200))
    if squares or ruled:
        marks = _lines(page.shape, 60, 3, 20, across=True)
        if squares:
            marks = np.maximum(marks, _lines(page.shape, 60, 3, 30, across=False))
        page = inked(page, marks, squares or ruled or DARK)
    page = inked(page, cover(ink, (1200, 1200), _place(rng, 0.4, 1200), 14), (40, 42, 60))
    corners = np.array([(250, 60), (1330, 100), (1500, 1130), (90, 1090)]) + rng.uniform(-40, 40, (4, 2))
    flat = Image.fromarray(page.astype(np.uint8)).convert("RGBA")
    warped = flat.transform(
        (wide, high), Image.Transform.PERSPECTIVE, perspective(corners, (1200, 1200)), Image.Resampling.BILINEAR
    )
    base = Image.new("RGBA", (wide, high), (*desk, 255))
    base.alpha_composite(warped)
    pixels = np.asarray(base.convert("RGB").filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    light = 1 - 0.35 * np.linspace(0, 1, wide)[None, :, None] - 0.1 * np.linspace(0, 1, high)[:, None, None]
    return image_of(pixels * light + rng.normal(0, 4, pixels.shape))


def perspective(corners: NDArray[np.float64], size: tuple[int, int]) -> tuple[float, ...]:
    """Return Pillow's eight numbers for the map of `corners` (in the picture) to those of a sheet of this size."""
    sheet_corners = [(0, 0), (size[0], 0), size, (0, size[1])]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, sheet_corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)))


def small(ink: Ink, rng: Rng) -> Image.Image:
    """A glyph on a hundredth of a scanned page."""
    page = sheet(WHITE, (2200, 3000))
    left, top = rng.uniform(100, 1900), rng.uniform(100, 2600)
    return image_of(inked(page, cover(ink, (2200, 3000), (left, top, 240), 8), DARK))


def tiny(ink: Ink, rng: Rng) -> Image.Image:
    """A glyph of 60 pixels on a page of six million."""
    page = sheet(WHITE, (3000, 2200))
    left, top = rng.uniform(100, 2800), rng.uniform(100, 2000)
    return image_of(inked(page, cover(ink, (3000, 2200), (left, top, 60), 3), DARK))


def blurred(ink: Ink, rng: Rng, radius: float = 4, size: int = 160, pen: float = 14) -> Image.Image:
    """A tight close-up out of focus."""
    page = inked(sheet(WHITE, (size, size)), cover(ink, (size, size), (10, 10, size - 20), pen), (5, 5, 5))
    return image_of(page).filter(ImageFilter.GaussianBlur(radius))


def rough_jpeg(ink: Ink, rng: Rng, quality: int = 10) -> Image.Image:
    page = image_of(inked(sheet(WHITE), cover(ink, (SIDE, SIDE), _place(rng), 6), DARK))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def coloured(ink: Ink, rng: Rng, pen: Colour, paper: Colour, grain: float = 0.0) -> Image.Image:
    page = inked(sheet(paper), cover(ink, (SIDE, SIDE), _place(rng), 7), pen)
    return image_of(page + rng.normal(0, grain, page.shape))


def show_through(ink: Ink, rng: Rng) -> Image.Image:
    """The back's writing, mirrored and pale."""
    page = sheet(WHITE)
    back = cover(ink, (SIDE, SIDE), _place(rng, 0.7), 7)[:, ::-1]
    back = np.asarray(Image.fromarray((back * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2)), np.float32)
    page = inked(page, back / 255, (215, 215, 212))
    return image_of(inked(page, cover(ink, (SIDE, SIDE), _place(rng), 6), DARK))


PAPERS: dict[str, Paper] = {
    "clean": partial(lined, colour=WHITE),
    "pale squares": partial(lined, colour=(215, 215, 215), squares=True, gap=25),
    "pale blue squares": partial(lined, colour=(190, 212, 235), squares=True, gap=20),
    "mid-blue squares": partial(lined, colour=(110, 150, 205), squares=True, gap=25, width=2),
    "dark squares, thin": partial(lined, colour=(70, 70, 80), squares=True, gap=40, width=1),
    "pale ruling": partial(lined, colour=(200, 205, 220)),
    "dark ruling": partial(lined, colour=(60, 60, 70), width=2, gap=40),
    "ruling darker than the pen": partial(
        lined, colour=(20, 20, 25), width=2, gap=40, pen_colour=(110, 110, 125), over=True
    ),
    "dots": dotted,
    "printed box": boxed,
    "tilted box": partial(boxed, tilt=3.0, margin=36),
    "border": partial(boxed, width=2, margin=0),
    "table": table,
    "scan edge": scan_edge,
    "scan edges": partial(scan_edge, sides=3),
    "fold": fold,
    "shadow 20 %": partial(shadow, depth=0.2),
    "shadow 40 %": partial(shadow, depth=0.4),
    "shadow 60 %": partial(shadow, depth=0.6),
    "soft shadow 60 %": partial(shadow, depth=0.6, blur=20),
    "uneven light": uneven,
    "phone": phone,
    "phone, white desk": partial(phone, desk=(228, 226, 222)),
    "phone, dark desk": partial(phone, desk=(30, 28, 30)),
    "phone, mid-blue squares": partial(phone, squares=(120, 150, 200)),
    "phone, pale squares": partial(phone, squares=(205, 215, 228)),
    "phone, dark ruling": partial(phone, ruled=(70, 72, 84)),
    "hundredth of a page": small,
    "60 pixels of a page": tiny,
    "blur 4": blurred,
    "blur 8": partial(blurred, radius=8),
    "JPEG quality 10": rough_jpeg,
    "red on green": partial(coloured, pen=(200, 67, 100), paper=(60, 148, 60)),
    "yellow on white": partial(coloured, pen=(250, 230, 60), paper=(252, 252, 250), grain=1.5),
    "pink on yellow card": partial(coloured, pen=(240, 130, 170), paper=(238, 196, 70), grain=2.0),
    "white chalk": partial(coloured, pen=(225, 225, 220), paper=(45, 60, 50), grain=4.0),
    "show-through": show_through,
}
