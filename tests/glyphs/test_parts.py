"""The connected parts of a mask, compared with a flood fill that is too slow for a page; its lines' width; growing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphstudio.glyphs.parts import Mask, grown, line_width, parts_of


def flooded(mask: Mask) -> int:
    """The number of 8-connected parts."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    count = 0
    while left:
        count += 1
        waiting = [left.pop()]
        while waiting:
            y, x = waiting.pop()
            around = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= around
            waiting += around
    return count


@pytest.mark.parametrize("share", [0.05, 0.2, 0.35, 0.5, 0.7])
@pytest.mark.parametrize("seed", range(4))
def test_parts_of_noise(share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random((37, 52)) < share
    parts = parts_of(mask)
    assert len(parts) == flooded(mask)
    assert np.array_equal(parts.labels > 0, mask)
    for part in range(len(parts)):
        ys, xs = np.nonzero(parts.labels == part + 1)
        assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == tuple(parts.boxes[part])
        assert len(xs) == parts.areas[part]
        assert flooded(parts.labels == part + 1) == 1


def test_a_spiral_is_one_part() -> None:
    mask = np.zeros((41, 41), np.bool_)
    y, x, (dy, dx), side = 0, 0, (0, 1), 40
    while side > 0:
        for _ in range(side):
            mask[y, x] = True
            y, x = y + dy, x + dx
        dy, dx = dx, -dy
        side -= 1 if dy == 0 else 0
        side -= 1 if dx == 0 else 0
    assert len(parts_of(mask)) == flooded(mask)


def test_corners_touch_and_the_rim_does_not_wrap() -> None:
    assert len(parts_of(np.eye(6, dtype=np.bool_))) == 1
    ends = np.zeros((3, 5), np.bool_)
    ends[0, -1] = ends[1, 0] = True
    assert len(parts_of(ends)) == 2


@pytest.mark.parametrize("mask", [np.zeros((4, 5), np.bool_), np.zeros((0, 3), np.bool_)])
def test_without_ink_there_are_no_parts(mask: Mask) -> None:
    parts = parts_of(mask)
    assert len(parts) == 0
    assert parts.labels.shape == mask.shape


def naive_labels(mask: np.ndarray) -> np.ndarray:
    labels = np.zeros(mask.shape, int)
    for y, x in np.argwhere(mask):
        if labels[y, x]:
            continue
        label = labels.max() + 1
        edge = [(y, x)]
        while edge:
            y1, x1 = edge.pop()
            if 0 <= y1 < mask.shape[0] and 0 <= x1 < mask.shape[1] and mask[y1, x1] and not labels[y1, x1]:
                labels[y1, x1] = label
                edge += [(y1 + dy, x1 + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return labels


@given(st.integers(0, 2**32), st.integers(1, 20), st.integers(1, 20), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_parts_are_those_of_a_flood_fill(seed: int, height: int, width: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    labels, expected = parts_of(mask).labels, naive_labels(mask)
    pairs = set(zip(labels.ravel().tolist(), expected.ravel().tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})
    assert np.array_equal(labels == 0, ~mask)
    assert labels.max() == expected.max()


@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_line_width_of_a_bar(width: int) -> None:
    bar = np.zeros((150, 150), np.bool_)
    bar[20 : 20 + width, 10:140] = True
    assert line_width(bar) == pytest.approx(width, rel=0.1)
    assert line_width(bar[20 : 20 + width, 10:140]) == pytest.approx(width, rel=0.1), "ink that touches the edge"


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_grown_mask_reaches_every_pixel_within(seed: int, height: int, width: int, by: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.1
    expected = [
        [mask[max(y - by, 0) : y + by + 1, max(x - by, 0) : x + by + 1].any() for x in range(width)]
        for y in range(height)
    ]
    assert np.array_equal(grown(mask, by), expected)
