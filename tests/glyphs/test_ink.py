"""Ink: immutable, equal by value, exact in its byte form, and safe against hostile bytes."""

from __future__ import annotations

import dataclasses
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glyphstudio.glyphs.ink import LIMIT, MAX_POINTS, MAX_STROKES, MAX_TIME, Ink, InkError, Stroke

NAN, INF = float("nan"), float("inf")
coordinates = st.floats(-LIMIT, LIMIT)
anything = st.one_of(st.floats(), st.floats(-2, 2))


@st.composite
def strokes(draw: st.DrawFn, pressure: bool | None = None) -> Stroke:
    xy = draw(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=20))
    t = draw(st.lists(st.floats(-100, 2 * MAX_TIME), min_size=len(xy), max_size=len(xy)))
    has_pressure = draw(st.booleans()) if pressure is None else pressure
    force = draw(st.lists(st.floats(-1, 2), min_size=len(xy), max_size=len(xy))) if has_pressure else None
    return Stroke.of(xy, t, force)


inks = st.builds(lambda drawn: Ink(tuple(drawn)), st.lists(strokes(), max_size=6))


def arrays(ink: Ink) -> list[tuple[list[object], list[object], list[object] | None]]:
    return [
        (stroke.xy.tolist(), stroke.t.tolist(), None if stroke.pressure is None else stroke.pressure.tolist())
        for stroke in ink.strokes
    ]


# The byte form


@given(st.booleans().flatmap(lambda pressure: st.lists(strokes(pressure), max_size=6)))
@settings(max_examples=60, deadline=None)
def test_bytes_bring_every_number_back(drawn: list[Stroke]) -> None:
    ink = Ink(tuple(drawn))
    again = Ink.from_bytes(ink.to_bytes())
    assert arrays(again) == arrays(ink)
    assert again == ink
    assert again.to_bytes() == ink.to_bytes()


@given(inks)
@settings(max_examples=30, deadline=None)
def test_pressure_is_kept_where_every_stroke_has_it(ink: Ink) -> None:
    again = Ink.from_bytes(ink.to_bytes())
    assert again == ink
    kept = bool(ink) and all(stroke.pressure is not None for stroke in ink.strokes)
    assert all((stroke.pressure is not None) == kept for stroke in again.strokes)


def test_bytes_are_compact() -> None:
    turn = np.linspace(0, 20, 1000)
    ink = Ink.of([np.stack([0.5 + 0.02 * turn * np.cos(turn), 0.5 + 0.02 * turn * np.sin(turn)], 1)])
    assert len(ink.to_bytes()) < 5 * ink.points
    assert len(Ink().to_bytes()) < 40


def test_the_largest_drawing_round_trips() -> None:
    points = np.random.default_rng(0).random((MAX_POINTS, 2))
    ink = Ink(tuple(Stroke.of(part) for part in np.array_split(points, MAX_STROKES)))
    assert Ink.from_bytes(ink.to_bytes()) == ink


# Values


@given(inks, inks)
@settings(max_examples=40, deadline=None)
def test_equal_means_equal_numbers(one: Ink, other: Ink) -> None:
    copy = Ink(tuple(Stroke.of(stroke.xy, stroke.t, stroke.pressure) for stroke in one.strokes))
    assert one == copy
    assert hash(one) == hash(copy)
    if [(xy, t) for xy, t, _ in arrays(one)] != [(xy, t) for xy, t, _ in arrays(other)]:
        assert one != other
    assert one != "ink"


def test_each_number_counts_and_so_does_the_order() -> None:
    base = Ink((Stroke.of([(0, 0), (1, 1)], [0, 9], [0.5, 0.5]), Stroke.of([(0.5, 0.5)], [20], [1])))
    others = [
        Ink((Stroke.of([(0, 0), (1, 1 + 2**-16)], [0, 9], [0.5, 0.5]), base.strokes[1])),
        Ink((Stroke.of([(0, 0), (1, 1)], [0, 10], [0.5, 0.5]), base.strokes[1])),
        Ink((Stroke.of([(0, 0), (1, 1)], [0, 9], [0.5, 0.6]), base.strokes[1])),
        Ink((Stroke.of([(0, 0), (1, 1)], [0, 9]), Stroke.of([(0.5, 0.5)], [20]))),
        Ink(base.strokes[::-1]),
        Ink((Stroke.of([(0, 0), (1, 1), (0.5, 0.5)], [0, 9, 20], [0.5, 0.5, 1]),)),
        base.undone(),
        Ink(),
    ]
    assert len({base, *others}) == len(others) + 1


