"""The weights that came with the program, by their learner's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glyphstudio.engine.weights.file import Weights


def load_shipped(learner: str) -> Weights:
    """The shipped weights of the learner of this name. Raises EngineError where there is no such learner, or where
    this copy of the program came without its weights."""
    from glyphstudio.engine.errors import EngineError
    from glyphstudio.engine.weights.file import load_weights, shipped_weights

    path = shipped_weights(learner)
    if not path.exists():
        raise EngineError(
            f"The shipped weights of the learner '{learner}' are missing ({path}). Install GlyphStudio again, or "
            f"train it with `glyphstudio train --learner {learner} --out FOLDER` and give its file with --weights."
        )
    return load_weights(path)
