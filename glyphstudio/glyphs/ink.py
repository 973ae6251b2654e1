"""Ink: one drawing as pen strokes, immutable, with a compact byte form.

Coordinates are in canvas units: 0..1 over the square canvas, x to the right, y down. Time is in milliseconds since the
first point of the drawing, pressure is 0..1. A pen may leave the canvas, so ``-LIMIT..LIMIT`` is allowed for
coordinates. All three are rounded to a fine grid (see ``*_STEPS``), so ``Ink.from_bytes(ink.to_bytes()) == ink`` holds
exactly.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

LIMIT = 8.0
MAX_STROKES = 10_000
MAX_POINTS = 500_000
XY_STEPS = 1 << 16  # grid of x and y: 1/65536 of the canvas
PRESSURE_STEPS = 1 << 10
MAX_TIME = float(1 << 24)  # ms; more than four hours, and float32 holds every whole ms below it exactly

_MAGIC = b"GINK"
_VERSION = 1
_HEADER = struct.Struct("<4sBBII")  # magic, version, flags, strokes, points
_HAS_PRESSURE = 1


class InkError(ValueError):
    """The data is not ink. The message is a sentence for the user."""


def _on_grid(values: ArrayLike, steps: float, low: float, high: float) -> NDArray[np.float32]:
    array = np.round(np.clip(np.asarray(values, dtype=np.float64), low, high) * steps) / steps
    result = array.astype(np.float32)
    result.setflags(write=False)
    return result


@dataclass(frozen=True, eq=False)
class Stroke:
    """Pen down to pen up.

    xy: (P, 2) float32, P >= 1. t: (P,) float32 ms, never decreasing. pressure: (P,) float32 in 0..1, or None if the
    device measures none. The arrays are read-only. Build a stroke with ``Stroke.of``.
    """

    xy: NDArray[np.float32]
    t: NDArray[np.float32]
    pressure: NDArray[np.float32] | None = None

    @staticmethod
    def of(xy: ArrayLike, t: ArrayLike | None = None, pressure: ArrayLike | None = None) -> Stroke:
        """Return a stroke from anything array-like. Without `t`, points are 10 ms apart.

        Raises InkError if shapes disagree, if there is no point, if a number is not finite, or if a coordinate is
        outside -LIMIT..LIMIT.
        """
        points = np.asarray(xy, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise InkError("A stroke needs at least one point with an x and a y.")
        times = np.arange(len(points)) * 10.0 if t is None else np.asarray(t, dtype=np.float64)
        force = None if pressure is None else np.asarray(pressure, dtype=np.float64)
        if times.shape != points.shape[:1] or (force is not None and force.shape != times.shape):
            raise InkError("A stroke needs one time (and one pressure, if any) for every point.")
        if not (np.isfinite(points).all() and np.isfinite(times).all()):
            raise InkError("The drawing has a coordinate or a time that is not a number.")
        if np.abs(points).max() > LIMIT:
            raise InkError("The drawing has a point far outside the canvas.")
        if force is not None and not np.isfinite(force).all():
            raise InkError("The drawing has a pen pressure that is not a number.")
        return Stroke(
            _on_grid(points, XY_STEPS, -LIMIT, LIMIT),
            _on_grid(np.maximum.accumulate(times), 1, 0.0, MAX_TIME),
            None if force is None else _on_grid(force, PRESSURE_STEPS, 0.0, 1.0),
        )

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True, eq=False)
class Ink:
    """One drawing: its strokes, in drawing order. Equal and hashable by value."""

    strokes: tuple[Stroke, ...] = field(default=())

    @staticmethod
    def of(strokes: Iterable[ArrayLike]) -> Ink:
        """Return ink from plain (P, 2) point lists, timed at 10 ms a point and 100 ms between strokes."""
        result: list[Stroke] = []
        start = 0.0
        for xy in strokes:
            points = np.asarray(xy, dtype=np.float64)
            result.append(Stroke.of(points, start + np.arange(len(points)) * 10.0))
            start = float(result[-1].t[-1]) + 100.0
        return Ink(tuple(result))

    @staticmethod
    def tidy(strokes: Iterable[tuple[ArrayLike, ArrayLike | None, ArrayLike | None]]) -> Ink:
        """Return ink from untrusted (xy, t, pressure) triples. Drops points that are not finite, moves points far
        outside to the limit, and drops strokes left without a point. Raises InkError only if shapes disagree."""
        result: list[Stroke] = []
        for xy, t, pressure in strokes:
            points = np.asarray(xy, dtype=np.float64)
            if not points.size:
                continue
            if points.ndim != 2 or points.shape[1] != 2:
                raise InkError("A stroke needs an x and a y for every point.")
            keep = np.isfinite(points).all(axis=1)
            columns: list[NDArray[np.float64] | None] = []
            for column in (t, pressure):
                array = None if column is None else np.nan_to_num(np.asarray(column, dtype=np.float64))
                if array is not None and array.shape != keep.shape:
                    raise InkError("A stroke needs one time (and one pressure, if any) for every point.")
                columns.append(None if array is None else array[keep])
            if keep.any():
                result.append(Stroke.of(np.clip(points[keep], -LIMIT, LIMIT), *columns))
        return Ink(tuple(result))

    def __post_init__(self) -> None:
        if len(self.strokes) > MAX_STROKES or self.points > MAX_POINTS:
            raise InkError(
                f"A drawing may have at most {MAX_STROKES:,} strokes and {MAX_POINTS:,} points; this one has more."
            )

    @property
    def points(self) -> int:
        """The number of points in all strokes."""
        return sum(len(stroke) for stroke in self.strokes)

    def __bool__(self) -> bool:
        return bool(self.strokes)

    def plus(self, stroke: Stroke) -> Ink:
        """Return the same drawing with one more stroke."""
        return Ink((*self.strokes, stroke))

    def undone(self) -> Ink:
        """Return the same drawing without its last stroke; empty ink stays empty."""
        return Ink(self.strokes[:-1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ink) and self._bytes == other._bytes

    def __hash__(self) -> int:
        return hash(self._bytes)

    @cached_property
    def _bytes(self) -> bytes:
        has_pressure = bool(self.strokes) and all(stroke.pressure is not None for stroke in self.strokes)
        lengths = np.array([len(stroke) for stroke in self.strokes], dtype="<i4")
        columns = [lengths]
        if self.strokes:
            xy = np.concatenate([stroke.xy for stroke in self.strokes]).astype(np.float64)
            columns += [_deltas(xy[:, 0] * XY_STEPS), _deltas(xy[:, 1] * XY_STEPS)]
            columns.append(_deltas(np.concatenate([stroke.t for stroke in self.strokes])))
            if has_pressure:
                force = np.concatenate([stroke.pressure for stroke in self.strokes if stroke.pressure is not None])
                columns.append(_deltas(force * PRESSURE_STEPS))
        header = _HEADER.pack(_MAGIC, _VERSION, _HAS_PRESSURE if has_pressure else 0, len(lengths), self.points)
        # The byte planes are separate: the high bytes of small differences are nearly all 0 or 255, which zlib
        # compresses to almost nothing.
        planes = np.concatenate(columns).view(np.uint8).reshape(-1, 4).T
        return header + zlib.compress(planes.tobytes(), 6)

    def to_bytes(self) -> bytes:
        """Return the compact form: 14 bytes of header, then zlib over the differences between points.

        It keeps pressure only if every stroke has it.
        """
        return self._bytes

    @staticmethod
    def from_bytes(data: bytes) -> Ink:
        """Return the ink that `to_bytes` wrote. Raises InkError on anything else, and never allocates more than the
        largest drawing needs."""
        if len(data) < _HEADER.size or data[:4] != _MAGIC:
            raise InkError("This is not GlyphStudio ink.")
        _, version, flags, strokes, points = _HEADER.unpack_from(data)
        if version != _VERSION:
            raise InkError(
                f"This ink has format version {version}; this GlyphStudio reads version {_VERSION}. Update it."
            )
        if strokes > MAX_STROKES or points > MAX_POINTS:
            raise InkError("This ink is larger than any drawing may be.")
        columns = 4 if flags & _HAS_PRESSURE else 3
        size = 4 * (strokes + (columns * points if strokes else 0))
        unzip = zlib.decompressobj()
        try:
            unpacked = unzip.decompress(data[_HEADER.size :], size + 1)
        except zlib.error as error:
            raise InkError("This ink is damaged.") from error
        # zlib compares its checksum only at the very end; if it never gets there, the last bytes are missing.
        if len(unpacked) != size or not unzip.eof or unzip.unused_data or flags > _HAS_PRESSURE:
            raise InkError("This ink is damaged.")
        words = np.ascontiguousarray(np.frombuffer(unpacked, np.uint8).reshape(4, -1).T).view("<i4").ravel()
        lengths = words[:strokes].astype(np.int64)
        if (lengths < 1).any() or int(lengths.sum()) != points:
            raise InkError("This ink is damaged.")
        if not strokes:
            return Ink()
        values = np.cumsum(words[strokes:].reshape(columns, points).astype(np.int64), axis=1)
        ends = np.cumsum(lengths)[:-1]
        xy = np.split(values[:2].T / XY_STEPS, ends)
        t = np.split(values[2], ends)
        force: Sequence[ArrayLike | None] = [None] * strokes
        if columns == 4:
            force = np.split(values[3] / PRESSURE_STEPS, ends)
        return Ink(tuple(Stroke.of(*stroke) for stroke in zip(xy, t, force, strict=True)))


def _deltas(values: NDArray[np.floating]) -> NDArray[np.int32]:
    whole = np.round(values).astype(np.int64)
    return np.diff(whole, prepend=0).astype("<i4")
