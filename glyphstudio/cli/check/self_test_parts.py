"""The parts of --self-test. Each does one thing that a user does, with the real program, and checks the result."""

from __future__ import annotations

import contextlib
import io
import math
import multiprocessing
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from glyphstudio.cli.check.demo import sample_drawings
from glyphstudio.cli.check.small_files import FILES
from glyphstudio.glyphs.export import to_inkml, to_png, to_svg
from glyphstudio.glyphs.importing import drawing_from_bytes, load_drawing, picture_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import render_drawing
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.resources import weights_of
from glyphstudio.studio import Studio

if TYPE_CHECKING:  # it loads torch
    from glyphstudio.sources import Source

Facts = dict[str, Any]


class Bench:
    """The place of the tests: a folder, and the library that one part makes and others open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "library.glyphs"
        self.samples = sample_drawings()
        self._open: Studio | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def studio(self) -> Studio:
        if self._open is None:
            self._open = Studio.open(self.library)
        return self._open

    @cached_property
    def invented(self) -> Source:
        """Invented glyphs to train on, made once for all learners."""
        from glyphstudio.sources import load_source

        return load_source(["synthetic:5"])

    def close(self) -> None:
        """Close the library, if a part has opened it."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def ink(self, name: str, hand: int = 0) -> Ink:
        """Return the sample by the hand of this number."""
        drawing = self.samples[name][hand]
        if not isinstance(drawing, Ink):
            raise TypeError(f"The sample {name} is not ink.")
        return drawing

    def score(self) -> int:
        """Return how many of the other hands' drawings are ranked right."""
        return sum(
            self.studio.rank(drawing).candidates[0].name == name
            for name, (_, *others) in self.samples.items()
            for drawing in others
        )

    @property
    def asked(self) -> int:
        return sum(len(hands) - 1 for hands in self.samples.values())


def check(holds: bool, sentence: str) -> None:
    """Raises RuntimeError with `sentence` if the condition is false."""
    if not holds:
        raise RuntimeError(sentence)


def enrol(bench: Bench) -> Facts:
    """Enrol the sample glyphs from one drawing each, some before torch is loaded and some after."""
    names = list(bench.samples)
    for name in names[:10]:
        bench.studio.enrol(name, bench.samples[name][0])
    info = bench.studio.warm_up()
    for name in names[10:]:
        bench.studio.enrol(name, bench.samples[name][0])
    check(len(bench.studio.library.glyphs()) == len(names), "Enrolled glyphs are missing from the library.")
    return {"glyphs": len(names), "recogniser": info.learner, "device": info.device}


def recognise(bench: Bench) -> Facts:
    """Recognise the other hands' drawings."""
    right = bench.score()
    check(right >= 0.8 * bench.asked, f"Only {right} of {bench.asked} drawings were recognised.")
    ms = bench.studio.rank(next(iter(bench.samples.values()))[1]).ms
    return {"right": right, "of": bench.asked, "ms": round(ms, 2)}


def reopen(bench: Bench) -> Facts:
    """Check that the enrolled glyphs are on the disk, with embeddings, and are recognised as before."""
    before, names = bench.score(), [glyph.name for glyph in bench.studio.library.glyphs()]
    bench.close()
    embedded: list[int] = []
    bench.studio.warm_up(on_progress=lambda _done, total: embedded.append(total))
    check([glyph.name for glyph in bench.studio.library.glyphs()] == names, "The library has other glyphs than before.")
    check(not embedded, "Embeddings were not kept.")
    check(bench.score() == before, "The answers are different from before.")
    return {"glyphs": len(names), "kilobytes": round(bench.library.stat().st_size / 1000, 1)}


def export(bench: Bench) -> Facts:
    """Export as PNG, SVG and InkML, and read each again. Export a separate library too."""
    name = next(iter(bench.samples))
    ink = bench.ink(name)
    files = {"ink.png": to_png(ink), "ink.svg": to_svg(ink), "ink.inkml": to_inkml(ink)}
    for file, data in files.items():
        (bench.folder / file).write_bytes(data)
    for file in files:
        check(load_drawing(bench.folder / file) == ink, f"{file} gives a different drawing back.")
    ranking = bench.studio.rank(picture_from_bytes(files["ink.png"]))
    check(ranking.candidates[0].name == name, "The picture of a drawing is recognised as another glyph.")
    paths = ElementTree.parse(io.BytesIO(files["ink.svg"])).iter("{http://www.w3.org/2000/svg}path")  # noqa: S314 - ours
    check(len(list(paths)) == len(ink.strokes), "SVG has different strokes.")
    with Library.open(bench.folder / "exported.glyphs") as exported:
        for glyph in bench.studio.library.glyphs():
            exported.enrol(glyph.name, glyph.shots[0].drawing)
        count = len(exported.glyphs())
    check(count == len(bench.samples), "The exported library lacks glyphs.")
    return {file: len(data) for file, data in files.items()} | {"glyphs": count}


def formats(bench: Bench) -> Facts:
    """Read the same sign from an SVG, a PDF, an AVIF and a HEIC file, each by its own library."""
    bitmaps = {name: render_drawing(drawing_from_bytes(data, name)) for name, data in FILES.items()}
    first = next(iter(bitmaps.values()))
    differences = {name: round(float(np.abs(bitmap - first).mean()), 4) for name, bitmap in bitmaps.items()}
    check(max(differences.values()) < 0.03, f"The files show different signs: {differences}.")
    return differences


