"""The recogniser: ranks a library's glyphs for one drawing, from memory.

`PrototypeRecogniser` keeps one prototype for each glyph, a weighted mean of its shots' embeddings. Enrolling a shot
changes one prototype, in a library of any size. Ranking compares with all of them, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.engine.calibration import Calibration, spread_of
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.doubts import Doubt, Others, doubt_of
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import Learner
from glyphstudio.learners.robust import robust_prototype

Vector = NDArray[np.float32]
_UNIT = 2.0**-24  # of float32: the largest relative error of one rounding


@dataclass(frozen=True)
class Guess:
    """A glyph, its probability (0..1), the squared distance to its prototype, and the number of shots in that mean."""

    glyph_id: int
    probability: float
    distance: float
    shots: int


@dataclass(frozen=True)
class Guesses:
    """best: the likeliest first. unknown: the probability that the drawing is of no enrolled glyph. The probabilities
    of all glyphs and of "unknown" add up to 1."""

    best: tuple[Guess, ...]
    unknown: float


class Recogniser(Protocol):
    """Ranks a library's glyphs. `recogniser_for` chooses the kind for a learner."""

    def __len__(self) -> int:
        """The number of enrolled glyphs."""
        ...

    def embed(self, bitmaps: Sequence[Bitmap]) -> Vector:
        """(B, S, S) bitmaps, one or more -> (B, D) float32: the vector that the learner remembers of each. Raises
        EngineError if weights overflow."""
        ...

    def enrol(self, shot_id: int, glyph_id: int, embedding: Vector) -> None:
        """Add a shot, or replace the one with this id."""
        ...

    def forget(self, shot_id: int) -> None:
        """Remove a shot, and its glyph with its last shot. Ignore a shot that is not enrolled."""
        ...

    def rank(self, embedding: Vector, best: int = 5) -> Guesses:
        """Return the `best` likeliest glyphs for a drawing with this (D,) embedding; none if nothing is enrolled."""
        ...

    def doubt(self, glyph_id: int) -> Doubt | None:
        """Return the doubt about one of a glyph's shots, if there is one and the recogniser can tell."""
        ...


def remembered(learner: Learner, bitmaps: Sequence[Bitmap]) -> Vector:
    """(B, S, S) bitmaps, one or more -> (B, D) float32. Raises EngineError if weights overflow."""
    batch = torch.from_numpy(np.stack(bitmaps))[:, None].to(next(learner.parameters()).device)
    with torch.inference_mode():
        vectors: Vector = learner.remember(batch).float().cpu().numpy()
    if not np.isfinite(vectors).all():
        raise EngineError("These weights give no finite numbers for a drawing. Use those that came with GlyphStudio.")
    return vectors


