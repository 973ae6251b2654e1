"""Measures how many glyphs of a page are cut right, on pages composed of Omniglot's validation drawings.

python tests/benchmarks/pages.py --data FOLDER [--pages 60] [--seed 1000] [--training] [--show FOLDER]

A glyph is cut right if a cell's box shares at least 0.7 with its own, as overlap over union. A cell is false if it
shares less than 0.5 with every glyph: a speck, a part of a glyph, several glyphs in one. `--training` composes the
pages of other alphabets, on which the segmentation was tuned.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from glyphstudio.data.splits import VALIDATION_ALPHABETS
from glyphstudio.engine.evaluate.intervals import wilson
from glyphstudio.glyphs.page.ink import page_ink
from glyphstudio.glyphs.page.opening import load_pages
from glyphstudio.glyphs.page.segmenting import find_cells
from tests.glyphs.page.composing import Composed, compose, overlap

RIGHT, FALSE = 0.7, 0.5


class Drawings:
    """Drawings of some of Omniglot's alphabets, read from the archive when they are drawn."""

    def __init__(self, folder: Path, validation: bool) -> None:
        self._archive = zipfile.ZipFile(folder / "images_background.zip")
        names = [name for name in self._archive.namelist() if name.endswith(".png")]
        self._names = sorted(n for n in names if (n.split("/")[-3] in VALIDATION_ALPHABETS) == validation)

    def some(self, count: int, rng: np.random.Generator) -> list[NDArray[np.bool_]]:
        """Return `count` drawings of one alphabet, as on a real page."""
        alphabet = rng.choice(sorted({name.split("/")[-3] for name in self._names}))
        names = [name for name in self._names if name.split("/")[-3] == alphabet]
        return [self._read(names[i]) for i in rng.choice(len(names), count, replace=False)]

    def _read(self, name: str) -> NDArray[np.bool_]:
        return ~np.asarray(Image.open(io.BytesIO(self._archive.read(name))).convert("1"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--show", type=Path)
    arguments = parser.parse_args()
    drawings = Drawings(arguments.data, validation=not arguments.training)
    columns = [_column(drawings, arguments, hard) for hard in (False, True)]
    print(f"A page of 12 megapixels: {_twelve_megapixels(drawings):.2f} s to load, find and cut 60 glyphs")
    print("| | clean paper | hard paper |\n| --- | --- | --- |")
    for row in columns[0]:
        print(f"| {row} | {columns[0][row]} | {columns[1][row]} |")


def _column(drawings: Drawings, arguments: argparse.Namespace, hard: bool) -> dict[str, str]:
    total: Counter[str] = Counter()
    by_paper: dict[str, Counter[str]] = {}
    seconds = []
    for page in range(arguments.pages):
        rng = np.random.default_rng(arguments.seed + page)
        composed = compose(drawings.some(int(rng.integers(9, 61)), rng), rng, hard)
        start = time.perf_counter()
        cells = [cell for cell in find_cells(page_ink(composed.grey)) if not cell.aside]
        seconds.append(time.perf_counter() - start)
        boxes = [cell.box for cell in cells]
        found = _judged(composed, boxes)
        total += found
        by_paper.setdefault(composed.paper, Counter()).update(found)
        if arguments.show and (found["right"] < found["glyphs"] or found["false"]):
            _show(composed, boxes, arguments.show / f"{'hard' if hard else 'clean'}-{page}.png")
    for paper, found in sorted(by_paper.items()):
        print(f"{paper}: {found['right']} of {found['glyphs']} right, {found['false']} of {found['cells']} false")
    return {
        "glyphs cut right": _share(total["right"], total["glyphs"]),
        "false cells": _share(total["false"], total["cells"]),
        "cells in the right order": _share(total["ordered"], total["pairs"]),
        "seconds a page, median and longest": f"{np.median(seconds):.2f}, {max(seconds):.2f}",
    }


def _twelve_megapixels(drawings: Drawings) -> float:
    """Return the seconds from the file of a hard page to its cut pictures, the best of three."""
    rng = np.random.default_rng(4)
    composed = compose(drawings.some(60, rng), rng, hard=True, paper="ruled and shadow")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "page.jpg"
        Image.fromarray(composed.grey).resize((4000, 3000)).convert("RGB").save(path, quality=88)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            (page,) = load_pages(path)
            for cell in find_cells(page.ink):
                page.cut(cell)
            times.append(time.perf_counter() - start)
    return min(times)


def _judged(composed: Composed, boxes: list[tuple[int, int, int, int]]) -> Counter[str]:
    shares = np.array([[overlap(box, true) for true in composed.boxes] for box in boxes]).reshape(len(boxes), -1)
    right = shares >= RIGHT  # no two cells can share as much with one glyph, as boxes of cells hardly overlap
    order = [int(row.argmax()) for row in shares if row.max() >= RIGHT]
    return Counter(
        glyphs=len(composed.boxes),
        right=int(right.any(0).sum()) if len(boxes) else 0,
        cells=len(boxes),
        false=int((shares.max(1) < FALSE).sum()) if len(boxes) else 0,
        pairs=max(len(order) - 1, 0),
        ordered=sum(a < b for a, b in pairwise(order)),
    )


def _share(part: int, whole: int) -> str:
    low, high = wilson(part, whole) if whole else (0.0, 1.0)
    return f"{100 * part / max(whole, 1):.1f} % ({part:,} of {whole:,}; {100 * low:.1f} to {100 * high:.1f})"


def _show(composed: Composed, boxes: list[tuple[int, int, int, int]], path: Path) -> None:
    image = Image.fromarray(composed.grey).convert("RGB")
    draw = ImageDraw.Draw(image)
    for true in composed.boxes:
        draw.rectangle(true, outline="green", width=3)
    for box in boxes:
        draw.rectangle((box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4), outline="red", width=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.thumbnail((1400, 1400))
    image.save(path)


if __name__ == "__main__":
    main()
