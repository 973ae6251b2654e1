"""What frames a drawing: a printed box, the dark bars of a scanner, the desk beside the sheet.

A box is straight on four sides and has all other ink inside. Marks along the picture's edge are no ink if there is
other ink away from it; a drawing that itself fills the picture stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.parts import Mask, grown, parts_of

Counts = NDArray[np.int64]

_STRAIGHT = 0.012  # share of a side: the sides of a box bend less
_STROKE = 0.2  # share of the box's longer side: shorter parts are what is left of its corners
_BOX = 0.2  # share of the sheet's area that a box covers at least
_TILT = 0.2  # slope of its sides, at most
_OUTER = 0.2  # share of the box's height: its top side is no lower
_DASH = 0.012  # share of the picture's longer side: half of the widest gap in a dashed box
_DOUBLE = 0.08  # share of a double box's side: its inner box is no further in
_LEAST = 0.02  # share of the picture's longer side: a smaller part is a speck
_SHEET = 200  # pixels: a smaller picture is a drawing cut out already, whose dots may touch its edge
_RIM = 0.06  # share of a side: the edge of the picture
_CRUMB = 0.15  # share of the other ink: a smaller part at the picture's edge is not the drawing's


def without_box(mask: Mask, page: Mask) -> tuple[Mask, bool]:
    """Return the mask without a box round all other ink, and whether there was one. The box may be dashed, or
    double."""
    sides = _box_in(mask, page)
    if sides is None:
        gap = max(2, round(_DASH * max(mask.shape)))
        whole = ~grown(~grown(mask, gap), gap)
        sides = _box_in(whole, page)
        if sides is None:
            return mask, False
    rest = mask & ~sides
    inner = _box_in(rest, page)
    if inner is not None and _is_double(sides, inner):
        rest &= ~inner
    return rest, True


def _box_in(mask: Mask, page: Mask) -> Mask | None:
    """Return the sides of the box that is one of the mask's largest parts, or None."""
    parts = parts_of(mask)
    for part in np.argsort(parts.areas)[::-1][:3]:
        sides = _box_of(parts.labels == part + 1, page)
        if sides is not None:
            return sides
    return None


def _is_double(outer: Mask, inner: Mask) -> bool:
    """Return whether two boxes lie closely around each other, so that the inner one is no part of the drawing."""
    low, high = [], []
    for sides in (outer, inner):
        y, x = np.nonzero(sides)
        low.append((y.min(), x.min()))
        high.append((y.max(), x.max()))
    apart = np.abs(np.concatenate([np.diff(low, axis=0), np.diff(high, axis=0)]))
    return bool(apart.max() <= _DOUBLE * max(np.subtract(high[0], low[0])))


def _box_of(part: Mask, page: Mask) -> Mask | None:
    """Return the pixels of the four straight sides of `part`, or None if it is no box."""
    y, x = np.nonzero(part)
    top, bottom, left, right = int(y.min()), int(y.max()), int(x.min()), int(x.max())
    height, width = bottom - top + 1, right - left + 1
    if height * width < _BOX * page.sum():
        return None
    box = part[top : bottom + 1, left : right + 1]
    bands: list[Mask] = []
    for turn in range(4):
        band = _side_of(np.rot90(box, turn))
        if band is None:
            return None
        bands.append(np.rot90(band, -turn))
    sides = np.any(bands, axis=0)
    if _joined_inside(box & ~sides, bands):
        return None
    whole = np.zeros_like(part)
    whole[top : bottom + 1, left : right + 1] = sides & box
    return whole


def _joined_inside(inner: Mask, bands: list[Mask]) -> bool:
    """Return whether a stroke joins two sides of the box, as in 日: then the box is part of the drawing."""
    parts = parts_of(inner)
    at_sides = [set(parts.labels[grown(band) & inner].tolist()) for band in bands]
    lengths = (parts.boxes[:, 2:] - parts.boxes[:, :2]).max(axis=1, initial=0)
    return any(
        length >= _STROKE * max(inner.shape) and sum(part + 1 in labels for labels in at_sides) > 1
        for part, length in enumerate(lengths.tolist())
    )


