"""How dark each pixel is beside the paper around it, whatever the light: shadows, folds, a desk under the sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from glyphstudio.glyphs.parts import line_width
from glyphstudio.glyphs.scan.rank import Shades, closed, lightest, median, opened

_MARK = 0.16  # share of the longer side: marks up to this width are ink, wider dark areas at the edge are not paper
_PEN = 0.05  # share of the longer side: no pen's line is wider, but for a close-up's
_COARSE = 96  # pixels of the copy in which dark areas are told apart
_JUDGED = 640  # pixels of the copy in which light ink is told from dark
_AREA = 0.12  # contrast of a dark area to the paper around it
_FEW = 60  # pixels: as many dark ones are a line, not grain
_THIN = 0.03  # share of the longer side: thin lines; a close-up's are wider
_DEEPEST_SHADOW = 0.3  # share of the lightest paper's shade: darker areas are ink or no paper at all
_DARK_BORDER = 0.75  # share of the picture's border that is dark if the paper is
_SMOOTH = 0.05  # share of the paper's shade: light of a lamp is that near to a surface of the second degree
_BLOCKS = 8  # of the longer side, in which the level of the grain is measured
_MOST_GRAIN = 0.15  # contrast
_FAINT = 2.0  # of 255: the median step between neighbours in a picture with a photo's grain


@dataclass(frozen=True)
class Shading:
    """contrast: (H, W) float32, about 0 on paper, at most 1 on ink. page: (H, W), True where the sheet is (not the desk
    under it). light: (H, W), True where the sheet is not in shadow."""

    contrast: Shades
    page: NDArray[np.bool_]
    light: NDArray[np.bool_]


def shading(grey: NDArray[np.uint8]) -> Shading:
    """Return the contrast of a grey picture (H, W)."""
    shades = _without_grain(grey).astype(np.float32) / np.float32(255)
    light_ink = _light_on_dark(_resized(shades, _coarse(shades.shape, _JUDGED)))
    shades = 1 - shades if light_ink else _evened(shades)
    paper, light, desk = _paper(shades)
    # A shadow darkens paper and ink by the same factor, but a black desk is no paper in shadow, and a chalkboard has
    # hardly any shadows.
    least = np.float32(0.75 if light_ink else max(_DEEPEST_SHADOW * float(np.quantile(paper, 0.95)), 1 / 255))
    contrast: Shades = ((paper - shades) / np.maximum(paper, least)).astype(np.float32)
    page = light if desk else np.ones_like(light)
    return Shading(contrast - _level(contrast), page, light)


def _evened(shades: Shades) -> Shades:
    """Return the shades as under even light, if the light is that of a lamp or a lens: a surface of the second degree.
    A shadow or a desk has edges, and stays."""
    coarse = _resized(shades, _coarse(shades.shape))
    paper = np.maximum(closed(coarse, _odd(_MARK * max(coarse.shape))), 1 / 255)
    surface = _surface(paper)
    off = np.abs(paper / surface - 1)
    rim = np.concatenate([off[0], off[-1], off[:, 0], off[:, -1]])  # where a desk would show
    worst = max(float(np.quantile(off, 0.9)), float(np.quantile(rim, 0.9)))
    if worst > _SMOOTH or float(np.ptp(surface)) < _SMOOTH:
        return shades
    even = surface / surface.max()
    flat: Shades = np.minimum(shades / _resized(even.astype(np.float32), shades.shape), 1).astype(np.float32)
    return flat


def _surface(paper: Shades) -> Shades:
    """Return the surface of the second degree that most of the paper's shades lie on."""
    height, width = paper.shape
    y, x = (side.ravel() for side in np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    values = paper.ravel().astype(np.float64)
    good = np.ones(len(values), np.bool_)
    fitted = values
    for _ in range(3):
        fitted = terms @ np.linalg.lstsq(terms[good], values[good], rcond=None)[0]
        off = np.abs(values - fitted)
        good = off <= max(3 * float(np.median(off)), 0.01)
    return np.maximum(fitted, 0.02).reshape(height, width).astype(np.float32)


def _level(contrast: Shades) -> Shades:
    """Return how far blank paper is below the lightest paper near it: grain is, and more so where the light is weak."""
    height, width = contrast.shape
    block = max(max(contrast.shape) // _BLOCKS, 1)
    whole = np.pad(contrast, ((0, -height % block), (0, -width % block)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // block, block, whole.shape[1] // block, block)
    each = np.median(blocks, axis=(1, 3)).astype(np.float32)
    usual = float(np.median(each))
    # A block full of ink says nothing about the paper.
    return _resized(np.clip(each, 0, min(2 * usual + 0.01, _MOST_GRAIN)), whole.shape)[:height, :width]


def _without_grain(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove a photo's grain. In scans and output of drawing programs most neighbours are equal, so those stay
    unchanged."""
    if min(grey.shape) < 3 or np.median(np.abs(np.diff(grey.astype(np.int16), axis=1))) < _FAINT:
        return grey
    return median(grey)


def _odd(length: float) -> int:
    return max(int(length) // 2 * 2 + 1, 3)


def _light_on_dark(shades: Shades) -> bool:
    """Return whether ink is lighter than paper. Ink is the smaller part of the areas that have both ink and paper,
    and light ink has dark paper at the picture's border: all round it if both parts are about equal."""
    side = _odd(max(shades.shape) / 8)
    low, high = -lightest(-shades, side), lightest(shades, side)
    both = (high - low) >= 0.5 * (high - low).max()
    large = _without_marks(shades, side)  # where the sheet ends on a desk, both sides are large
    ends = (lightest(large, side) + lightest(-large, side)) > 0.25
    if (both & ~ends).mean() > 0.002:
        both &= ~ends
    dark = float((shades < (low + high) / 2)[both].mean())
    if dark < 0.3:
        return False
    rim = max(min(shades.shape) // 24, 1)
    border = np.concatenate(
        [shades[:rim].ravel(), shades[-rim:].ravel(), shades[:, :rim].ravel(), shades[:, -rim:].ravel()]
    )
    around = float((border < (float(shades.min()) + float(shades.max())) / 2).mean())
    return around > (0.5 if dark > 0.7 else _DARK_BORDER)


def _without_marks(shades: Shades, side: int) -> Shades:
    """Return the shades without marks narrower than `side`, dark or light. What reaches the picture's edge goes on
    beyond it: a desk may show as a narrow strip."""
    beyond = np.pad(shades, side, mode="edge")
    return opened(closed(beyond, side), side)[side:-side, side:-side]


def _paper(shades: Shades) -> tuple[Shades, NDArray[np.bool_], bool]:
    """Return the paper's shade at each pixel, where it is light, and whether that is a sheet on a desk. Marks are
    filled from the paper around them; a dark area counts as paper in shadow, or as what lies beside the sheet, if it
    reaches the picture's edge, or is pale beside thin lines."""
    paper = closed(shades, _odd(_MARK * max(shades.shape)))
    coarse = np.asarray(_resized(paper, _coarse(paper.shape)))
    filled = _filled(coarse)
    bright = float(np.quantile(filled, 0.95))
    hole = filled - coarse > _AREA * bright
    light, desk = _page(np.asarray(_resized(shades, _coarse(paper.shape))))
    if hole.any():
        hole &= filled - coarse > _ink_of_areas(paper, shades) * filled
        spread = lightest(hole.astype(np.float32), 3)
        inside = np.asarray(_resized(spread, shades.shape)) > 0.01
        paper = np.where(inside, np.maximum(paper, np.asarray(_resized(filled, shades.shape))), paper)
    wide = np.asarray(_resized(light.astype(np.float32), shades.shape)) > 0.5
    return _with_tips(paper.astype(np.float32), shades), wide, desk


def _ink_of_areas(paper: Shades, shades: Shades) -> float:
    """Return the contrast from which a dark area inside the sheet is ink: half of that of the lines on it, if they are
    thin. A paler area is a shadow, as of a window, or a stain."""
    contrast = (paper - shades) / np.maximum(paper, 1 / 255)
    if contrast.size <= _FEW:
        return 0.0
    darkest = float(np.partition(contrast.ravel(), -_FEW)[-_FEW])
    lines = contrast > 0.5 * darkest
    return 0.5 * darkest if line_width(lines) < _THIN * max(contrast.shape) else 0.0


def _with_tips(paper: Shades, shades: Shades) -> Shades:
    """Return the paper's shade, also in the narrow tips of a shadow: a dark area that is wider than a pen belongs to
    the shadow that it joins (closing by reconstruction: Vincent, 1993)."""
    if float(paper.min()) >= (1 - _AREA) * float(paper.max()):
        return paper  # no shadow
    half = (max(paper.shape[0] // 2, 1), max(paper.shape[1] // 2, 1))
    without_pens = closed(_resized(shades, half), _odd(_PEN * max(half)))
    level = np.maximum(_resized(paper, half), without_pens)
    for _ in range(round(_MARK * max(half))):
        lower = np.maximum(-lightest(-level, 3), without_pens)
        if np.array_equal(lower, level):
            break
        level = lower
    tips = _resized(level, paper.shape)
    return np.where(paper - tips > _AREA * paper, tips, paper)


def _coarse(shape: tuple[int, ...], side: int = _COARSE) -> tuple[int, int]:
    factor = min(side / max(shape), 1.0)
    return max(round(shape[0] * factor), 1), max(round(shape[1] * factor), 1)


def _resized(shades: Shades, shape: tuple[int, ...]) -> Shades:
    height, width = shape
    smaller = height < shades.shape[0]
    how = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(shades.astype(np.float32)).resize((width, height), how), np.float32)


def _filled(shades: Shades) -> Shades:
    """Return `shades` with every dark area filled that does not reach the edge: reconstruction by erosion from the
    picture's edge (Vincent, 1993)."""
    level = np.full_like(shades, np.inf)
    level[0], level[-1], level[:, 0], level[:, -1] = shades[0], shades[-1], shades[:, 0], shades[:, -1]
    while True:
        lower = np.maximum(-lightest(-level, 3), shades)
        if np.array_equal(lower, level):
            return level
        level = lower


def _page(shades: Shades) -> tuple[NDArray[np.bool_], bool]:
    """Return the light part of a coarse picture without its marks, and whether it is a sheet on a darker desk: then the
    dark part goes round it. A shadow covers less of the edge."""
    paper = _without_marks(shades, _odd(_MARK * max(shades.shape)))
    low, high = float(np.quantile(paper, 0.02)), float(np.quantile(paper, 0.98))
    dark = paper < (low + high) / 2
    if low > 0.75 * high or not 0.03 < dark.mean() < 0.9:
        return np.ones(paper.shape, np.bool_), False
    rim = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    return ~dark, bool(rim.mean() > 0.7)
