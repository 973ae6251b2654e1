"""Weights for the studio, and what its rankings are compared by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.studio import Ranking, Studio
from tests.engine.making import CALIBRATION, SMALL

BLANK = Picture(np.full((60, 60), 255, np.uint8))


def weights_of(seed: int, folder: Path) -> Path:
    torch.manual_seed(seed)
    path = folder / f"{seed}.safetensors"
    save_weights(path, ProtoNet(SMALL), CALIBRATION, {})
    return path


def names(studio: Studio, drawing: Ink) -> list[str]:
    return [candidate.name for candidate in studio.rank(drawing).candidates]


def first(studio: Studio, drawing: Ink) -> str:
    return names(studio, drawing)[0]


def same(one: Ranking, other: Ranking) -> bool:
    """Return whether two rankings are equal except for their time and rounding."""

    def numbers(ranking: Ranking) -> list[tuple[float, float]]:
        return [(candidate.distance, candidate.probability) for candidate in ranking.candidates]

    def others(ranking: Ranking) -> list[tuple[int, str, int]]:
        return [(candidate.glyph_id, candidate.name, candidate.shots) for candidate in ranking.candidates]

    return (
        one.known == other.known
        and others(one) == others(other)
        and np.allclose(numbers(one), numbers(other), rtol=1e-4, atol=1e-9)
    )
