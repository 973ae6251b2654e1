"""The unbiased average against a plain loop, and extremes that no decimation may lose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphstudio.ui.plot.series import Numbers, Series
from glyphstudio.ui.plot.smoothing import Smoother


def by_loop(values: Numbers, weight: float) -> list[float]:
    """Return the averages by their definition."""
    average, count, result = 0.0, 0, []
    for value in values:
        if not np.isfinite(value):
            result.append(np.nan)
            continue
        count += 1
        average = weight * average + (1 - weight) * value
        result.append(average / (1 - weight**count))
    return result


@pytest.mark.parametrize("weight", [0.0, 1e-9, 0.5, 0.9, 0.99, 0.999])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 5000])
def test_the_average_matches_the_loop(count: int, weight: float) -> None:
    values = np.random.default_rng(0).normal(3, 1, count)
    assert Smoother(weight).extend(values) == pytest.approx(by_loop(values, weight), rel=1e-9)


def test_a_constant_stays_constant_from_its_first_point() -> None:
    assert Smoother(0.999).extend(np.full(100_000, 0.7)) == pytest.approx(0.7, rel=1e-12)


def test_gaps_stay_gaps_and_do_not_count() -> None:
    values = np.array([np.nan, 1.0, np.inf, 3.0, np.nan, -np.inf, 2.0])
    smooth = Smoother(0.6).extend(values)
    assert np.isnan(smooth).tolist() == [True, False, True, False, True, True, False]
    assert smooth == pytest.approx(by_loop(values, 0.6), nan_ok=True)
    assert smooth[~np.isnan(smooth)] == pytest.approx(Smoother(0.6).extend(np.array([1.0, 3.0, 2.0])))


@given(st.integers(0, 400), st.lists(st.integers(0, 400), max_size=4), st.floats(0, 0.999))
@settings(max_examples=40, deadline=None)
def test_numbers_in_parts_are_smoothed_as_if_at_once(count: int, cuts: list[int], weight: float) -> None:
    values = np.random.default_rng(count).normal(size=count)
    smoother = Smoother(weight)
    parts = [smoother.extend(part) for part in np.split(values, sorted(min(cut, count) for cut in cuts))]
    assert np.concatenate(parts) == pytest.approx(Smoother(weight).extend(values), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("weight", [-0.1, 1.0, float("nan")])
def test_weights_out_of_range(weight: float) -> None:
    with pytest.raises(ValueError, match="not from 0 up to 1"):
        Smoother(weight)


@pytest.mark.parametrize("count", [1_000, 30_000, 300_000])
@pytest.mark.parametrize("share", [0.0, 0.37, 0.999])
def test_a_single_spike_is_seen_among_any_number(count: int, share: float) -> None:
    values = np.random.default_rng(0).normal(size=count)
    spike = int(share * count)
    values[spike] = 1e6
    series = Series()
    for part in np.array_split(values, 77):
        series.extend(part)
    index, seen = series.seen(0, count, 300)
    assert len(seen) <= 3 * 300 + 4
    assert seen.max() == 1e6
    assert seen.min() == values.min()
    place = int(index[seen.argmax()])
    assert abs(place - spike) <= 2 * count / 300, "the spike is at the wrong place"
    assert (np.diff(index) >= 0).all()


def test_gaps_do_not_hide_their_neighbours_and_a_cut_forgets() -> None:
    values = np.zeros(100_000)
    values[500:900] = np.nan
    values[50_000] = np.inf
    values[50_001], values[99_999] = 5.0, 9.0
    series = Series()
    series.extend(values)
    _, seen = series.seen(0, 100_000, 200)
    assert np.nanmax(seen) == 9.0
    assert 5.0 in seen
    assert not np.isinf(seen).any()
    before = series.values
    series.cut(60_000)
    series.extend(np.full(40_000, 1.0))
    assert np.nanmax(series.seen(0, 100_000, 200)[1]) == 5.0
    assert before[99_999] == 9.0, "an earlier view must not change"
