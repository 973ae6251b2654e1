"""Measures every learner with few, unequal and bad shots, on the same tasks and queries of the validation alphabets.

python tests/benchmarks/few_shots.py --data PATH [--ways N] [--tasks N] [--learner NAME ..]

Clean: the first 1, 2, 3, 5 or 10 shots of each glyph. Bad: one of three shots of each glyph is blurred, cut in half, or
of a glyph that is not in the task. Uneven: every other glyph has nine shots, and the rest have one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import Split, split
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure, as_used
from glyphstudio.engine.weights.file import load_weights, shipped_weights
from glyphstudio.learners.catalogue import LEARNERS

MOST, QUERIES = 10, 5
Damage = Callable[[Tensor, np.random.Generator], Tensor]  # a bitmap (1, S, S) -> another


def blurred(bitmap: Tensor, _draw: np.random.Generator) -> Tensor:
    """Average over 9 x 9 pixels, a quarter of the side."""
    return F.avg_pool2d(bitmap, 9, 1, 4)


def cut(bitmap: Tensor, draw: np.random.Generator) -> Tensor:
    """Keep one half."""
    left = bitmap.clone()
    half = bitmap.shape[-1] // 2
    (left[..., :half] if draw.random() < 0.5 else left[..., half:]).zero_()
    return left


def supports(drawings: Drawings, support: Tensor, classes: Tensor, number: int) -> dict[str, tuple[Tensor, Tensor]]:
    """Return the support set of each setting: bitmaps and labels. support: (N, 10, 1, S, S)."""
    ways = len(support)

    def first(each: list[int]) -> tuple[Tensor, Tensor]:
        bitmaps = torch.cat([support[way, :count] for way, count in enumerate(each)])
        return bitmaps, torch.arange(ways).repeat_interleave(torch.tensor(each))

    found = {f"{shots}": first([shots] * ways) for shots in (1, 2, 3, 5, 10)}
    strange = np.flatnonzero(~np.isin(drawings.character, classes.numpy()))

    def other(_bitmap: Tensor, draw: np.random.Generator) -> Tensor:
        return drawings.bitmaps[int(draw.choice(strange))].float().div(255)[None]

    for name, damage in (("blurred", blurred), ("cut", cut), ("wrong", other)):
        draw = np.random.default_rng([9, number])
        bitmaps, labels = first([3] * ways)
        for way in range(ways):
            bitmaps[3 * way] = damage(bitmaps[3 * way], draw)
        found[name] = bitmaps, labels
    found["uneven"] = first([9 if way % 2 else 1 for way in range(ways)])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ways", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--learner", action="append", choices=list(LEARNERS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    drawings = split(load_omniglot(options.data), Split.VALIDATION)
    stream = TaskStream(drawings, TaskShape(options.ways, MOST, QUERIES), seed=300)
    titles: list[str] = []
    for name in options.learner or LEARNERS:
        learner = load_weights(shipped_weights(name)).learner
        shares: dict[str, list[float]] = {}
        with as_used(learner):
            for number in range(options.tasks):
                task = stream.batch(number)
                assert task.classes is not None
                queries = learner.remember(task.query[0].flatten(0, 1))
                answers = torch.arange(options.ways).repeat_interleave(QUERIES)
                for setting, (bitmaps, labels) in supports(drawings, task.support[0], task.classes[0], number).items():
                    scores = learner.learn(learner.remember(bitmaps), labels).score(queries)
                    right = float((scores.argmax(1) == answers).double().mean())
                    shares.setdefault(setting, []).append(right)
        if not titles:
            titles = list(shares)
            print("| learner |", " | ".join(titles), "|", flush=True)
        figures = [Figure.of(np.array(shares[title])) for title in titles]
        cells = (f"{100 * figure.accuracy:.1f} ± {100 * figure.ci95:.1f}" for figure in figures)
        print("|", learner.title, "|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
