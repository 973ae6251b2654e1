"""Loads the shipped weights, by their learner's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glyphstudio.engine.weights.file import Weights


def load_shipped(learner: str) -> Weights:
    """Load the shipped weights of the learner of this name. Raises EngineError if there is no such learner, or if this
    copy of the program has no weights for it."""
    from glyphstudio.engine.errors import EngineError
    from glyphstudio.engine.weights.file import load_weights, shipped_weights

    path = shipped_weights(learner)
    if not path.exists():
        raise EngineError(
            f"The shipped weights of the learner '{learner}' are missing ({path}). Install GlyphStudio again, or "
            f"train it with `glyphstudio train --learner {learner} --out FOLDER` and choose its file with --weights."
        )
    return load_weights(path)
