"""What the watching views ask for and what they are answered: plain values, with no learner in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import Glyph

if TYPE_CHECKING:
    from glyphstudio.engine.recognise.descent import Ranking


@dataclass(frozen=True, eq=False)
class Basis:
    """What is looked at. A view knows its answers by it, the very same object."""

    glyphs: tuple[Glyph, ...]
    weights: Path


@dataclass(frozen=True, eq=False)
class Wish:
    """drawing: None where there is nothing on the canvas."""

    basis: Basis
    drawing: Drawing | None


class AdaptationWish(Wish):
    """Of the view that watches an inner loop."""


class MapWish(Wish):
    """Of the map."""


@dataclass(frozen=True)
class Column:
    """One learner's inner loop. trained: the steps that its weights were trained for. losses: after 0, 1, .. steps.
    rankings: the same of the drawing, likeliest first; none without a drawing, and each none where numbers ran away."""

    title: str
    trained: int
    losses: tuple[float, ...]
    rankings: tuple[Ranking, ...]


@dataclass(frozen=True, eq=False)
class AdaptationSeen:
    """pretrained: None while it is still at work, where the learner is the pre-trained one itself, or with `problem`:
    why it cannot be shown."""

    basis: Basis
    drawing: Drawing | None
    own: Column
    pretrained: Column | None
    problem: str = ""
    itself: bool = False


@dataclass(frozen=True, eq=False)
class LibraryMap:
    """Places of a basis' glyphs, (N, 2), and of their shots, (M, 2), with the glyph's index of each, (M,). share: of
    the variance that the two axes show. dimensions: that the embeddings have."""

    title: str
    glyphs: NDArray[np.float64]
    shots: NDArray[np.float64]
    ways: NDArray[np.int64]
    share: float
    dimensions: int


@dataclass(frozen=True, eq=False)
class Mark:
    """Where the drawing lies, (2,), and the index of the glyph whose prototype is nearest in all dimensions."""

    place: NDArray[np.float64]
    nearest: int


@dataclass(frozen=True, eq=False)
class MapSeen:
    """library is the same object for as long as nothing but the drawing changes."""

    basis: Basis
    library: LibraryMap
    mark: Mark | None


@dataclass(frozen=True, eq=False)
class Said:
    """Instead of something to see: why there is nothing (yet), as a sentence. final: nothing follows by itself."""

    basis: Basis
    sentence: str
    final: bool = True


def no_inner_loop(title: str) -> str:
    return (
        f"{title} has no inner loop to watch: it adapts without steps. Choose MAML, First-order MAML, Proto-MAML, "
        "ANIL, Reptile or Fine-tuned in the menu Learner."
    )


def steps_instead_of_a_map(title: str) -> str:
    return (
        f"{title} adapts by steps and has no prototypes to map. Open Training > Watch It Adapt to see the steps, or "
        "choose ProtoNet in the menu Learner for a map."
    )


def shots_instead_of_a_map(title: str) -> str:
    return (
        f"{title} compares with every single drawing and has no prototypes to map. Choose ProtoNet or Pre-trained in "
        "the menu Learner."
    )
