"""A recogniser for learners that adapt to the whole library at once: by gradient steps, or by looking at every shot.

Enrolling is cheap: the learner adapts again when the next drawing is ranked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.doubts import Doubt
from glyphstudio.engine.recognise.prototypes import Guess, Guesses, PrototypeRecogniser, Recogniser, Vector, remembered
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.learner import Classifier, Learner


class AdaptingRecogniser:
    """The shots of a library's glyphs, and the classifier that the learner made from them. The distance of a guess is
    its score with the sign changed, and may be negative."""

    def __init__(self, learner: Learner, calibration: Calibration) -> None:
        self._learner = learner.eval()
        self._device = next(learner.parameters()).device
        self._calibration = calibration
        self._shots: dict[int, tuple[int, Vector]] = {}  # shot id -> glyph id, remembered vector
        self._classifier: Classifier | None = None  # None after a change
        self._glyphs: list[int] = []  # of the classifier's ways
        self._counts: list[int] = []

    def __len__(self) -> int:
        return len({glyph_id for glyph_id, _ in self._shots.values()})

    def embed(self, bitmaps: Sequence[Bitmap]) -> Vector:
        return remembered(self._learner, bitmaps)

    def enrol(self, shot_id: int, glyph_id: int, embedding: Vector) -> None:
        self._shots[shot_id] = (glyph_id, embedding)
        self._classifier = None

    def forget(self, shot_id: int) -> None:
        if self._shots.pop(shot_id, None) is not None:
            self._classifier = None

    def rank(self, embedding: Vector, best: int = 5) -> Guesses:
        """As `Recogniser.rank`. Raises EngineError if adapting gave values that are not finite."""
        if not self._shots:
            return Guesses((), unknown=1.0)
        with torch.no_grad():  # not inference mode: the inner loop needs gradients
            classifier = self._adapted()
            scores = classifier.score(torch.from_numpy(embedding)[None].to(self._device))[0].double().cpu().numpy()
        if not np.isfinite(scores).all():
            raise EngineError(
                "This learner finds no answer for these drawings: its inner loop diverged. Choose another learner."
            )
        order = np.lexsort((np.array(self._glyphs), -scores))[:best]
        # The scores already count the shots, so each glyph is judged as if it had one.
        probabilities, unknown = self._calibration.probabilities(-scores, np.ones(len(scores), np.int64))
        guesses = tuple(
            Guess(self._glyphs[way], float(probabilities[way]), -float(scores[way]), self._counts[way]) for way in order
        )
        return Guesses(guesses, unknown)

    def doubt(self, glyph_id: int) -> Doubt | None:
        """None: without prototypes there is no distance to doubt by."""
        return None

    def _adapted(self) -> Classifier:
        if self._classifier is None:
            of_shots = np.array([glyph_id for glyph_id, _ in self._shots.values()])
            glyphs, labels, counts = np.unique(of_shots, return_inverse=True, return_counts=True)
            vectors = torch.from_numpy(np.stack([vector for _, vector in self._shots.values()])).to(self._device)
            self._classifier = self._learner.learn(vectors, torch.from_numpy(labels).to(self._device))
            self._glyphs, self._counts = glyphs.tolist(), counts.tolist()
        return self._classifier


def recogniser_for(learner: Learner, calibration: Calibration) -> Recogniser:
    """Return the recogniser for this kind of learner."""
    kind = PrototypeRecogniser if learner.nearest_prototype else AdaptingRecogniser
    return kind(learner, calibration)