def _side_of(box: Mask) -> Mask | None:
    """Return the band of the top side of a box, or None if it is not straight and thin."""
    height, width = box.shape
    middle = np.arange(round(0.04 * width), max(round(0.96 * width), 1))
    first = np.argmax(box, axis=0)
    has: Mask = np.asarray(box.any(axis=0))
    if len(middle) < 8 or has[middle].mean() < 0.97:
        return None
    x = middle[has[middle]]
    y = first[x]
    # At both ends the columns of a tilted box have its other sides: the line is that of the middle.
    fifth, half = len(x) // 5, len(x) // 2
    left, right, inner = slice(fifth, half), slice(half, -fifth), slice(fifth, -fifth)
    slope = (np.median(y[right]) - np.median(y[left])) / (np.median(x[right]) - np.median(x[left]))
    start = np.median(y[inner] - slope * x[inner])
    for _ in range(2):
        off = np.abs(y - slope * x - start)
        good = off <= max(2.0, _STRAIGHT * width)
        if abs(slope) > _TILT or good.mean() < 0.9 - 2 * abs(slope):
            return None
        slope, start = np.polyfit(x[good], y[good], 1)
    if slope * width / 2 + start > _OUTER * height:
        return None  # the bar of a plus
    runs = _first_run(box)[x[good]]
    thick = float(np.median(runs))
    if thick > 0.05 * max(height, width):
        return None
    line = slope * np.arange(width) + start
    below = np.arange(height)[:, None] - line[None, :]
    band: Mask = (below >= -3) & (below <= thick + 2)
    return band


def _first_run(box: Mask) -> Counts:
    """Return the length of the first vertical run of each column."""
    first = np.argmax(box, axis=0)
    rows = np.arange(box.shape[0])[:, None]
    gap = (rows >= first[None, :]) & ~box
    end = np.where(gap.any(axis=0), np.argmax(gap, axis=0), box.shape[0])
    lengths: Counts = end - first
    return lengths


def without_edges(mask: Mask, page: Mask) -> tuple[Mask, bool]:
    """Return the mask without marks that lie along the edge of the picture or of the sheet, and whether there were
    any. A drawing that itself fills the picture stays."""
    outside = ~page
    parts = parts_of(mask)
    near = ~well_inside(page)
    near[:1], near[-1:], near[:, :1], near[:, -1:] = True, True, True, True
    touching = np.zeros(len(parts), np.bool_)
    touching[np.unique(parts.labels[near & mask]) - 1] = True
    sides = (parts.boxes[:, 2:] - parts.boxes[:, :2]).max(axis=1, initial=0)
    kept = parts.areas * ~touching
    if not touching.any() or not kept.any() or sides[kept.argmax()] <= _LEAST * max(mask.shape):
        return mask, False  # nothing there, or only specks would be left
    dropped = np.zeros(len(parts) + 1, np.bool_)
    for part in np.flatnonzero(touching):
        crumb = max(mask.shape) >= _SHEET and parts.areas[part] < _CRUMB * kept.sum()
        dropped[part + 1] = crumb or _along_edge(parts.labels == part + 1, outside)
    return mask & ~dropped[parts.labels], bool(dropped.any())


def well_inside(page: Mask) -> Mask:
    """Return where the sheet is, without the blurred edge to the desk."""
    return ~grown(~page, max(3, round(0.012 * max(page.shape))))


def _along_edge(part: Mask, outside: Mask) -> bool:
    """Return whether a part runs along the picture's edge, or lies beside the sheet."""
    height, width = part.shape
    if (part & outside).sum() > 0.2 * part.sum() or (part & grown(outside, 7)).sum() > 0.4 * part.sum():
        return True
    inner = part[
        round(_RIM * height) : -round(_RIM * height) or None, round(_RIM * width) : -round(_RIM * width) or None
    ]
    if inner.sum() > 0.5 * part.sum():
        return False  # squares up to the edge
    down, over = part.max(axis=1), part.max(axis=0)
    depth = [down, down[::-1], over, over[::-1]]
    for side, (profile, across) in enumerate(zip(depth, (width, width, height, height), strict=True)):
        if not profile[0]:
            continue
        line = (part[0], part[-1], part[:, 0], part[:, -1])[side]
        deep = np.flatnonzero(profile)[-1] + 1
        if line.mean() > 0.5 or (deep < 0.12 * len(profile) and line.sum() > 0.05 * across):
            return True
    return False
