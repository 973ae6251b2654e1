"""Traces a skeleton into strokes: follows its lines from their ends, and goes straight on where lines meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.rewriting.strokes import Points, Strokes

Pixel = tuple[int, int]  # row and column
_BACK, _AHEAD = 7, 5  # pixels that give a line's direction before and after a meeting
_STRAIGHT = 0.3  # cosine of the sharpest bend that a stroke takes where lines meet
_SPUR = 5  # pixels: shorter lines are left over from thinning
_SMOOTH = 5  # pixels of the running mean


def traced(skeleton: NDArray[np.bool_]) -> Strokes:
    """Return the strokes of lines one pixel wide, in pixels, x and y; () for an empty skeleton."""
    near = _neighbours({(int(y), int(x)) for y, x in np.argwhere(skeleton)})
    ends = [pixel for pixel, others in near.items() if len(others) == 1]
    meetings = [pixel for pixel, others in near.items() if len(others) > 2]
    used: set[tuple[Pixel, Pixel]] = set()
    lines = [[pixel] for pixel, others in near.items() if not others]
    for pixel in (*ends, *meetings, *near):  # the last are those of closed loops
        lines += [_followed(pixel, other, near, used) for other in near[pixel] if _between(pixel, other) not in used]
    long = [line for line in lines if len(line) > _SPUR] or lines
    return tuple(_smooth(np.array(line, np.float64)[:, ::-1]) for line in long)


def _neighbours(pixels: set[Pixel]) -> dict[Pixel, list[Pixel]]:
    """Return the pixels beside each; those at its corners only if no pixel at a side joins the two."""
    near = {}
    for y, x in sorted(pixels):
        sides = [one for one in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)) if one in pixels]
        corners = [(y + dy, x + dx) for dy in (-1, 1) for dx in (-1, 1)]
        near[y, x] = sides + [
            (v, u) for v, u in corners if (v, u) in pixels and (y, u) not in pixels and (v, x) not in pixels
        ]
    return near


def _between(a: Pixel, b: Pixel) -> tuple[Pixel, Pixel]:
    return (a, b) if a < b else (b, a)


def _followed(
    first: Pixel, second: Pixel, near: dict[Pixel, list[Pixel]], used: set[tuple[Pixel, Pixel]]
) -> list[Pixel]:
    line = [first, second]
    used.add(_between(first, second))
    while True:
        here = line[-1]
        onward = [one for one in near[here] if one != line[-2] and _between(here, one) not in used]
        if not onward:
            return line
        direction = _unit(line[max(0, len(line) - _BACK)], here)
        straightness = {one: float(_unit(here, _ahead(here, one, near)) @ direction) for one in onward}
        best = max(onward, key=straightness.__getitem__)
        if len(near[here]) > 2 and straightness[best] < _STRAIGHT:
            return line
        used.add(_between(here, best))
        line.append(best)


def _ahead(here: Pixel, onward: Pixel, near: dict[Pixel, list[Pixel]]) -> Pixel:
    """Return the pixel some steps on, or the one before lines meet again."""
    path = [here, onward]
    for _ in range(_AHEAD):
        more = [one for one in near[path[-1]] if one not in path]
        if len(more) != 1:
            break
        path.append(more[0])
    return path[-1]


def _unit(start: Pixel, end: Pixel) -> NDArray[np.float64]:
    step = np.subtract(end, start).astype(np.float64)
    direction: NDArray[np.float64] = step / max(float(np.linalg.norm(step)), 1e-9)
    return direction


def _smooth(line: Points) -> Points:
    """Take off the stairs of pixels; the ends stay."""
    if len(line) < _SMOOTH + 2:
        return line
    half = _SMOOTH // 2
    padded = np.pad(line, ((half, half), (0, 0)), mode="edge")
    smooth = np.stack([np.convolve(padded[:, axis], np.full(_SMOOTH, 1 / _SMOOTH), "valid") for axis in (0, 1)], 1)
    smooth[0], smooth[-1] = line[0], line[-1]
    return np.concatenate([smooth[:-1:2], smooth[-1:]])
