"""Messages between the window and the evaluating thread: plain values without a learner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.evaluate.confusions import Confusion
from glyphstudio.engine.evaluate.reliability import Reliability
from glyphstudio.library.glyph import Glyph

if TYPE_CHECKING:  # it loads torch
    from glyphstudio.engine.evaluate.gain import Gain

HELD_OUT, TRAINED_ON, EVERYTHING = "validation", "train", "all"  # values of glyphstudio.data.splits.Split


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A requested measurement, as `glyphstudio evaluate` makes it.

    title: the learner's name for people. source, opened: as `sources.load_part` takes them. part: the part of the
    source. within: ways from one alphabet only, shots by one drawer, queries by others. steps: inner steps; None for as
    many as in training, or if there is no inner loop.
    """

    weights: Path
    title: str
    source: str
    part: str = HELD_OUT
    ways: int = 20
    shots: int = 1
    queries: int = 1
    tasks: int = 1000
    within: bool = False
    steps: int | None = None
    seed: int = 0
    opened: Mapping[str, tuple[Glyph, ...]] = field(default_factory=dict)

    @property
    def of_library(self) -> bool:
        """Whether the source is a library."""
        return Path(self.source).suffix.lower() == ".glyphs"


@dataclass(frozen=True, eq=False)
class Checked:
    """Whether the evaluation is possible.

    problem: a sentence that says why not, or "". trained_steps: the inner steps that the learner was trained with; None
    if it has no inner loop.
    """

    evaluation: Evaluation
    problem: str
    trained_steps: int | None = None


@dataclass(frozen=True)
class Pair:
    """Two glyphs that were mixed up, with their names and a few of their drawings: (S, S) each, 0 paper, 255 ink."""

    counts: Confusion
    first: str
    second: str
    of_first: tuple[NDArray[np.uint8], ...] = ()
    of_second: tuple[NDArray[np.uint8], ...] = ()


@dataclass(frozen=True, eq=False)
class Evaluated:
    """The result of an evaluation.

    learner: its name. sha256: of the weights. steps: the inner steps taken; None if there is no inner loop. accuracy,
    ci95: as in `Figure`, 0..1; ci95 is None for a single task. pairs: all pairs that were mixed up, the most certain
    first; only the first of them have drawings. seconds: of computing. gain: what the inner loop adds on the first of
    the tasks; None if there is no inner loop.
    """

    evaluation: Evaluation
    learner: str
    title: str
    sha256: str
    steps: int | None
    accuracy: float
    ci95: float | None
    pairs: tuple[Pair, ...]
    reliability: Reliability
    seconds: float
    gain: Gain | None = None


def shown_name(character: str) -> str:
    """Return a class of a source as people call it.

    "Early_Aramaic/character04" becomes "Early Aramaic 4", and "Library/ka" becomes "ka".
    """
    alphabet, _, name = character.partition("/")
    if name and alphabet == "Library":
        return name
    if match := re.fullmatch(r"character0*(\d+)", name):
        spoken = re.sub(r"(?<=[a-z])0*(?=[0-9]+$)", " ", alphabet.replace("_", " "))
        return f"{spoken}{', ' if spoken[-1:].isdigit() else ' '}{match[1]}"
    return character
