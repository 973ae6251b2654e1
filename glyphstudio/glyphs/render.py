"""The only way from ink or picture to bitmap.

Ink and pictures both become centre lines: pen strokes already are centre lines, and a picture's ink is thinned to them.
Areas of a picture that are wider than its lines, such as wedges and filled shapes, stay filled (areas.py). The renderer
then places all of it (`RenderStyle`) and draws it, antialiased, with one stroke width. So a bitmap does not depend on
the canvas's size, its pixel ratio, the density of the points, the pen's width, or the drawing's place on the canvas.
docs/measurements.md, "Renderer", says how placement and stroke width were chosen.

Pen pressure and time do not affect the bitmap, because a mouse and a scanner have neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.areas import worn_areas
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.paper import SEARCH_SIDE, ink_mask
from glyphstudio.glyphs.picture import Drawing, Picture
from glyphstudio.glyphs.thinning import thin

Bitmap = NDArray[np.float32]
Points = NDArray[np.float64]  # (P, 2), x and y
Pieces = Callable[[float, Points], tuple[Points, Points]]  # from scale and shift to starts and ends, in pixels

RENDERER_VERSION = 2


@dataclass(frozen=True)
class RenderStyle:
    """How to place centre lines in the bitmap and draw them.

    size: side of the square bitmap, pixels. stroke: stroke width, pixels. centre and scale: by the bounding "box", or
    by the "mass": mean and spread of the ink as drawn. spread: the root mean square distance from the centre that
    "mass" scales to, as a share of the side; a drawing that would leave the bitmap is drawn smaller. areas: whether
    parts of a picture that are wider than its lines stay filled.
    """

    size: int = 40
    stroke: float = 2.5
    centre: Literal["box", "mass"] = "mass"
    scale: Literal["box", "mass"] = "mass"
    spread: float = 0.22
    areas: bool = True

    @property
    def margin(self) -> float:
        """Pixels left free on every side: half the stroke, and one for antialiasing."""
        return self.stroke / 2 + 1.0


STYLE = RenderStyle()
BITMAP_SIZE = STYLE.size

_SMALLEST = 1 / 64  # share of the canvas: a smaller drawing is a dot, whose jitter must not be enlarged
_STEP = 0.75  # pixels between drawn points
_MOST_PIECES = 20_000  # by then a scribble has long filled the bitmap


def render(ink: Ink, style: RenderStyle = STYLE) -> Bitmap:
    """Return the bitmap of `ink`: (size, size) float32 in 0..1, ink 1, paper 0. Empty ink gives an empty bitmap."""
    if not ink:
        return _empty(style)
    strokes = [stroke.xy.astype(np.float64) for stroke in ink.strokes]

    def pieces(scale: float, shift: Points) -> tuple[Points, Points]:
        placed = [stroke * scale + shift for stroke in strokes]
        length = sum(float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum()) for stroke in placed)
        step = max(_STEP, length / _MOST_PIECES)
        return _segments([_resampled(stroke, step) for stroke in placed])

    every = np.concatenate(strokes)
    return _draw(pieces, every.min(0), every.max(0), style, 1.0)


def render_picture(picture: Picture, style: RenderStyle = STYLE) -> Bitmap:
    """Return the bitmap of the ink found in `picture`, as `render` does. Raises PictureError if there is no ink."""
    mask = ink_mask(picture)
    skeleton = thin(mask)
    starts, ends = _skeleton_segments(skeleton | worn_areas(mask, skeleton) if style.areas else skeleton)
    if not len(starts):
        return _empty(style)
    low, high = np.minimum(starts, ends).min(0), np.maximum(starts, ends).max(0)
    canvas = float(min(max(picture.grey.shape), SEARCH_SIDE))
    return _draw(lambda scale, shift: _split(starts * scale + shift, ends * scale + shift), low, high, style, canvas)


def render_drawing(drawing: Drawing, style: RenderStyle = STYLE) -> Bitmap:
    """Return the bitmap of ink or a picture, by `render` or `render_picture`."""
    return render(drawing, style) if isinstance(drawing, Ink) else render_picture(drawing, style)


def _empty(style: RenderStyle) -> Bitmap:
    return np.zeros((style.size, style.size), np.float32)


def _segments(lines: list[Points]) -> tuple[Points, Points]:
    """Return starts and ends of the segments of all lines; a line of one point is a segment of zero length."""
    starts = np.concatenate([line[:-1] if len(line) > 1 else line for line in lines])
    ends = np.concatenate([line[1:] if len(line) > 1 else line for line in lines])
    return starts, ends


def _skeleton_segments(skeleton: NDArray[np.bool_]) -> tuple[Points, Points]:
    """Return the centre lines of a thinned mask: a segment for each pair of neighbouring pixels, a dot for each pixel
    without neighbours."""
    padded = np.pad(skeleton, 1)
    height, width = skeleton.shape

    def at(dy: int, dx: int) -> NDArray[np.bool_]:
        return padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]

    starts, ends = [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        joined = skeleton & at(dy, dx)
        if dy and dx:  # no diagonal if a corner pixel already joins the two
            joined &= ~(at(0, dx) | at(dy, 0))
        y, x = np.nonzero(joined)
        starts.append(np.stack([x, y], 1))
        ends.append(np.stack([x + dx, y + dy], 1))
    around = np.any([at(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx], axis=0)
    y, x = np.nonzero(skeleton & ~around)
    starts.append(np.stack([x, y], 1))
    ends.append(np.stack([x, y], 1))
    return np.concatenate(starts).astype(np.float64), np.concatenate(ends).astype(np.float64)


def _draw(pieces: Pieces, low: Points, high: Points, style: RenderStyle, canvas: float) -> Bitmap:
    """Place and stamp centre lines within the bounding box from `low` to `high`. `canvas` is the canvas's side in those
    units; `pieces` places the lines in bitmap pixels and cuts them into pieces."""
    room = style.size - 2 * style.margin
    smallest = canvas * _SMALLEST
    centre, scale = (low + high) / 2, room / max(float((high - low).max()), smallest)
    shift = style.size / 2 - centre * scale
    boxed = _stamp(*pieces(scale, shift), style)
    if "mass" not in (style.centre, style.scale):
        return boxed
    # The mass is that of the ink as drawn. So dense points, lines drawn twice, and the chance length of a thinned dot
    # weigh no more than the ink they leave.
    mean, spread = _mass(boxed)
    if style.centre == "mass":
        centre = (mean - shift) / scale
    if style.scale == "mass":
        scale *= style.spread * style.size / spread
    reach = max(float(np.maximum(high - centre, centre - low).max()), smallest / 2)
    scale = min(scale, room / 2 / reach)
    return _stamp(*pieces(scale, style.size / 2 - centre * scale), style)


def _mass(bitmap: Bitmap) -> tuple[Points, float]:
    """Return the ink's centre (x, y), and its root mean square distance from there, in pixels."""
    at = np.arange(len(bitmap)) + 0.5
    total = float(bitmap.sum())
    columns, rows = bitmap.sum(0) / total, bitmap.sum(1) / total
    mean = np.array([columns @ at, rows @ at])
    return mean, float(np.sqrt(columns @ (at - mean[0]) ** 2 + rows @ (at - mean[1]) ** 2))


