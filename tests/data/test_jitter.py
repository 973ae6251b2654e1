"""Jitter: exact without randomness, the same for a seed, and always within 0..1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from glyphstudio.data.jitter import VARIANTS, Jitter, _wider, vary

STILL = Jitter(turn=0, shear=0, scale=0, shift=0, wave=0, width=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def some(count: int = 8, size: int = 15) -> Tensor:
    return torch.rand(count, 1, size, size, generator=seeded(99))


def strokes(count: int) -> Tensor:
    """Return bitmaps (24 x 24) of a bar well away from the edges."""
    bitmaps = torch.zeros(count, 1, 24, 24)
    bitmaps[:, :, 6:18, 10:14] = 1
    return bitmaps


def turned(bitmap: np.ndarray, variant: int) -> np.ndarray:
    quarter = np.rot90(bitmap, variant % 4)
    return np.fliplr(quarter) if variant >= 4 else quarter


@pytest.mark.parametrize("size", [2, 15, 16])
def test_without_jitter_pixels_only_change_places(size: int) -> None:
    bitmaps = some(size=size)
    result = vary(bitmaps, torch.arange(VARIANTS), None, seeded())
    for variant in range(VARIANTS):
        assert np.array_equal(result[variant, 0].numpy(), turned(bitmaps[variant, 0].numpy(), variant))
    assert torch.equal(bitmaps, some(size=size)), "the caller's bitmaps were changed"


def test_the_eight_variants_of_a_lopsided_glyph_all_differ() -> None:
    result = vary(some(1).expand(VARIANTS, -1, -1, -1), torch.arange(VARIANTS), None, seeded())
    assert len({bitmap.numpy().tobytes() for bitmap in result}) == VARIANTS


@pytest.mark.parametrize("size", [15, 16])
def test_jitter_without_any_range_is_the_exact_variant(size: int) -> None:
    bitmaps, variants = some(size=size), torch.arange(VARIANTS)
    assert torch.allclose(vary(bitmaps, variants, STILL, seeded()), vary(bitmaps, variants, None, seeded()), atol=1e-4)


@given(
    seed=st.integers(0, 1000),
    jitter=st.builds(
        Jitter,
        turn=st.floats(0, 45),
        shear=st.floats(0, 0.5),
        scale=st.floats(0, 0.5),
        shift=st.floats(0, 0.5),
        wave=st.floats(0, 4),
        knots=st.integers(2, 7),
        width=st.floats(0, 1),
    ),
)
@settings(max_examples=25, deadline=None)
def test_any_jitter_keeps_shape_and_range_and_repeats_for_a_seed(seed: int, jitter: Jitter) -> None:
    bitmaps, variants = some(), torch.arange(VARIANTS)
    first = vary(bitmaps, variants, jitter, seeded(seed))
    assert (first.shape, first.dtype) == (bitmaps.shape, torch.float32)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 1 + 1e-5
    assert torch.equal(first, vary(bitmaps, variants, jitter, seeded(seed)))


@pytest.mark.parametrize("range_of", ["turn", "shear", "scale", "shift", "wave", "width"])
def test_every_range_has_its_own_effect_and_each_bitmap_a_different_one(range_of: str) -> None:
    one = replace(STILL, **{range_of: getattr(Jitter(), range_of)})
    result = vary(strokes(6), torch.zeros(6, dtype=torch.int64), one, seeded())
    assert float((result - strokes(6)).abs().mean()) > 1e-3
    assert len({bitmap.numpy().tobytes() for bitmap in result}) == 6
    assert not torch.equal(result, vary(strokes(6), torch.zeros(6, dtype=torch.int64), one, seeded(1)))


def test_the_usual_jitter_leaves_the_glyph_a_glyph() -> None:
    result = vary(strokes(64), torch.zeros(64, dtype=torch.int64), Jitter(), seeded())
    amount = result.sum((1, 2, 3)) / strokes(1).sum()
    assert float(amount.min()) > 0.5
    assert float(amount.max()) < 2.0
    alike = [np.corrcoef(bitmap.flatten(), strokes(1).flatten())[0, 1] for bitmap in result]
    assert np.median(alike) > 0.6


def test_width_makes_strokes_wider_and_thinner_within_a_pixel() -> None:
    count = 200
    result = vary(strokes(count), torch.zeros(count, dtype=torch.int64), replace(STILL, width=1.0), seeded())
    amount = result.sum((1, 2, 3))
    thinnest, drawn, widest = 10 * 2, 12 * 4, 14 * 6  # a pixel less or more on either side of the 12 x 4 bar
    assert float(amount.min()) == pytest.approx(thinnest, abs=3)
    assert float(amount.max()) == pytest.approx(widest, abs=3)
    assert 0.3 < float((amount > drawn).float().mean()) < 0.7
    wider = result[amount > drawn + 1]
    assert bool((wider >= strokes(1) - 1e-4).all()), "a wider stroke covers the drawn one"


@pytest.mark.parametrize("size", [1, 2, 15])
def test_wider_strokes_equal_torchs_max_pooling(size: int) -> None:
    bitmaps = some(size=size) - 0.5  # values below zero, as when strokes get thinner
    assert torch.equal(_wider(bitmaps), torch.nn.functional.max_pool2d(bitmaps, 3, 1, 1))


def test_positive_shift_and_turn_stay_within_their_ranges() -> None:
    count, size = 100, 24
    result = vary(strokes(count), torch.zeros(count, dtype=torch.int64), replace(STILL, shift=0.25), seeded())
    along = torch.arange(size) + 0.5
    centre = (result.sum(2)[:, 0] * along).sum(1) / result.sum((1, 2, 3))
    moved = (centre - size / 2).abs()
    assert float(moved.max()) <= 0.25 * size / 2 + 0.01
    assert float(moved.max()) > 0.2 * size / 2
