"""More paper, composed after the search for ink was tuned on `papers.py`: other sizes, pens, boxes, shadows and marks.

`MORE_PAPERS` maps the name of each paper to a function from strokes and a random generator to a coloured picture.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from glyphstudio.glyphs.ink import Ink
from tests.glyphs.papers import DARK, Colour, Floats, Paper, Rng, cover, image_of, inked, perspective, sheet

WIDE, HIGH = 900, 700  # pixels of a sheet
PAPER: Colour = (248, 247, 243)
PEN: Colour = (40, 42, 70)

Marks = Callable[[Image.Image, ImageDraw.ImageDraw, Rng], None]


def put(ink: Ink, rng: Rng, page: Floats, *, share: float = 0.42, pen: float = 7, colour: Colour = PEN) -> Floats:
    """Return the page with the drawing somewhere on it."""
    high, wide = page.shape[:2]
    side = share * min(wide, high)
    left, top = rng.uniform(0.1, 0.9, 2) * (wide - side, high - side)
    return inked(page, cover(ink, (wide, high), (float(left), float(top), side), pen), colour)


def lined(
    ink: Ink,
    rng: Rng,
    *,
    gap: float,
    width: int,
    colour: Colour,
    squares: bool = False,
    heavy: Colour | None = None,
    tilt: float = 0.0,
    grain: float = 0.0,
    pen: float = 7,
    pen_colour: Colour = PEN,
    size: tuple[int, int] = (WIDE, HIGH),
    share: float = 0.42,
) -> Image.Image:
    """heavy: the colour of every fifth line, as on millimetre paper."""
    page = sheet(PAPER, size)
    for step, thick, shade in [(gap, width, colour), *([(5 * gap, width + 1, heavy)] if heavy else [])]:
        for axis in range(2 if squares else 1):
            for place in np.arange(rng.uniform(0, gap), page.shape[axis], step).astype(int):
                where = (slice(None),) * axis + (slice(place, place + thick),)
                page[where] = shade
    page = put(ink, rng, page, share=share, pen=pen, colour=pen_colour)
    image = image_of(page + rng.normal(0, grain, page.shape))
    return image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=PAPER)


def boxed(
    ink: Ink, rng: Rng, *, width: int = 4, tilt: float = 0.0, dashed: bool = False, double: bool = False
) -> Image.Image:
    side = 0.4 * HIGH
    left, top = (np.array([WIDE - side, HIGH - side]) / 2 + rng.uniform(-40, 40, 2)).tolist()
    page = inked(sheet(PAPER, (WIDE, HIGH)), cover(ink, (WIDE, HIGH), (left, top, side), 7), PEN)
    image = image_of(page)
    brush = ImageDraw.Draw(image)
    low, high = np.array([left, top]) - 60, np.array([left, top]) + side + 60
    if dashed:
        for at in np.arange(low[0], high[0], 24):
            for y in (low[1], high[1]):
                brush.line((at, y, at + 12, y), fill=DARK, width=width)
        for at in np.arange(low[1], high[1], 24):
            for x in (low[0], high[0]):
                brush.line((x, at, x, at + 12), fill=DARK, width=width)
    else:
        brush.rectangle((*low, *high), outline=DARK, width=width)
    if double:
        brush.rectangle((*(low - 14), *(high + 14)), outline=DARK, width=2)
    return image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=PAPER)


def form(ink: Ink, rng: Rng, *, columns: int = 6, rows: int = 4) -> Image.Image:
    """A drawing in one of many boxes, whose lines are as dark as the pen's."""
    page = sheet(PAPER, (WIDE, HIGH))
    wide, high = 780 // columns, 600 // rows
    for column in range(columns + 1):
        page[50 : 50 + rows * high, 60 + column * wide : 62 + column * wide] = PEN
    for row in range(rows + 1):
        page[50 + row * high : 52 + row * high, 60 : 60 + columns * wide] = PEN
    left, top = 60 + wide * int(rng.integers(0, columns)), 50 + high * int(rng.integers(0, rows))
    box = (left + 0.18 * wide, top + 0.18 * high, 0.65 * min(wide, high))
    return image_of(inked(page, cover(ink, (WIDE, HIGH), box, 5), PEN))


def marked(ink: Ink, rng: Rng, *, marks: Marks) -> Image.Image:
    image = image_of(put(ink, rng, sheet(PAPER, (WIDE, HIGH)), share=0.4))
    marks(image, ImageDraw.Draw(image), rng)
    return image


def _holes(image: Image.Image, brush: ImageDraw.ImageDraw, rng: Rng) -> None:
    for y in (150, 350, 550):
        brush.ellipse((14, y, 54, y + 40), fill=(70, 70, 72))


def _crop_marks(image: Image.Image, brush: ImageDraw.ImageDraw, rng: Rng) -> None:
    for x in (30, WIDE - 30):
        for y in (30, HIGH - 30):
            brush.line((x - 18, y, x + 18, y), fill=DARK, width=2)
            brush.line((x, y - 18, x, y + 18), fill=DARK, width=2)


