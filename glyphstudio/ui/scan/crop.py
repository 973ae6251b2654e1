"""The crop's rectangle: how a drag or a key changes it, and where it is on a picture that is turned.

A crop is left, top, right, bottom as shares (0..1) of the picture.
"""

from __future__ import annotations

Crop = tuple[float, float, float, float]
Grip = tuple[int, int]  # which edges a drag moves: -1 left or top, 1 right or bottom, 0 neither

WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)
LEAST = 0.02  # share of the picture, the shortest side of a crop
GRIPS: tuple[Grip, ...] = ((-1, -1), (1, -1), (-1, 1), (1, 1), (0, -1), (0, 1), (-1, 0), (1, 0))  # corners come first


def turned(crop: Crop, turns: int) -> Crop:
    """Return where a crop is after the picture is turned clockwise by quarter turns."""
    left, top, right, bottom = crop
    for _ in range(turns % 4):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return left, top, right, bottom


def between(x: float, y: float, other_x: float, other_y: float) -> Crop:
    """Return the crop between two points, at least LEAST wide and high."""
    left, right = _ordered(x, other_x)
    top, bottom = _ordered(y, other_y)
    return left, top, right, bottom


def moved(crop: Crop, x: float, y: float) -> Crop:
    """Return the crop shifted as far as the picture allows."""
    left, top, right, bottom = crop
    x = min(max(x, -left), 1 - right)
    y = min(max(y, -top), 1 - bottom)
    return left + x, top + y, right + x, bottom + y


def resized(crop: Crop, grip: Grip, x: float, y: float) -> Crop:
    """Return the crop with the edges of `grip` shifted. It stays in the picture and at least LEAST wide and high."""
    left, top, right, bottom = crop
    if grip[0] < 0:
        left = min(max(left + x, 0.0), right - LEAST)
    elif grip[0] > 0:
        right = max(min(right + x, 1.0), left + LEAST)
    if grip[1] < 0:
        top = min(max(top + y, 0.0), bottom - LEAST)
    elif grip[1] > 0:
        bottom = max(min(bottom + y, 1.0), top + LEAST)
    return left, top, right, bottom


def grip_at(crop: Crop, x: float, y: float, near_x: float, near_y: float) -> Grip | None:
    """Return the handle at a point, if one is at most `near_x` and `near_y` away. Handles are at the corners and in the
    middle of the edges."""
    for grip in GRIPS:
        at_x, at_y = place_of(crop, grip)
        if abs(x - at_x) <= near_x and abs(y - at_y) <= near_y:
            return grip
    return None


def place_of(crop: Crop, grip: Grip) -> tuple[float, float]:
    """Return where a handle is."""
    left, top, right, bottom = crop
    return (left, (left + right) / 2, right)[grip[0] + 1], (top, (top + bottom) / 2, bottom)[grip[1] + 1]


def has(crop: Crop, x: float, y: float) -> bool:
    """Return whether a point is inside."""
    return crop[0] <= x <= crop[2] and crop[1] <= y <= crop[3]


def _ordered(one: float, other: float) -> tuple[float, float]:
    low, high = sorted((min(max(one, 0.0), 1.0), min(max(other, 0.0), 1.0)))
    if high - low < LEAST:
        low = min(low, 1 - LEAST)
        high = low + LEAST
    return low, high
