"""The crop's rectangle: turning, moving, handles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from glyphstudio.ui.scan.crop import GRIPS, LEAST, WHOLE, Crop, between, grip_at, moved, place_of, resized, turned

SHARE = some.floats(0, 1)
FAR = some.floats(-3, 3)
BOX = (0.1, 0.2, 0.5, 0.9)


@given(SHARE, SHARE, SHARE, SHARE, some.integers(-5, 5))
def test_turning_back_gives_the_crop_back(left: float, top: float, right: float, bottom: float, turns: int) -> None:
    crop = (left, top, right, bottom)
    assert turned(turned(crop, turns), -turns) == pytest.approx(crop)


def test_a_quarter_turn_clockwise_brings_the_top_left_to_the_top_right() -> None:
    assert turned((0.0, 0.0, 0.2, 0.1), 1) == pytest.approx((0.9, 0.0, 1.0, 0.2))


def inside(crop: Crop) -> bool:
    left, top, right, bottom = crop
    near = 1e-9
    return (
        left >= -near
        and top >= -near
        and right <= 1 + near
        and bottom <= 1 + near
        and right - left >= LEAST - near
        and bottom - top >= LEAST - near
    )


@given(FAR, FAR, FAR, FAR, some.sampled_from(GRIPS))
def test_no_drag_leaves_the_picture_or_makes_the_crop_too_small(
    x: float, y: float, other_x: float, other_y: float, grip: tuple[int, int]
) -> None:
    crop = between(x, y, other_x, other_y)
    assert inside(crop)
    assert inside(resized(crop, grip, x, other_y))
    shifted = moved(crop, x, other_y)
    assert inside(shifted)
    assert shifted[2] - shifted[0] == pytest.approx(crop[2] - crop[0])


def test_a_handle_moves_only_its_edges() -> None:
    assert resized(BOX, (1, 0), 0.2, 0.2) == pytest.approx((0.1, 0.2, 0.7, 0.9))
    assert resized(BOX, (-1, 1), 0.1, -0.1) == pytest.approx((0.2, 0.2, 0.5, 0.8))


def test_handles_are_found_where_they_are_painted() -> None:
    for grip in GRIPS:
        x, y = place_of(BOX, grip)
        assert grip_at(BOX, x + 0.005, y - 0.005, 0.01, 0.01) == grip
    assert grip_at(BOX, 0.3, 0.5, 0.01, 0.01) is None
    assert grip_at(WHOLE, 1.0, 1.0, 0.01, 0.01) == (1, 1)
