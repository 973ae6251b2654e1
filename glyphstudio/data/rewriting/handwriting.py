"""A writer's variation, stroke by stroke: how the same glyph looks when it is written once more.

After the motor variance of Lake, Salakhutdinov, Tenenbaum (2015), "Human-level concept learning through probabilistic
program induction": each stroke shifts, turns, grows and bends a little by itself, and its ends come short or run over.
So joins open and close as they do in real handwriting, which no warp of the whole picture can show. The amounts were
chosen by eye, between drawings of the same glyph by two people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glyphstudio.data.rewriting.strokes import Points, Strokes
from glyphstudio.glyphs.ink import Ink

_SHIFT = 0.02  # standard deviations, as shares of the glyph's longer side
_BEND = 0.018
_GROW = 0.07  # of the logarithm of a stroke's width and height
_TURN = 0.07  # radians
_KNOTS = 5  # of a bend
_SHORT, _OVER = 0.06, 0.08  # the most that an end is short of, or beyond, its place
_SPACING = 2.0  # pixels between points


def rewritten(strokes: Strokes, rng: np.random.Generator, amount: float = 1.0) -> Strokes:
    """Return another writing of a glyph. amount: of the variation, 1 for another person's."""
    side = longer_side(strokes)
    return tuple(_moved(_bent(stroke, side, rng, amount), side, rng, amount) for stroke in strokes)


def ink_of(strokes: Strokes) -> Ink:
    """Place strokes on the canvas: 0.1 to 0.9 for the longer side."""
    low, side = np.concatenate(strokes).min(0), max(longer_side(strokes), 3.0)
    return Ink.of([0.1 + 0.8 * (stroke - low) / side for stroke in strokes])


def longer_side(strokes: Sequence[Points]) -> float:
    """Return the longer side of the bounding box, at least that of a dot, in pixels."""
    return max(float(np.ptp(np.concatenate(strokes), axis=0).max()), 4.0)


def length(stroke: Points) -> float:
    """Return a stroke's length; 0 for a dot."""
    return float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())


def resampled(stroke: Points, count: int) -> Points:
    """Return `count` points at equal distances along a stroke."""
    if len(stroke) < 2:
        return np.repeat(stroke, count, 0)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], 1)


def _bent(stroke: Points, side: float, rng: np.random.Generator, amount: float) -> Points:
    """Shorten or lengthen a stroke, and bend it smoothly."""
    long = length(stroke)
    if long <= 1:
        return stroke
    count = int(np.clip(long / _SPACING, 4, 60))
    line = resampled(stroke, count)
    if rng.random() < 0.5:
        first, last = (rng.uniform(0, _SHORT * amount, 2) * count).astype(int)
        line = line[first : max(count - last, first + 2)]
    if rng.random() < 0.3:
        ahead = line[-1] - line[-min(5, len(line))]
        ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6) * rng.uniform(0, _OVER) * amount * side
        line = np.concatenate([line, [line[-1] + ahead]])
    knots = rng.normal(0, _BEND * amount * side * min(1.0, long / side + 0.3), (_KNOTS, 2))
    at = np.linspace(0, 1, len(line))
    waves = np.stack([np.interp(at, np.linspace(0, 1, _KNOTS), knots[:, axis]) for axis in (0, 1)], 1)
    if len(waves) > _KNOTS:
        kernel = np.full(5, 1 / 5)
        padded = np.pad(waves, ((2, 2), (0, 0)), mode="edge")
        waves = np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], 1)
    return line + waves


def _moved(stroke: Points, side: float, rng: np.random.Generator, amount: float) -> Points:
    """Turn and scale a stroke around its middle, and shift it."""
    middle, angle = stroke.mean(0), rng.normal(0, _TURN * amount)
    cos, sin = np.cos(angle), np.sin(angle)
    scaled = (stroke - middle) * np.exp(rng.normal(0, _GROW * amount, 2))
    moved: Points = scaled @ np.array([[cos, sin], [-sin, cos]]) + middle + rng.normal(0, _SHIFT * amount * side, 2)
    return moved
