"""Quick test data and configurations for learners and the engine, without Omniglot."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.training import Progress, Training, meta_train
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import BITMAP_SIZE, RenderStyle, render
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop

CALIBRATION = Calibration(0.002, shots=0.0, unknown=-50.0, first=0.0, second=0.0, size=0.0, apart=1.0)
TINY = EncoderShape(16, (8, 16), 12)  # for bitmaps 16 pixels wide
SMALL = EncoderShape(BITMAP_SIZE, (4, 8), 16)  # for the program's own bitmaps


def equal(steps: int, rate: float = 0.1, head_rate: float = 5.0, **others: Any) -> InnerLoop:
    """Return an inner loop with equal class vectors, embeddings of length one, and learned rates."""
    return InnerLoop(steps, rate, head_rate, **{"vectors": 0, "unit": True, "learn_rates": True, **others})


def scrawl(character: int, drawer: int = 0, hand: float = 0.02) -> Ink:
    """Draw the character of this number in this drawer's hand: two strokes of five points, each moved a little."""
    points = np.random.default_rng([character, 1]).uniform(0.1, 0.9, (2, 5, 2))
    return Ink.of(list(points + np.random.default_rng([character, drawer, 2]).normal(0, hand, points.shape)))


def scrawls(alphabets: int, characters: int, drawers: int, size: int = 16, hand: float = 0.02) -> Drawings:
    """Draw characters in alphabets, by several drawers. A larger `hand` makes the drawings differ more."""
    bitmaps, names, hands = [], [], []
    for alphabet in range(alphabets):
        for character in range(characters):
            for drawer in range(drawers):
                bitmap = render(scrawl(1000 * alphabet + character, drawer, hand), RenderStyle(size=size))
                bitmaps.append(np.round(bitmap * 255).astype(np.uint8))
                names.append(f"Alphabet{alphabet}/character{character:02}")
                hands.append(drawer)
    return Drawings.of(np.stack(bitmaps), names, hands)


def tiny_config(**changes: object) -> TrainConfig:
    """Return the settings of a very short training."""
    settings: dict[str, object] = {
        "encoder": TINY,
        "ways": 5,
        "queries": 2,
        "alphabets": 2,
        "steps": 8,
        "save_every": 3,
        "validate_every": 4,
        "validation_tasks": 2,
        "device": "cpu",
        "seed": 7,
    }
    return TrainConfig(**{**settings, **changes})  # type: ignore[arg-type]


def killed_config(learner: str) -> TrainConfig:
    """Return a training that saves and validates so often that anything that ends it interrupts one of these."""
    inner = equal(1)
    return tiny_config(learner=learner, inner=inner, steps=30, save_every=1, validate_every=3, queries=1)


def crew_config(**changes: object) -> TrainConfig:
    """Return a training that several processes can share."""
    return tiny_config(**{"meta_batch": 3, "inner": equal(2), **changes})


def crew_drawings() -> tuple[Drawings, Drawings]:
    """Return training and held-out drawings."""
    return scrawls(3, 8, 5), scrawls(1, 20, 3)


def steps_of(training: Training, source: Drawings, *given: Any, **named: Any) -> Generator[Progress]:
    """`meta_train` on the tasks that its settings ask for."""
    return meta_train(training, training_stream(training.config, source), *given, **named)