def refuse_newer_library(bench: Bench) -> Facts:
    """After a downgrade, a library of the newer version must stay unchanged, and the user gets a message."""
    path = bench.folder / "newer.glyphs"
    with Library.open(path) as library:
        library.enrol("Kresh", next(iter(bench.samples.values()))[0])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
        connection.commit()
    before = path.read_bytes()
    try:
        Library.open(path).close()
    except LibraryError as error:
        check("newer GlyphStudio" in str(error), f"The refusal does not say why: {error}")
        check(path.read_bytes() == before, "The newer library was changed.")
        return {"said": str(error).replace(str(path), path.name)}
    raise RuntimeError("A library of a newer version was opened.")


def using(learner: str) -> Callable[[Bench], Facts]:
    """Return the part that recognises with this learner's shipped weights."""

    def use(bench: Bench) -> Facts:
        info = bench.studio.warm_up(weights_of(learner))
        right = bench.score()
        check(right >= 0.7 * bench.asked, f"{info.learner} recognised only {right} of {bench.asked} drawings.")
        return {"learner": info.learner, "right": right, "of": bench.asked}

    return use


def training(learner: str, steps: int) -> Callable[[Bench], Facts]:
    """Return the part that trains this learner on invented glyphs, interrupts it, resumes it, and uses the weights."""

    def train(bench: Bench) -> Facts:
        from glyphstudio.engine.runs.runs import STATE_FILE
        from glyphstudio.engine.train.config import training_stream
        from glyphstudio.engine.train.finishing import finish
        from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
        from glyphstudio.engine.train.session import resume_training, start_training
        from glyphstudio.engine.train.training import meta_train
        from glyphstudio.learners.encoders.encoder import EncoderShape

        folder = bench.folder / f"run {learner}"
        folder.mkdir()
        config = replace(
            load_recipe(shipped_recipe(learner)),
            start="",
            encoder=EncoderShape(channels=(8, 8, 16, 16), embedding=32),
            ways=5,
            meta_batch=2,
            steps=steps,
            save_every=steps,
            validate_every=steps,
            validation_tasks=4,
            device="cpu",
        )
        source = bench.invented
        stream = training_stream(config, source.train)
        run = meta_train(start_training(config, stream), stream, source.held_out, folder)
        losses = [next(run).result.loss for _ in range(steps // 2)]
        run.close()
        whole = resume_training(config, stream, folder)
        check(whole.step == steps // 2, f"Resumed at step {whole.step}, not {steps // 2}.")
        losses += [progress.result.loss for progress in meta_train(whole, stream, source.held_out, folder)]
        check(len(losses) == steps and all(map(math.isfinite, losses)), f"Losses: {losses}")
        weights = folder / "weights.safetensors"
        finish(whole, stream, source.held_out, weights, 4, {"data": source.described})
        bench.studio.warm_up(weights)
        return {
            "loss": [round(losses[0], 3), round(losses[-1], 3)],
            "state kilobytes": round((folder / STATE_FILE).stat().st_size / 1000),
            "right of samples": bench.score(),
        }

    return train


def processes(_bench: Bench) -> Facts:
    """Compute in another process of this program, like PyTorch's helpers."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        answer = pool.apply_async(_second_derivative, (3.0,)).get(120)
    check(answer == 18.0, f"The other process gave {answer}, not 18.")
    return {"answer": answer}


def _second_derivative(x: float) -> float:
    """Return the second derivative of x**3."""
    import torch

    at = torch.tensor(x, requires_grad=True)
    (slope,) = torch.autograd.grad(at**3, at, create_graph=True)
    return float(torch.autograd.grad(slope, at)[0])


def licences(_bench: Bench) -> Facts:
    """Read the licences in About. In a package, these are the licences of everything inside."""
    from glyphstudio.ui.window.licences import notices

    found = notices()
    names = [notice.name for notice in found]
    if getattr(sys, "frozen", False):
        for wanted in ("GlyphStudio", "Python", "torch", "numpy", "PySide6_Essentials"):
            check(wanted in names, f"There is no licence of {wanted}.")
        check(any("GNU LESSER GENERAL PUBLIC LICENSE" in notice.text for notice in found), "There is no LGPL text.")
    return {"of": len(names)}


def curves(bench: Bench) -> Facts:
    """Save the picture of `compare --plot`."""
    from glyphstudio.ui.plot.adaptation import Curve, save_curves

    path = bench.folder / "curves.svg"
    save_curves(path, [Curve("MAML", [0.5, 0.8, 0.9], [0.01] * 3, baseline=False)], "Self-test", best=0.99)
    check(path.stat().st_size > 2000, "The picture of the curves is empty.")
    return {"bytes": path.stat().st_size}


def window(bench: Bench) -> Facts:
    """Use the real window: draw with mouse events, name with keys, draw again, and read the answer."""
    from glyphstudio.ui.start.rehearsal import rehearse

    name, other = list(bench.samples)[:2]
    drawn = [(name, bench.ink(name)), (other, bench.ink(other))]
    found = rehearse(bench.folder / "window.glyphs", drawn, bench.ink(name, hand=1))
    check(found.verdict == name, f'The window says "{found.verdict}" ({found.detail}), not "{name}".')
    return {"verdict": found.verdict, "detail": found.detail, "seconds to answer": round(found.seconds, 2)}


def docks(bench: Bench) -> Facts:
    """Open Meta-train, Evaluate, and the other docks beside the canvas."""
    from glyphstudio.ui.start.rehearsal import rehearse_docks

    folder = bench.folder / "docks"
    folder.mkdir()
    found = dict(rehearse_docks(folder))
    check(found["run"] == "done", f"The training in the window did not finish: {found}")
    return found
