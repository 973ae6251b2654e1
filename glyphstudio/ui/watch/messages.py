"""Requests of the watching views and their answers: plain values without a learner."""

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
    """The glyphs and weights of a request. A view recognises its answers by this object's identity."""

    glyphs: tuple[Glyph, ...]
    weights: Path


@dataclass(frozen=True, eq=False)
class Wish:
    """A request of a view. drawing: None if the canvas is empty."""

    basis: Basis
    drawing: Drawing | None


class AdaptationWish(Wish):
    """A request of the view that watches an inner loop."""


class MapWish(Wish):
    """A request of the map."""


@dataclass(frozen=True)
class Column:
    """One learner's inner loop.

    trained: the number of steps that its weights were trained for. losses: after 0, 1, … steps. rankings: of the
    drawing, after 0, 1, … steps, likeliest first; () without a drawing. A ranking is empty once the numbers diverged.
    """

    title: str
    trained: int
    losses: tuple[float, ...]
    rankings: tuple[Ranking, ...]


@dataclass(frozen=True, eq=False)
class AdaptationSeen:
    """The inner loops of the learner in use and of the pre-trained start.

    pretrained: None while it is still adapting, if the learner in use is the pre-trained start (`itself`), or if it
    cannot be shown for the reason in `problem`.
    """

    basis: Basis
    drawing: Drawing | None
    own: Column
    pretrained: Column | None
    problem: str = ""
    itself: bool = False


@dataclass(frozen=True, eq=False)
class LibraryMap:
    """The map of a library.

    glyphs, shots: their places, (N, 2) and (M, 2). ways: the index of each shot's glyph, (M,). share: the part of the
    variance that the two axes show. dimensions: of the embeddings.
    """

    title: str
    glyphs: NDArray[np.float64]
    shots: NDArray[np.float64]
    ways: NDArray[np.int64]
    share: float
    dimensions: int


@dataclass(frozen=True, eq=False)
class Mark:
    """The drawing's place, (2,), and the index of the glyph whose prototype is nearest in all dimensions."""

    place: NDArray[np.float64]
    nearest: int


@dataclass(frozen=True, eq=False)
class MapSeen:
    """The map and the drawing's mark. `library` stays the same object while only the drawing changes."""

    basis: Basis
    library: LibraryMap
    mark: Mark | None


@dataclass(frozen=True, eq=False)
class Said:
    """A sentence that says why there is nothing to see, or not yet. final: no other answer follows."""

    basis: Basis
    sentence: str
    final: bool = True


def no_inner_loop(title: str) -> str:
    return (
        f"{title} has no inner loop to watch: it adapts without steps. Choose MAML, First-order MAML, Proto-MAML, "
        "ANIL, Reptile or Fine-tuned in the Learner menu."
    )


def steps_instead_of_a_map(title: str) -> str:
    return (
        f"{title} adapts by steps and has no prototypes to map. Open Training > Watch It Adapt to see the steps, or "
        "choose ProtoNet in the Learner menu for a map."
    )


def shots_instead_of_a_map(title: str) -> str:
    return (
        f"{title} compares with each drawing separately and has no prototypes to map. Choose ProtoNet or Pre-trained "
        "in the Learner menu."
    )