def _foot_line(image: Image.Image, brush: ImageDraw.ImageDraw, rng: Rng) -> None:
    brush.line((80, HIGH - 40, WIDE - 80, HIGH - 40), fill=DARK, width=3)


def _thumb(image: Image.Image, brush: ImageDraw.ImageDraw, rng: Rng) -> None:
    brush.ellipse((-80, HIGH - 170, 120, HIGH + 90), fill=(200, 150, 125))


def shaded(ink: Ink, rng: Rng, *, shape: str, depth: float, under: Paper | None = None) -> Image.Image:
    """A shadow with soft edges: of a hand, of two bars across the sheet, or of a window."""
    image = under(ink, rng) if under else image_of(put(ink, rng, sheet(PAPER, (WIDE, HIGH))))
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    if shape == "hand":
        dark = Image.new("L", (WIDE, HIGH), 0)
        brush = ImageDraw.Draw(dark)
        for finger in range(4):
            top = 0.3 * HIGH + finger * 40
            brush.ellipse((0.55 * WIDE + finger * 60, top, 1.3 * WIDE, top + 120), fill=255)
        brush.ellipse((0.7 * WIDE, 0.5 * HIGH, 1.4 * WIDE, 1.3 * HIGH), fill=255)
    elif shape == "bars":
        dark = Image.fromarray(((x + 0.6 * y) % (0.9 * WIDE) < 0.3 * WIDE).astype(np.uint8) * 255)
    else:
        dark = Image.fromarray(((x // (WIDE / 5) + y // (HIGH / 4)) % 2).astype(np.uint8) * 255)
    soft = np.asarray(dark.filter(ImageFilter.GaussianBlur(8)), np.float32)[..., None] / 255
    return image_of(np.asarray(image, np.float32) * (1 - depth * soft) + rng.normal(0, 2.5, (HIGH, WIDE, 1)))


def photographed(ink: Ink, rng: Rng, *, paper: Paper, desk: Colour = (110, 85, 60)) -> Image.Image:
    """A sheet on a desk in perspective, in uneven light, slightly blurred, with grain."""
    wide, high = 1500, 1100
    flat = paper(ink, rng)
    corners = np.array([(0.15, 0.08), (0.85, 0.1), (0.93, 0.94), (0.07, 0.9)]) * (wide, high)
    numbers = perspective(corners + rng.uniform(-40, 40, (4, 2)), flat.size)
    warped = flat.convert("RGBA").transform(
        (wide, high), Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BILINEAR
    )
    base = Image.new("RGBA", (wide, high), (*desk, 255))
    base.alpha_composite(warped)
    pixels = np.asarray(base.convert("RGB").filter(ImageFilter.GaussianBlur(1.5)), np.float32)
    light = 1 - 0.3 * np.linspace(0, 1, wide)[None, :, None] * np.linspace(0.6, 1, high)[:, None, None]
    return image_of(pixels * light + rng.normal(0, 4, pixels.shape))


_SQUARES = partial(lined, gap=30, width=2, colour=(160, 180, 210), squares=True)
_RULED = partial(lined, gap=60, width=2, colour=(120, 150, 210))

MORE_PAPERS: dict[str, Paper] = {
    "squares with grain": partial(lined, gap=25, width=2, colour=(170, 190, 215), squares=True, grain=5),
    "tilted squares": partial(lined, gap=36, width=2, colour=(170, 185, 210), squares=True, tilt=4),
    "millimetre paper": partial(lined, gap=8, width=1, colour=(248, 205, 170), squares=True, heavy=(235, 150, 90)),
    "black squares, pencil": partial(
        lined, gap=40, width=2, colour=(20, 20, 20), squares=True, pen_colour=(110, 110, 115)
    ),
    "thick black ruling, thin pen": partial(lined, gap=110, width=5, colour=(20, 20, 20), pen=5),
    "large squared page, small glyph": partial(
        lined, gap=50, width=2, colour=(150, 170, 200), squares=True, pen=9, size=(3000, 2200), share=0.1
    ),
    "box tilted by 5 degrees": partial(boxed, tilt=5.0),
    "dashed box": partial(boxed, width=3, dashed=True),
    "double box": partial(boxed, double=True),
    "form of 24 boxes": form,
    "form of 6 boxes": partial(form, columns=3, rows=2),
    "punched holes": partial(marked, marks=_holes),
    "crop marks": partial(marked, marks=_crop_marks),
    "line at the foot": partial(marked, marks=_foot_line),
    "thumb": partial(marked, marks=_thumb),
    "hand's shadow 50 %": partial(shaded, shape="hand", depth=0.5),
    "two bars of shadow 70 %": partial(shaded, shape="bars", depth=0.7),
    "window's shadow 40 %": partial(shaded, shape="window", depth=0.4),
    "shadow on squares": partial(shaded, shape="bars", depth=0.5, under=_SQUARES),
    "shadow on ruling": partial(shaded, shape="hand", depth=0.5, under=_RULED),
    "photo, ruled": partial(photographed, paper=_RULED),
    "photo, squares": partial(photographed, paper=_SQUARES),
    "photo, box": partial(photographed, paper=boxed),
    "photo, box, black desk": partial(photographed, paper=boxed, desk=(15, 15, 18)),
}
