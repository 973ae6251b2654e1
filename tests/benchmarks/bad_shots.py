"""Measures how well prototypes resist a bad shot, and how many bad shots are doubted.

python tests/benchmarks/bad_shots.py --data PATH [--weights FILE]

Tasks are 20 glyphs of one validation alphabet. "Planted": one shot of every glyph is a drawing of another glyph of the
alphabet. For the doubts, libraries of 40 glyphs from all validation alphabets have a planted shot in three glyphs of
ten.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser
from glyphstudio.engine.weights.file import Weights
from glyphstudio.learners.robust import robust_prototype
from tests.benchmarks.validation import opened, parser_of

Vectors = NDArray[np.float64]
_SHOTS = (3, 5, 10)


def apart(shots: Vectors) -> Vectors:
    """Return each shot's mean squared distance to the others."""
    far: Vectors = np.square(shots[:, None] - shots[None]).sum((1, 2)) / (len(shots) - 1)
    return far


def geometric_median(shots: Vectors) -> Vectors:
    """By Weiszfeld's steps."""
    at: Vectors = shots.mean(0)
    for _ in range(10):
        weights = 1 / (np.sqrt(np.square(shots - at).sum(1)) + 1e-3)
        at = weights @ shots / weights.sum()
    return at


def trimmed(shots: Vectors) -> Vectors:
    """Leave out the farthest shot if it is 2.5 times as far from the others as they are from each other."""
    far = apart(shots)
    rest = np.delete(shots, far.argmax(), 0)
    mean: Vectors = rest.mean(0) if far.max() > 2.5 * apart(rest).mean() else shots.mean(0)
    return mean


def weighted(power: float) -> Callable[[Vectors], Vectors]:
    return lambda shots: np.average(shots, axis=0, weights=apart(shots) ** -power)


KINDS: dict[str, Callable[[Vectors], Vectors]] = {
    "mean": lambda shots: shots.mean(0),
    "medoid": lambda shots: shots[apart(shots).argmin()],
    "geometric median": geometric_median,
    "trimmed": trimmed,
    "weighted by the inverse distance": weighted(1),
    "weighted by its square (shipped)": lambda shots: robust_prototype(torch.from_numpy(shots)).numpy(),
}


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--tasks", type=int, default=400)
    arguments = parser.parse_args()
    weights, drawings, kept = opened(arguments)
    of = [np.flatnonzero(drawings.character == one) for one in range(len(drawings.characters))]
    print("| prototype | " + " | ".join(f"{shots} shots | planted" for shots in _SHOTS) + " |")
    print("| --- |" + " --- | --- |" * len(_SHOTS))
    columns = [
        errors(kept, of, drawings.alphabet, shots, planted, arguments.tasks)
        for shots in _SHOTS
        for planted in (False, True)
    ]
    for row, title in enumerate(KINDS):
        print(f"| {title} | " + " | ".join(f"{column[row]:.2f}" for column in columns) + " |")
    print()
    for shots in (2, *_SHOTS):
        found, wrong = doubts(weights, kept, of, shots)
        print(f"{shots} shots: {found:.1f} % of planted shots doubted, and {wrong:.1f} % of the glyphs without one.")


def errors(  # noqa: PLR0917
    kept: Vectors, of: list[NDArray[np.int64]], alphabet: NDArray[np.int64], shots: int, planted: bool, tasks: int
) -> list[float]:
    """Return the error of each kind of prototype, in percent."""
    rng = np.random.default_rng(shots)
    wrong: list[list[float]] = []
    for _ in range(tasks):
        pool = np.flatnonzero(alphabet == rng.integers(alphabet.max() + 1))
        glyphs = rng.choice(pool, min(20, len(pool)), replace=False)
        chosen = np.stack([rng.choice(of[glyph], shots + 1, replace=False) for glyph in glyphs])
        support = kept[chosen[:, :shots]]
        if planted:
            for way, glyph in enumerate(glyphs):
                other = rng.choice(pool[pool != glyph])
                support[way, rng.integers(shots)] = kept[rng.choice(of[other])]
        queries = kept[chosen[:, shots]]
        wrong.append([])
        for kind in KINDS.values():
            prototypes = np.stack([kind(way) for way in support])
            distances = np.square(queries[:, None] - prototypes[None]).sum(2)
            wrong[-1].append(float(np.mean(distances.argmin(1) != np.arange(len(glyphs)))))
    return [100 * float(share) for share in np.mean(wrong, axis=0)]


def doubts(weights: Weights, kept: Vectors, of: list[NDArray[np.int64]], shots: int) -> tuple[float, float]:
    """Return the shares of planted shots that are doubted, and of glyphs without one that have a doubt, in percent."""
    rng = np.random.default_rng([shots, 1])
    found, wrong = [], []
    for _ in range(60):
        recogniser = PrototypeRecogniser(weights.learner, weights.calibration)
        glyphs = rng.choice(len(of), 40, replace=False)
        slips = {}
        for glyph in glyphs.tolist():
            chosen = rng.choice(of[glyph], shots, replace=False)
            if rng.random() < 0.3:
                at = int(rng.integers(shots))
                chosen[at] = rng.choice(of[int(rng.choice(np.delete(np.arange(len(of)), glyph)))])
                slips[glyph] = 100 * glyph + at
            for number, index in enumerate(chosen):
                recogniser.enrol(100 * glyph + number, glyph, kept[index].astype(np.float32))
        for glyph in glyphs.tolist():
            doubt = recogniser.doubt(glyph)
            if glyph in slips:
                found.append(doubt is not None and doubt.shot_id == slips[glyph])
            else:
                wrong.append(doubt is not None)
    return 100 * float(np.mean(found)), 100 * float(np.mean(wrong))


if __name__ == "__main__":
    main()
