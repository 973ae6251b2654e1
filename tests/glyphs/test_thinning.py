"""Thinning: agrees with the paper pixel by pixel, and no part of the ink vanishes or splits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from glyphstudio.glyphs.thinning import thin

Mask = NDArray[np.bool_]


def naive(mask: Mask) -> Mask:
    """Zhang and Suen's algorithm, written as in the paper."""
    ink = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    changed = True
    while changed:
        changed = False
        for step in (1, 2):
            gone = set()
            for y, x in ink:
                around = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
                p2, p3, p4, p5, p6, p7, p8, p9 = ((y + dy, x + dx) in ink for dy, dx in around)
                ring = [p2, p3, p4, p5, p6, p7, p8, p9, p2]
                rises = sum(not one and other for one, other in itertools.pairwise(ring))
                if not 2 <= sum(ring[:8]) <= 6 or rises != 1:
                    continue
                if step == 1 and not (p2 and p4 and p6) and not (p4 and p6 and p8):
                    gone.add((y, x))
                if step == 2 and not (p2 and p4 and p8) and not (p2 and p6 and p8):
                    gone.add((y, x))
            # Unlike the paper, which deletes a lone square of four pixels, we keep its north-west pixel.
            for y, x in sorted(gone):
                square = {(y, x), (y, x + 1), (y + 1, x), (y + 1, x + 1)}
                rim = {(y + dy, x + dx) for dy in range(-1, 3) for dx in range(-1, 3)} - square
                if square <= ink and not rim & ink:
                    gone.discard((y, x))
            changed = changed or bool(gone)
            ink -= gone
    result = np.zeros_like(mask)
    for y, x in ink:
        result[y, x] = True
    return result


def parts(mask: Mask) -> list[set[tuple[int, int]]]:
    """The 8-connected parts, by flood fill."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    found = []
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            y, x = edge.pop()
            part.add((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            edge += near
        found.append(part)
    return found


@st.composite
def blobs(draw: st.DrawFn) -> Mask:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    height, width = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    mask = rng.random((height, width)) < draw(st.floats(0.1, 0.95))
    return np.kron(mask, np.ones((1, 1) if draw(st.booleans()) else (2, 3), np.bool_)).astype(np.bool_)


@given(blobs())
@settings(max_examples=60, deadline=None)
def test_it_is_the_paper_s_algorithm(mask: Mask) -> None:
    before = mask.copy()
    assert np.array_equal(thin(mask), naive(mask))
    assert np.array_equal(mask, before), "the caller's mask was changed"


@given(blobs())
@settings(max_examples=60, deadline=None)
def test_every_part_stays_one_part(mask: Mask) -> None:
    skeleton = thin(mask)
    assert not (skeleton & ~mask).any()
    whole, worn = parts(mask), parts(skeleton)
    assert len(whole) == len(worn)
    assert all(sum(one <= other for other in whole) == 1 for one in worn)


def test_no_mask_of_four_by_four_loses_a_part() -> None:
    # Each mask of 4 x 4 once, 256 of them to a sheet with paper between them.
    for high in range(0, 1 << 16, 256):
        masks = ((np.arange(high, high + 256)[:, None] >> np.arange(16)) & 1).astype(np.bool_).reshape(256, 4, 4)
        sheet = np.zeros((16, 16, 6, 6), np.bool_)
        sheet[:, :, 1:5, 1:5] = masks.reshape(16, 16, 4, 4)
        flat = sheet.swapaxes(1, 2).reshape(96, 96)
        worn = thin(flat).reshape(16, 6, 16, 6).swapaxes(1, 2).any((2, 3)).ravel()
        assert np.array_equal(worn, masks.any((1, 2)))


@pytest.mark.parametrize("size", range(1, 25))
def test_a_round_dot_of_any_size_leaves_a_mark(size: int) -> None:
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    dot = np.pad(x**2 + y**2 <= (size / 2) ** 2, 2)
    assert 1 <= thin(dot).sum() <= 4


def test_lines_become_one_pixel_wide_and_keep_nearly_their_length() -> None:
    bar = np.zeros((30, 60), np.bool_)
    bar[10:17, 5:55] = True
    for mask, axis in ((bar, 0), (bar.T, 1)):
        skeleton = thin(mask)
        assert skeleton.sum(axis).max() == 1
        assert 40 <= skeleton.sum() <= 50
    thin_line = np.eye(20, dtype=np.bool_)
    assert np.array_equal(thin(thin_line), thin_line)


def test_a_ring_keeps_its_hole() -> None:
    y, x = np.mgrid[-15:16, -15:16]
    radius = np.hypot(x, y)
    skeleton = thin((radius > 7) & (radius < 12))
    assert len(parts(skeleton)) == 1
    assert parts_by_edge(~np.pad(skeleton, 1)) == 2


def parts_by_edge(mask: Mask) -> int:
    """Count the 4-connected parts: if ink is 8-connected, paper is 4-connected."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    count = 0
    while left:
        count += 1
        edge = [left.pop()]
        while edge:
            y, x = edge.pop()
            near = {(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)} & left
            left -= near
            edge += near
    return count


def test_nothing_stays_nothing() -> None:
    assert not thin(np.zeros((5, 7), np.bool_)).any()
    assert thin(np.zeros((5, 7), np.bool_)).shape == (5, 7)
    assert thin(np.ones((1, 1), np.bool_)).all()