@given(inks, strokes())
@settings(max_examples=30, deadline=None)
def test_undo_is_a_shorter_ink(ink: Ink, stroke: Stroke) -> None:
    longer = ink.plus(stroke)
    assert len(longer.strokes) == len(ink.strokes) + 1
    assert longer.strokes[-1] is stroke
    assert longer != ink
    assert longer.undone() == ink
    assert longer.points == ink.points + len(stroke)


def test_empty_ink() -> None:
    assert not Ink()
    assert Ink().undone() == Ink() == Ink.of([])
    assert Ink().points == 0
    assert Ink.from_bytes(Ink().to_bytes()) == Ink()
    assert Ink.of([[(0.5, 0.5)]])


def test_nothing_can_be_changed() -> None:
    source = np.array([[0.25, 0.5], [0.5, 0.5]])
    ink = Ink((Stroke.of(source, [0, 5], [0.5, 1]),))
    source[:] = 0.75
    assert ink.strokes[0].xy[0].tolist() == [0.25, 0.5]
    for made in (ink, Ink.from_bytes(ink.to_bytes())):
        stroke = made.strokes[0]
        for array in (stroke.xy, stroke.t, stroke.pressure):
            assert array is not None
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
        with pytest.raises(dataclasses.FrozenInstanceError):
            made.strokes = ()  # type: ignore[misc]
        with pytest.raises(dataclasses.FrozenInstanceError):
            stroke.pressure = None  # type: ignore[misc]


def test_plain_lists_are_timed() -> None:
    ink = Ink.of([[(0, 0), (1, 0), (1, 1)], [(0, 1)]])
    assert [stroke.t.tolist() for stroke in ink.strokes] == [[0, 10, 20], [120]]
    assert Stroke.of([(0, 0), (1, 1)]).t.tolist() == [0, 10]
    assert ink.strokes[0].pressure is None


# Strict and tidy


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_time_never_decreases_and_stays_in_range(times: list[float]) -> None:
    t = Stroke.of([(0.5, 0.5)] * len(times), times).t
    assert (np.diff(t) >= 0).all()
    assert 0 <= t.min() <= t.max() <= MAX_TIME


