"""To be watched: what each step of an inner loop changes, and where a library's embeddings lie.

A `Descent` goes down the loss of a library's drawings once and keeps what the learner was after every step, so that a
drawing can be ranked as it would have been after 0, 1, 2 .. steps without adapting anew. `project` makes a map of
embeddings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.calibration import Calibration
from glyphstudio.engine.recognise.prototypes import Guess, Vector, remembered
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners import inner
from glyphstudio.learners.learner import Classifier, Learner
from glyphstudio.learners.maml import MAML, Adapted

STEPS = 10
_AT_ONCE = 64  # bitmaps in one pass; between two passes whoever waits may be asked whether he still does
Ranking = tuple[Guess, ...]


def _go_on() -> None:
    """Nobody wants to stop."""


@dataclass(frozen=True)
class StepSeen:
    """After so many inner steps. loss: of the support set (nats, every way weighs the same); not finite where the inner
    loop ran away. ranking: as `Descent.rankings`."""

    loss: float
    ranking: Ranking


class Descent:
    """One inner loop down the loss of a support set, every step of it kept."""

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
        """bitmaps, glyph_ids: (M) shots, one or more, and whose each is. go_on: called now and then; what it raises
        ends the descent. Raises EngineError for a learner without an inner loop."""
        if not isinstance(learner, MAML):
            raise EngineError(f"{learner.title} has no inner loop to watch. Choose MAML in the menu Learner.")
        self._learner, self._temperature = learner.eval(), calibration.temperature
        self._device = next(learner.parameters()).device
        glyphs, labels, counts = np.unique(np.asarray(glyph_ids, np.int64), return_inverse=True, return_counts=True)
        self._glyphs, self._counts = glyphs, counts.tolist()
        shots = torch.from_numpy(embed_library(learner, bitmaps, go_on)).to(self._device)
        with torch.inference_mode(False), torch.no_grad():
            losses, self._after = _descend(learner, shots, torch.from_numpy(labels).to(self._device), steps, go_on)
        self.losses = tuple(losses)  # after 0, 1, .. steps

    def rankings(self, question: Bitmap, best: int = 5) -> tuple[Ranking, ...]:
        """The likeliest glyphs for one drawing after 0, 1, .. steps; none where the numbers ran away.

        Probabilities are among the support set's glyphs alone: whether a drawing is of none of them was calibrated for
        the learner's own number of steps, and means nothing after another.
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


def watch(
    learner: Learner,
    calibration: Calibration,
    bitmaps: Sequence[Bitmap],
    glyph_ids: Sequence[int],
    question: Bitmap,
    *,
    steps: int = STEPS,
) -> list[StepSeen]:
    """What is to be seen of one question after 0, 1, .. `steps` inner steps. See `Descent`."""
    descent = Descent(learner, calibration, bitmaps, glyph_ids, steps=steps)
    return [StepSeen(*seen) for seen in zip(descent.losses, descent.rankings(question), strict=True)]


def _descend(
    learner: MAML, shots: Tensor, labels: Tensor, steps: int, go_on: Callable[[], None]
) -> tuple[list[float], list[Classifier]]:
    """The support set's loss, and the classifier, after 0, 1, .. `steps` steps. What `MAML.descend` does, stopping at
    every step to look."""
    each = 1 / torch.bincount(labels).to(shots.dtype)[labels]
    each = each / each.sum()
    parts = [torch.split(whole, _AT_ONCE) for whole in (shots, labels, each)]
    ways = int(labels.max()) + 1
    losses: list[float] = []
    after: list[Classifier] = []
    seen: list[float] = []  # of this step, the parts' losses

    def of_parts(_step: int, weights: inner.Weights) -> Iterator[Tensor]:
        fast, head = learner.named(weights)
        if not losses and learner.begins_alike:
            fast = {}  # as `MAML.descend`: the first step has no gradient for the encoder
        for some, own, weight in zip(*parts, strict=True):
            go_on()
            scores = learner.scores(some, fast, head)
            loss = (F.cross_entropy(scores, own, reduction="none") * weight).sum()
            seen.append(float(loss.detach()))
            yield loss

    def rates(_step: int) -> list[Tensor]:
        return learner.rates_for(len(losses), ways)

    weights = tuple(part.detach() for part in learner.start(shots, labels))
    for step in range(steps + 1):
        fast, (vectors, biases) = learner.named(weights)
        after.append(Adapted(learner, fast, (vectors, biases)))
        seen.clear()
        if step < steps:
            with torch.enable_grad():
                moved = inner.descend(of_parts, weights, rates, 1, order=1)
            weights = tuple(part.detach() for part in moved)
        else:
            for _ in of_parts(step, weights):
                pass
        losses.append(sum(seen))
    return losses, after


def embed_library(learner: Learner, bitmaps: Sequence[Bitmap], go_on: Callable[[], None] = _go_on) -> Vector:
    """(M, S, S) bitmaps, one or more -> (M, D): what the learner remembers of them, a few at a time."""
    parts = []
    for start in range(0, len(bitmaps), _AT_ONCE):
        go_on()
        parts.append(remembered(learner, bitmaps[start : start + _AT_ONCE]))
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class Projection:
    """The plane on which a library's embeddings spread most.

    mean: (D,). axes: (2, D), orthonormal (rows of zeros where embeddings have fewer dimensions than two). share: of the
    embeddings' variance that lies in the plane, 0..1. As the variance is the mean of squared distances, this is also
    the share of the squared distances that a map shows.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float

    def places(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """(M, D) -> (M, 2), in the embeddings' own units."""
        flat: NDArray[np.float64] = (vectors - self.mean) @ self.axes.T
        return flat


def means(vectors: NDArray[np.floating], ways: NDArray[np.integer]) -> NDArray[np.float64]:
    """(M, D) embeddings and whose each is, 0..N-1 -> (N, D) prototypes."""
    counts = np.bincount(ways)
    total = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(total, ways, vectors)
    return total / counts[:, None]


def project(vectors: NDArray[np.floating], ways: NDArray[np.integer]) -> Projection:
    """The principal components of prototypes and shots together (Pearson 1901), each axis with its sign such that its
    largest component is positive: the same library gives the same map.

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
