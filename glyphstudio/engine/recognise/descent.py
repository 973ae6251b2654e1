"""What can be watched: the change at each step of an inner loop, and a map of a library's embeddings.

A `Descent` descends the loss of a library's drawings once and keeps the learner's classifier after every step. It can
then rank a drawing after 0, 1, 2 .. steps without adapting again. `project` makes a map of embeddings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.prototypes import Guess, Vector, remembered
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import GradientLearner, Learner

STEPS = 10
_AT_ONCE = 64  # bitmaps in one pass; `go_on` may end the work between two passes
Ranking = tuple[Guess, ...]


def _go_on() -> None:
    """Never stop."""


class Descent:
    """One inner loop down the loss of a support set, with every step kept."""

    def __init__(
        self,
        learner: Learner,
        calibration: Calibration,
        bitmaps: Sequence[Bitmap],
        glyph_ids: Sequence[int],
        *,
        steps: int = STEPS,
        go_on: Callable[[], None] = _go_on,
    ) -> None:
        """bitmaps, glyph_ids: (M) shots, one or more, and the glyph of each. go_on: called now and then; what it raises
        ends the descent. Raises EngineError for a learner without an inner loop."""
        if not isinstance(learner, GradientLearner):
            raise EngineError(f"{learner.title} has no inner loop to watch. Choose MAML in the Learner menu.")
        self._learner, self._temperature = learner.eval(), calibration.temperature
        self._device = next(learner.parameters()).device
        glyphs, labels, counts = np.unique(np.asarray(glyph_ids, np.int64), return_inverse=True, return_counts=True)
        self._glyphs, self._counts = glyphs, counts.tolist()
        shots = torch.from_numpy(embed_library(learner, bitmaps, go_on)).to(self._device)
        seen = learner.watch(shots, torch.from_numpy(labels).to(self._device), steps, go_on)
        self.losses = tuple(loss for loss, _ in seen)  # after 0, 1, .. steps; not finite if it diverged
        self._after = [classifier for _, classifier in seen]

    def rankings(self, question: Bitmap, best: int = 5) -> tuple[Ranking, ...]:
        """Return the likeliest glyphs for one drawing after 0, 1, .. steps; none for a step that diverged.

        Probabilities are among the support set's glyphs only. The calibration of known and unknown is valid only after
        the learner's own number of steps.
        """
        asked = torch.from_numpy(remembered(self._learner, [question])).to(self._device)
        with torch.inference_mode():
            scores = [classifier.score(asked)[0].double().cpu().numpy() for classifier in self._after]
        return tuple(self._ranking(each, best) for each in scores)

    def _ranking(self, scores: NDArray[np.float64], best: int) -> Ranking:
        if not np.isfinite(scores).all():
            return ()
        powers = np.exp((scores - scores.max()) / self._temperature)
        shares = powers / powers.sum()
        return tuple(
            Guess(int(self._glyphs[way]), float(shares[way]), -float(scores[way]), self._counts[way])
            for way in np.lexsort((self._glyphs, -scores))[:best]
        )


def embed_library(learner: Learner, bitmaps: Sequence[Bitmap], go_on: Callable[[], None] = _go_on) -> Vector:
    """(M, S, S) bitmaps, one or more -> (M, D): the vectors that the learner remembers, a few at a time."""
    parts = []
    for start in range(0, len(bitmaps), _AT_ONCE):
        go_on()
        parts.append(remembered(learner, bitmaps[start : start + _AT_ONCE]))
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class Projection:
    """The plane on which a library's embeddings spread most.

    mean: (D,). axes: (2, D), orthonormal (rows of zeros if embeddings have fewer than two dimensions). share: of the
    embeddings' variance, the share that is in the plane, 0..1. The variance is the mean of squared distances, so this
    is also the share of the squared distances that a map shows.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float

    def places(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """(M, D) -> (M, 2), in the embeddings' own units."""
        flat: NDArray[np.float64] = (vectors - self.mean) @ self.axes.T
        return flat


def means(vectors: NDArray[np.floating], ways: NDArray[np.integer]) -> NDArray[np.float64]:
    """(M, D) embeddings and the way of each, 0..N-1 -> (N, D) prototypes."""
    counts = np.bincount(ways)
    total = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(total, ways, vectors)
    return total / counts[:, None]


def project(vectors: NDArray[np.floating], ways: NDArray[np.integer]) -> Projection:
    """Return the principal components of prototypes and shots together (Pearson 1901). Each axis has the sign that
    makes its largest component positive, so that the same library gives the same map.

    vectors: (M, D), one or more. ways: (M,), every way 0..N-1 at least once.
    """
    points = np.concatenate([means(vectors, ways), np.asarray(vectors, np.float64)])
    mean = points.mean(0)
    _, lengths, axes = np.linalg.svd(points - mean, full_matrices=False)
    total = float(np.square(lengths).sum())
    share = float(np.square(lengths[:2]).sum()) / total if total else 1.0
    plane = np.zeros((2, points.shape[1]))
    plane[: len(axes[:2])] = axes[:2]
    signs = np.sign(plane[np.arange(2), np.abs(plane).argmax(1)])
    return Projection(mean, plane * np.where(signs == 0, 1, signs)[:, None], share)
