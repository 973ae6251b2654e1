"""Turns the strokes of any stroke format into ink that fills the canvas. Their units and clocks may be any."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glyphstudio.glyphs.ink import MAX_POINTS, MAX_STROKES, Ink, InkError
from glyphstudio.glyphs.inkml.placing import fitted, in_sequence
from glyphstudio.glyphs.inkml.strokes import Piece

Values = NDArray[np.float64]

_FAR = 1e15  # far larger than any tablet, and small enough that squares and differences stay exact enough


def stroke(xy: ArrayLike, t: ArrayLike | None = None, force: ArrayLike | None = None, mm: float | None = None) -> Piece:
    """Return one stroke. xy: (P, 2). t: (P,) ms. force: (P,) from 0 on. mm: the length of a unit of x and y.

    Times that run backwards, and times and forces that are not numbers, are left out. Raises InkError for coordinates
    that are not numbers, or that are too far away.
    """
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(points).all() or float(np.abs(points).max(initial=0.0)) > _FAR:
        raise InkError("A point is not a number, or is too far away.")
    times = _usable(t, len(points))
    if times is not None and not (np.diff(times) >= 0).all():
        times = None
    whole = bool((points == np.round(points)).all()) and float(np.abs(points).max(initial=0.0)) > 2.0
    return Piece(
        points, times, _pressure(_usable(force, len(points))), points, whole, None if mm is None else points * mm
    )


def ink_of(strokes: Iterable[Piece]) -> Ink:
    """Return the drawing, moved and scaled to fill the canvas; a tap becomes a dot. Strokes without a point are left
    out. Raises InkError if there are too many strokes or points."""
    kept: list[Piece] = []
    points = 0
    for one in strokes:
        if len(one):
            kept.append(one)
            points += len(one)
        if len(kept) > MAX_STROKES or points > MAX_POINTS:
            raise InkError(
                f"A drawing may have at most {MAX_STROKES:,} strokes and {MAX_POINTS:,} points; this one has more."
            )
    return Ink.tidy(in_sequence(kept, fitted(kept))) if kept else Ink()


def number(text: object) -> float:
    """Return the number in an attribute or a JSON value. Raises InkError if there is none."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not math.isfinite(value):
        raise InkError(f"“{str(text)[:20]}” is not a number.")
    return value


def optional(text: object) -> float:
    """Return the number in an attribute, NaN if there is none."""
    try:
        return number(text)
    except InkError:
        return math.nan


def _usable(values: ArrayLike | None, length: int) -> Values | None:
    if values is None:
        return None
    array = np.asarray(values, dtype=np.float64)
    usable = array.shape == (length,) and np.isfinite(array).all() and np.abs(array).max(initial=0.0) < _FAR
    return array if usable else None


def _pressure(force: Values | None) -> Values | None:
    """Scale to 0..1. The full scale is the smallest usual one that has room for all of them."""
    if force is None or not len(force) or force.min() < 0 or force.max() <= 0:
        return None
    top = float(force.max())
    return force / next((scale for scale in (1.0, 255.0, 1023.0, 4095.0, 65535.0) if top <= scale), top)
