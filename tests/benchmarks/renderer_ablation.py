"""Measures how the placement of drawings in the bitmap, and the stroke width, change the error.

    python tests/benchmarks/renderer_ablation.py --data PATH [--steps 400] [ARM ...]

Every arm trains the same ProtoNet on the training alphabets without Braille, and measures it on 20-way one-shot tasks:
inside the validation alphabets, across them, and inside Braille, whose glyphs differ only in position.
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path

import numpy as np
from PIL import Image

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.folders import open_folder
from glyphstudio.data.omniglot import DRAWING, background, load_omniglot
from glyphstudio.data.splits import VALIDATION_ALPHABETS, Split, split
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.engine.evaluate.evaluation import measure
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.training import Training, meta_train
from glyphstudio.glyphs.render import RenderStyle
from glyphstudio.learners.encoders.encoder import EncoderShape

SIZE = 42
ARMS: dict[str, RenderStyle | str] = {
    "box": RenderStyle(SIZE, 2.5, "box", "box"),
    "box size, mass centre": RenderStyle(SIZE, 2.5, "mass", "box"),
    "mass, spread 0.23": RenderStyle(SIZE, 2.5, "mass", "mass", 0.23),
    "mass, spread 0.20": RenderStyle(SIZE, 2.5, "mass", "mass", 0.20),
    "mass, spread 0.23, stroke 1.5": RenderStyle(SIZE, 1.5, "mass", "mass", 0.23),
    "mass, spread 0.23, stroke 3.5": RenderStyle(SIZE, 3.5, "mass", "mass", 0.23),
    "canvas as drawn": "canvas",
    "box, own stroke": "box",
}


def resized(path: Path, crop: bool) -> Drawings:
    """Return pictures shrunk as they are, as in most papers, or first cropped to the ink; without thinning."""
    folder = open_folder(background(path))
    found = sorted((name, match) for name in folder.names() if (match := DRAWING.search(name)))
    bitmaps = np.empty((len(found), SIZE, SIZE), np.uint8)
    for index, (name, _) in enumerate(found):
        ink = 255 - np.asarray(Image.open(io.BytesIO(folder.read(name, 1 << 20))).convert("L"))
        if crop:
            rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
            ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            side = max(*ink.shape, 8)
            top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
            square = np.zeros((side, side), np.uint8)
            square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
            inner = Image.fromarray(square).resize((SIZE - 2, SIZE - 2), Image.Resampling.BICUBIC)
            bitmaps[index] = np.pad(np.asarray(inner), 1)
        else:
            bitmaps[index] = np.asarray(Image.fromarray(ink).resize((SIZE, SIZE), Image.Resampling.BOX))
    names = [f"{match[1]}/{match[2]}" for _, match in found]
    return Drawings.of(bitmaps, names, [int(match[3]) for _, match in found])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("arms", nargs="*", default=list(ARMS))
    arguments = parser.parse_args()
    print("| arm | within validation | across validation | within Braille | seconds |\n| --- | --- | --- | --- | --- |")
    for arm in arguments.arms:
        style = ARMS[arm]
        if isinstance(style, str):
            drawings = resized(arguments.data, crop=style == "box")
        else:
            drawings = load_omniglot(arguments.data, style=style)
        validation = split(drawings, Split.VALIDATION)
        source = drawings.only(set(drawings.alphabets) - {*VALIDATION_ALPHABETS, "Braille"})
        training = Training(TrainConfig(encoder=EncoderShape(SIZE), steps=arguments.steps))
        start = time.perf_counter()
        for _ in meta_train(training, training_stream(training.config, source)):
            pass
        seconds = time.perf_counter() - start
        streams = (
            (validation_stream(validation, seed=1), 1000),
            (TaskStream(validation, TaskShape(20), seed=2), 500),
            (validation_stream(drawings.only(["Braille"]), seed=3), 500),
        )
        figures = [measure(training.learner, stream, tasks) for stream, tasks in streams]
        errors = " | ".join(f"{100 * figure.error:.1f} ± {100 * figure.ci95:.1f} %" for figure in figures)
        print(f"| {arm} | {errors} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
