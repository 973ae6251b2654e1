"""Measures what a change of the drawing costs: enrolled from pictures, asked with the pen's strokes.

python tests/benchmarks/drawn_or_scanned.py --data PATH [--weights FILE]

PATH is a folder with Omniglot's background pictures and its official strokes (strokes_background_small1.zip and
strokes_background_small2.zip). The tasks are 20-way one-shot inside a validation alphabet that has strokes; supports
are pictures by one drawer, queries are by another, and every query is asked in every way. The last column leaves out
glyphs that look much the same in a mirror.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.rewriting.strokes import Strokes, Written, load_strokes
from glyphstudio.data.splits import Split, split
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.weights.file import Weights, load_weights
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import render, render_picture
from glyphstudio.learners.learner import Learner
from glyphstudio.verdict import Verdict, verdict_of
from tests.benchmarks.validation import parser_of

Points = NDArray[np.float64]
Change = Callable[[Strokes, np.random.Generator], NDArray[np.float32]]
Vectors = NDArray[np.float64]
_EVEN = 0.5  # correlation with the mirror image above which a glyph counts as its own mirror image
_PAPER = 105.0  # pixels: the side of Omniglot's pictures


def drawn(move: Callable[[Points, np.random.Generator], Points]) -> Change:
    """The strokes on the canvas, with every stroke moved."""

    def change(strokes: Strokes, rng: np.random.Generator) -> NDArray[np.float32]:
        return render(Ink.of([np.clip(move(stroke / _PAPER, rng), 0, 1) for stroke in strokes]))

    return change


def turned(degrees: float) -> Callable[[Points, np.random.Generator], Points]:
    def move(stroke: Points, rng: np.random.Generator) -> Points:
        angle = math.radians(degrees if rng.random() < 0.5 else -degrees)
        matrix = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        moved: Points = (stroke - 0.5) @ matrix.T * 0.7 + 0.5
        return moved

    return move


def one_way(degrees: float) -> Change:
    """All strokes turned by the same angle."""

    def change(strokes: Strokes, rng: np.random.Generator) -> NDArray[np.float32]:
        seed = int(rng.integers(1 << 32))
        return render(Ink.of([turned(degrees)(stroke / _PAPER, np.random.default_rng(seed)) for stroke in strokes]))

    return change


def few_points(stroke: Points, _rng: np.random.Generator) -> Points:
    keep = np.unique(np.linspace(0, len(stroke) - 1, max(2, min(len(stroke), 6))).astype(int))
    kept: Points = stroke[keep]
    return kept


def pen(width: int) -> Change:
    """A picture of 512 pixels with a pen of `width` pixels."""

    def change(strokes: Strokes, _rng: np.random.Generator) -> NDArray[np.float32]:
        image = Image.new("L", (512, 512), 255)
        draw = ImageDraw.Draw(image)
        for stroke in strokes:
            places = [tuple(point) for point in (40 + stroke / _PAPER * 432).tolist()]
            if len(places) > 1:
                draw.line(places, 0, width, joint="curve")
            for x, y in places:
                draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 0)
        return render_picture(Picture(np.array(image, np.uint8)))

    return change


CHANGES: dict[str, Change] = {
    "the strokes as they are": drawn(lambda stroke, _: stroke),
    "jitter of 1 % of the paper": drawn(lambda stroke, rng: stroke + rng.normal(0, 0.01, stroke.shape)),
    "at most six points a stroke": drawn(few_points),
    "a thin pen (picture, 3 of 512 pixels)": pen(3),
    "a thick pen (picture, 24 of 512 pixels)": pen(24),
    "turned by 20 degrees": one_way(20),
    "small, in a corner (a fifth)": drawn(lambda stroke, _: stroke * 0.2 + 0.02),
    "mirrored": drawn(lambda stroke, _: np.array([1.0, 0.0]) + stroke * np.array([-1.0, 1.0])),
}


class Table:
    """Prints a row for each kind of query. The first row is what the others are compared with."""

    def __init__(self, weights: Weights, kept: Vectors, chosen: NDArray[np.int64], even: NDArray[np.bool_]) -> None:
        """kept: (D, E) of the pictures. chosen: (T, N, 2) support and query. even: (D,), whether a glyph is its own
        mirror image."""
        self._weights, self._kept, self._chosen, self._even = weights, kept, chosen, even
        self._base: float | None = None

    def row(self, title: str, asked: Vectors) -> None:
        errors, same = [], []
        for task in self._chosen:
            support, query = task[:, 0], task[:, 1]
            distances = np.square(asked[query][:, None] - self._kept[support][None]).sum(2)
            errors.append(np.mean(distances.argmin(1) != np.arange(len(task))))
            for way, row in enumerate(distances):
                if self._even[query[way]]:
                    continue
                probabilities, _ = self._weights.calibration.probabilities(row, np.ones(len(row), np.int64))
                order = np.argsort(-probabilities)
                same.append(order[0] == way and verdict_of(probabilities[order].tolist()) is Verdict.KNOWN)
        error = 100 * float(np.mean(errors))
        spread = 196 * float(np.std(errors, ddof=1)) / math.sqrt(len(errors))
        more = "" if self._base is None else f"{error - self._base:+.2f}"
        self._base = error if self._base is None else self._base
        print(f"| {title} | {error:.2f} ± {spread:.2f} | {more} | {100 * np.mean(same):.1f} |", flush=True)


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--tasks", type=int, default=500)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    weights = load_weights(arguments.weights)
    written: Written = {}
    for name in ("strokes_background_small1.zip", "strokes_background_small2.zip"):
        written |= load_strokes(arguments.data / name)
    held_out = split(load_omniglot(arguments.data), Split.VALIDATION)
    having = sorted({name.split("/")[0] for name, _ in written} & set(held_out.alphabets))
    drawings = held_out.only(having)
    stream = TaskStream(drawings, TaskShape(20, 1, 1), seed=7, within=1.0, one_drawer=True)
    chosen = np.stack([stream.drawn(number) for number in range(arguments.tasks)])
    print(f"20-way 1-shot inside {', '.join(having)}, {arguments.tasks} tasks, seed 7, weights {weights.sha256[:12]}\n")
    print("| query | error % | more than its picture | taken for the same glyph, % |")
    print("| --- | --- | --- | --- |")
    pictures = embeddings(weights.learner, drawings.bitmaps.float()[:, None] / 255)
    table = Table(weights, pictures, chosen, own_mirror_images(drawings))
    table.row("its picture", pictures)
    for title, change in CHANGES.items():
        table.row(title, embeddings(weights.learner, changed(drawings, written, change)))


def own_mirror_images(drawings: Drawings) -> NDArray[np.bool_]:
    """Return for each drawing whether its glyph looks much the same in a mirror, by the mean of its blurred bitmaps."""
    small = drawings.bitmaps.numpy().astype(np.float64).reshape(len(drawings), 10, 4, 10, 4).mean((2, 4))
    even = np.zeros(len(drawings.characters), bool)
    for character in range(len(even)):
        mean = small[drawings.character == character].mean(0)
        mean -= mean.mean()
        even[character] = (mean * mean[:, ::-1]).sum() > _EVEN * (mean * mean).sum()
    return even[drawings.character]


def changed(drawings: Drawings, written: Written, change: Change) -> torch.Tensor:
    bitmaps = []
    for index in range(len(drawings)):
        key = (drawings.characters[drawings.character[index]], int(drawings.drawer[index]))
        bitmaps.append(change(written[key], np.random.default_rng(index)))
    return torch.from_numpy(np.stack(bitmaps))[:, None]


def embeddings(learner: Learner, bitmaps: torch.Tensor) -> Vectors:
    with torch.inference_mode():
        return torch.cat([learner.remember(some) for some in torch.split(bitmaps, 128)]).double().numpy()


if __name__ == "__main__":
    main()