class PrototypeRecogniser:
    """Prototypes of a library's glyphs, for a learner that answers with the nearest prototype."""

    def __init__(self, learner: Learner, calibration: Calibration) -> None:
        self._learner = learner.eval()
        self._calibration = calibration
        self._glyph_of: dict[int, int] = {}  # shot id -> glyph id
        self._shots: dict[int, dict[int, Vector]] = {}  # glyph id -> shot id -> embedding
        self._row: dict[int, int] = {}  # glyph id -> row of the arrays below; the first len(_row) are in use
        self._glyphs = np.zeros(0, np.int64)
        self._counts = np.zeros(0, np.int64)
        self._prototypes = np.zeros((0, 0), np.float32)
        self._squares = np.zeros(0, np.float64)

    def __len__(self) -> int:
        return len(self._row)

    def embed(self, bitmaps: Sequence[Bitmap]) -> Vector:
        """(B, S, S) bitmaps, one or more -> (B, D) float32 embeddings. Raises EngineError if weights overflow."""
        return remembered(self._learner, bitmaps)

    def enrol(self, shot_id: int, glyph_id: int, embedding: Vector) -> None:
        """Add a shot, or replace the one with this id."""
        self.forget(shot_id)
        self._glyph_of[shot_id] = glyph_id
        self._shots.setdefault(glyph_id, {})[shot_id] = embedding
        if glyph_id not in self._row:
            self._append(glyph_id, len(embedding))
        self._refresh(glyph_id)

    def forget(self, shot_id: int) -> None:
        """Remove a shot, and its glyph with its last shot. Ignore a shot that is not enrolled."""
        glyph_id = self._glyph_of.pop(shot_id, None)
        if glyph_id is None:
            return
        del self._shots[glyph_id][shot_id]
        if self._shots[glyph_id]:
            self._refresh(glyph_id)
        else:
            self._remove(glyph_id)

    def rank(self, embedding: Vector, best: int = 5) -> Guesses:
        """Return the `best` likeliest glyphs for a drawing with this (D,) embedding; none if nothing is enrolled."""
        count = len(self._row)
        if not count:
            return Guesses((), unknown=1.0)
        prototypes, squares, counts = self._prototypes[:count], self._squares[:count], self._counts[:count]
        # |p|^2 - 2 p.q + |q|^2 is one pass over memory, but rounds. All glyphs that could be among the best, within the
        # bound of that rounding (Higham 2002, section 3.1), are then computed as |p - q|^2.
        square = float(np.square(embedding, dtype=np.float64).sum())
        distances = squares - 2.0 * (prototypes @ embedding) + square
        bound = 4 * len(embedding) * _UNIT * float(np.sqrt(squares.max() * square))
        energies = self._calibration.energies(distances, counts)
        bound /= self._calibration.temperature * float(spread_of(counts).min())
        place = min(max(best, 2), count) - 1  # "unknown" looks at two
        near = np.flatnonzero(energies <= np.partition(energies, place)[place] + 2 * bound)
        distances[near] = np.square(prototypes[near].astype(np.float64) - embedding).sum(1)
        probabilities, unknown = self._calibration.probabilities(distances, counts)
        energies = self._calibration.energies(distances[near], counts[near])
        order = near[np.lexsort((self._glyphs[near], energies))][:best]
        guesses = tuple(
            Guess(int(self._glyphs[row]), float(probabilities[row]), float(distances[row]), int(counts[row]))
            for row in order
        )
        return Guesses(guesses, unknown)

    def doubt(self, glyph_id: int) -> Doubt | None:
        """Return the doubt about one of a glyph's shots, if there is one."""
        row = self._row.get(glyph_id)
        if row is None:
            return None
        rows = np.flatnonzero(np.arange(len(self._row)) != row)
        others = Others(self._glyphs[rows], self._prototypes[rows], self._counts[rows])
        return doubt_of(self._shots[glyph_id], others, self._calibration.apart)

    def _append(self, glyph_id: int, length: int) -> None:
        row = len(self._row)
        if row == len(self._glyphs):
            room = max(2 * row, 64)
            self._glyphs = _grown(self._glyphs, (room,))
            self._counts = _grown(self._counts, (room,))
            self._prototypes = _grown(self._prototypes, (room, length))
            self._squares = _grown(self._squares, (room,))
        self._row[glyph_id] = row
        self._glyphs[row] = glyph_id

    def _remove(self, glyph_id: int) -> None:
        """Remove a glyph. The last row moves into the gap."""
        del self._shots[glyph_id]
        row, last = self._row.pop(glyph_id), len(self._row)
        if row != last:
            for array in (self._glyphs, self._counts, self._prototypes, self._squares):
                array[row] = array[last]
            self._row[int(self._glyphs[row])] = row

    def _refresh(self, glyph_id: int) -> None:
        """Compute the prototype again from all shots of the glyph, so that forgotten shots leave no residue."""
        row, shots = self._row[glyph_id], self._shots[glyph_id]
        self._counts[row] = len(shots)
        prototype = robust_prototype(torch.from_numpy(np.stack(list(shots.values())).astype(np.float64)))
        self._prototypes[row] = prototype.numpy()
        self._squares[row] = np.square(self._prototypes[row], dtype=np.float64).sum()


_T = TypeVar("_T", bound=np.generic)


def _grown(array: NDArray[_T], shape: tuple[int, ...]) -> NDArray[_T]:
    bigger = np.zeros(shape, array.dtype)
    if array.size:
        bigger[: len(array)] = array
    return bigger