def test_times_run_on_after_a_clock_that_went_back() -> None:
    assert Stroke.of([(0, 0)] * 4, [0, 20, 10, 30]).t.tolist() == [0, 20, 20, 30]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Stroke.of([(0.5, NAN)]), "not a number"),
        (lambda: Stroke.of([(INF, 0.5)]), "not a number"),
        (lambda: Stroke.of([(0, 0)], [NAN]), "not a number"),
        (lambda: Stroke.of([(0, 0)], [0], [NAN]), "pressure that is not a number"),
        (lambda: Stroke.of([(LIMIT + 0.1, 0)]), "far outside"),
        (lambda: Stroke.of([(0, -1e300)]), "far outside"),
        (lambda: Stroke.of([]), "at least one point"),
        (lambda: Stroke.of([1, 2]), "at least one point"),
        (lambda: Stroke.of([(1, 2, 3)]), "at least one point"),
        (lambda: Stroke.of([(0, 0), (1, 1)], [0]), "one time"),
        (lambda: Stroke.of([(0, 0)], [0], [1, 1]), "one pressure"),
        (lambda: Ink.of([[(0, 0)], [(0, NAN)]]), "not a number"),
        (lambda: Ink((Stroke.of([(0, 0)]),) * (MAX_STROKES + 1)), "10,000 strokes and 500,000 points"),
        (lambda: Ink((Stroke.of(np.zeros((MAX_POINTS // 2 + 1, 2))),) * 2), "has more"),
        (lambda: Ink.tidy([([(0, 0), (1, 1)], [0], None)]), "one time"),
        (lambda: Ink.tidy([([(0, 0)], None, [1, 1])]), "one pressure"),
        (lambda: Ink.tidy([([(0, 0, 0), (1, 1, 1)], None, None)]), "an x and a y"),
        (lambda: Ink.tidy([([1, 2, 3], None, None)]), "an x and a y"),
    ],
)
def test_data_that_is_not_ink_gets_a_sentence(make: Callable[[], object], said: str) -> None:
    with pytest.raises(InkError, match=said) as raised:
        make()
    assert str(raised.value).endswith(".")


def test_points_beside_the_canvas_are_ink() -> None:
    assert Stroke.of([(-LIMIT, LIMIT)]).xy.tolist() == [[-LIMIT, LIMIT]]


def test_tidy_drops_points_that_are_not_numbers_and_moves_far_points_to_the_limit() -> None:
    ink = Ink.tidy(
        [
            ([(0, 0), (NAN, 1), (1, 1)], [0, 5, 9], [0.5, 0.75, 1]),
            ([(NAN, NAN)], None, None),
            ([], None, None),
            ([(100, -100)], None, None),
        ]
    )
    assert [stroke.xy.tolist() for stroke in ink.strokes] == [[[0, 0], [1, 1]], [[LIMIT, -LIMIT]]]
    assert ink.strokes[0].t.tolist() == [0, 9]
    assert ink.strokes[0].pressure is not None
    assert ink.strokes[0].pressure.tolist() == [0.5, 1]


@given(st.lists(st.lists(st.tuples(anything, anything, anything, anything), max_size=8), max_size=4))
@settings(max_examples=60, deadline=None)
def test_tidy_takes_any_numbers(rows: list[list[tuple[float, float, float, float]]]) -> None:
    ink = Ink.tidy(
        [([row[:2] for row in stroke], [row[2] for row in stroke], [row[3] for row in stroke]) for stroke in rows]
    )
    finite = [sum(bool(np.isfinite(row[:2]).all()) for row in stroke) for stroke in rows]
    assert [len(stroke) for stroke in ink.strokes] == [count for count in finite if count]
    for stroke in ink.strokes:
        assert np.abs(stroke.xy).max() <= LIMIT
        assert (np.diff(stroke.t) >= 0).all()
    assert Ink.from_bytes(ink.to_bytes()) == ink


# Hostile bytes

GOOD = Ink.of([[(0.25, 0.25), (0.75, 0.75)], [(0.5, 0.5)]]).to_bytes()


def forged(strokes: int, points: int, body: bytes, version: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<4sBBII", b"GINK", version, flags, strokes, points) + zlib.compress(body, 9)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda tail: GOOD[:14] + tail)))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_ink_or_an_ink_error(data: bytes) -> None:
    try:
        Ink.from_bytes(data)
    except InkError as error:
        assert str(error).endswith(".")


@given(
    strokes=st.integers(0, 2**32 - 1) | st.integers(0, 5),
    points=st.integers(0, 2**32 - 1) | st.integers(0, 5),
    flags=st.integers(0, 255) | st.integers(0, 1),
    body=st.binary(max_size=100),
)
@settings(max_examples=100, deadline=None)
def test_any_header_and_body_are_ink_or_an_ink_error(strokes: int, points: int, flags: int, body: bytes) -> None:
    try:
        ink = Ink.from_bytes(forged(strokes, points, body, flags=flags))
    except InkError:
        return
    assert Ink.from_bytes(ink.to_bytes()) == ink


def test_every_cut_and_every_flipped_bit_is_noticed() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(InkError):
            Ink.from_bytes(GOOD[:length])
    with pytest.raises(InkError, match="damaged"):
        Ink.from_bytes(GOOD + b"x")
    for place in range(14, len(GOOD)):
        for bit in range(8):
            data = bytearray(GOOD)
            data[place] ^= 1 << bit
            try:
                assert Ink.from_bytes(bytes(data)) == Ink.from_bytes(GOOD)  # zlib's own header has free bits
            except InkError:
                continue


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not GlyphStudio ink"),
        (b"GINK", "not GlyphStudio ink"),
        (b"PNG!" + GOOD[4:], "not GlyphStudio ink"),
        (forged(1, 1, bytes(16), version=2), "format version 2; this GlyphStudio reads version 1. Update"),
        (forged(MAX_STROKES + 1, MAX_STROKES + 1, b""), "larger than any drawing"),
        (forged(1, MAX_POINTS + 1, b""), "larger than any drawing"),
        (forged(1, 1, b""), "damaged"),
        (forged(1, 1, bytes(17)), "damaged"),
        (forged(0, 1, b""), "damaged"),
        (forged(1, 1, bytes(16)), "damaged"),  # a stroke of no points
        (forged(1, 1, bytes(16), flags=2), "damaged"),
        (GOOD[:14] + b"no zlib", "damaged"),
    ],
)
def test_bad_bytes_get_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(InkError, match=said):
        Ink.from_bytes(data)


def test_a_bomb_is_refused_before_it_grows() -> None:
    bomb = forged(1, 10, bytes(200 << 20))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(InkError, match="damaged"):
            Ink.from_bytes(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_lengths_that_overflow_are_refused() -> None:
    words = np.array([2**31 - 1, 2**31 - 1, 4, *[0] * 6], dtype="<i4")  # three strokes, two points
    body = words.view(np.uint8).reshape(-1, 4).T.tobytes()
    with pytest.raises(InkError, match="damaged"):
        Ink.from_bytes(forged(3, 2, body))


def test_coordinates_outside_the_limit_are_refused() -> None:
    words = np.array([1, 9 << 16, 0, 0], dtype="<i4")
    with pytest.raises(InkError, match="far outside"):
        Ink.from_bytes(forged(1, 1, words.view(np.uint8).reshape(-1, 4).T.tobytes()))