def _resampled(line: Points, step: float) -> Points:
    """Return the same line with its points `step` apart, so that dense points cost no more than the ink they leave."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    where = np.linspace(0.0, along[-1], max(int(np.ceil(along[-1] / step)), 1) + 1)
    return np.stack([np.interp(where, along, line[:, axis]) for axis in (0, 1)], 1)


def _split(starts: Points, ends: Points) -> tuple[Points, Points]:
    """Cut segments into pieces no longer than _STEP."""
    pieces = np.maximum(np.ceil(np.linalg.norm(ends - starts, axis=1) / _STEP), 1).astype(np.int64)
    which = np.repeat(np.arange(len(pieces)), pieces)
    index = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    part = (ends - starts)[which] / pieces[which, None]
    begin = starts[which] + index[:, None] * part
    return begin, begin + part


def _stamp(starts: Points, ends: Points, style: RenderStyle) -> Bitmap:
    """Return the coverage of round-ended pieces: a pixel's ink is `stroke / 2 + 1/2 - distance`, clipped to 0..1. Where
    pieces meet, the darker one counts. Each piece touches only the window of pixels around it."""
    half = style.stroke / 2
    reach = int(np.ceil(_STEP / 2 + half + 0.5)) + 1
    border = reach + 1
    side = style.size + 2 * border
    middle = (starts + ends) / 2
    visible = ((middle > -reach) & (middle < style.size + reach)).all(axis=1)
    starts, ends, middle = starts[visible], ends[visible], middle[visible]
    corner = np.floor(middle).astype(np.int64) - reach + border  # (M, 2), in the padded bitmap
    corner = np.clip(corner, 0, side - 2 * reach - 1)
    span = np.arange(2 * reach + 1)
    # Pixel centres of each piece's window, relative to the piece's start: (M, W) for x and for y.
    x = corner[:, 0, None] + span - border + 0.5 - starts[:, 0, None]
    y = corner[:, 1, None] + span - border + 0.5 - starts[:, 1, None]
    along = ends - starts
    length2 = np.maximum((along**2).sum(1), 1e-12)
    t = (x[:, None, :] * along[:, 0, None, None] + y[:, :, None] * along[:, 1, None, None]) / length2[:, None, None]
    t = np.clip(t, 0.0, 1.0)
    dx = x[:, None, :] - t * along[:, 0, None, None]
    dy = y[:, :, None] - t * along[:, 1, None, None]
    ink = np.clip(half + 0.5 - np.sqrt(dx * dx + dy * dy), 0.0, 1.0).astype(np.float32)
    place = (corner[:, 1, None] + span)[:, :, None] * side + (corner[:, 0, None] + span)[:, None, :]
    bitmap = np.zeros(side * side, np.float32)
    np.maximum.at(bitmap, place.ravel(), ink.ravel())
    return np.ascontiguousarray(bitmap.reshape(side, side)[border:-border, border:-border])
