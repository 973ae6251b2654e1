"""train: meta-train, measure, and write the weights."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from glyphstudio.cli.options import Device
from glyphstudio.cli.output import bars, out, percent, say, say_problem
from glyphstudio.cli.source import Data, Seed, load_data

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.engine.training import TrainConfig, Training

WEIGHTS_FILE = "weights.safetensors"


def train(
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the run keeps its state and weights.")],
    data: Data = None,
    steps: Annotated[int, typer.Option(metavar="N", min=1, help="Outer steps.")] = 4000,
    ways: Annotated[int, typer.Option(metavar="N", min=2, help="Characters in a task.")] = 60,
    shots: Annotated[int, typer.Option(metavar="K", min=1, help="Drawings of each to adapt on.")] = 1,
    queries: Annotated[int, typer.Option(metavar="Q", min=1, help="Drawings of each to be judged on.")] = 4,
    meta_batch: Annotated[int, typer.Option(metavar="T", min=1, help="Tasks in a step.")] = 1,
    rate: Annotated[float, typer.Option(metavar="RATE", min=1e-8, max=1.0, help="Peak learning rate.")] = 2e-3,
    channels: Annotated[
        str, typer.Option(metavar="N,N,...", help="Channels of each block of the encoder.")
    ] = "32,64,128,128",
    embedding: Annotated[int, typer.Option(metavar="D", min=1, max=4096, help="Length of an embedding.")] = 256,
    measure_tasks: Annotated[int, typer.Option(metavar="M", min=10, help="Tasks of each figure at the end.")] = 1000,
    seed: Seed = 0,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the interrupted run in --out.")] = False,
) -> None:
    """Meta-train ProtoNet on the 25 training alphabets of Omniglot, and measure it on the five validation alphabets.

    Ctrl-C stops after the step in hand and saves the state; the same command with --resume goes on from there. At the
    end, FOLDER/weights.safetensors is what --weights takes.

    \b
    Example:
      glyphstudio train --out runs/first
    """
    from glyphstudio.data.splits import Split, split
    from glyphstudio.engine.training import STATE_FILE, TrainConfig, Training
    from glyphstudio.glyphs.render import BITMAP_SIZE
    from glyphstudio.learners.encoder import EncoderShape

    config = TrainConfig(
        encoder=EncoderShape(BITMAP_SIZE, _channels(channels, BITMAP_SIZE), embedding),
        ways=ways,
        shots=shots,
        queries=queries,
        meta_batch=meta_batch,
        steps=steps,
        rate=rate,
        seed=seed,
        device=device,
    )
    if not resume and (folder / STATE_FILE).exists():
        say_problem(f"{folder} holds a training already. Go on with it by --resume, or give another folder.")
        raise typer.Exit(1)
    training = Training.load(folder, config) if resume else Training(config)
    _try_writing(folder)
    drawings = load_data(data)
    source, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
    _try_measuring(training, held_out)
    start = time.perf_counter()
    _run(training, source, held_out, folder)
    seconds = None if resume else round(time.perf_counter() - start)
    try:
        _finish(training, held_out, folder, measure_tasks, {"data": _described(source), "seconds": seconds})
    except KeyboardInterrupt:
        say("Stopped while measuring, without weights. The same command with --resume measures again.")
        raise typer.Exit(130) from None


def _channels(text: str, size: int) -> tuple[int, ...]:
    try:
        channels = tuple(int(part) for part in text.split(","))
    except ValueError:
        channels = ()
    if not channels or not all(1 <= count <= 1024 for count in channels):
        raise typer.BadParameter("Give whole numbers from 1 to 1024, such as 32,64,128,128.", param_hint="'--channels'")
    if size >> len(channels) < 1:
        raise typer.BadParameter(
            f"Bitmaps of {size} x {size} pixels cannot be halved {len(channels)} times. Give fewer blocks.",
            param_hint="'--channels'",
        )
    return channels


def _try_writing(folder: Path) -> None:
    """Find out now, and not at the first save, that the run has no place to be saved. Raises EngineError."""
    from glyphstudio.engine.device import EngineError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise EngineError(
            f"The training cannot be kept in {folder} ({error.strerror}). Give another folder with --out."
        ) from error


def _calibration_ways(held_out: Drawings) -> int:
    """20 known and 20 unknown glyphs at a time; fewer where the two largest alphabets do not hold 40."""
    import numpy as np

    return int(min(20, max(1, np.sort(np.bincount(held_out.alphabet))[-2:].sum() // 2)))


def _try_measuring(training: Training, held_out: Drawings) -> None:
    """Find out now, and not after the last step, that the held-out data does not do. Raises DataError."""
    from glyphstudio.engine.calibration import judge
    from glyphstudio.engine.training import validation_stream

    validation_stream(held_out, seed=0).batch(0)
    device = training.device
    judge(training.learner.cpu(), held_out, ways=_calibration_ways(held_out), shots=1, tasks=2, seed=0)
    training.learner.to(device)


def _run(training: Training, source: Drawings, held_out: Drawings, folder: Path) -> None:
    """The steps that are left, with a bar. On Ctrl-C saves and raises Exit."""
    from glyphstudio.engine.training import meta_train

    config = training.config
    left = meta_train(training, source, held_out, folder)
    with (
        _stop_asked() as stop,
        bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar,
    ):
        task = bar.add_task("Training", total=config.steps, completed=training.step)
        for progress in left:
            loss, right = progress.result.loss, progress.result.accuracy_after
            bar.update(task, completed=progress.step, description=f"loss {loss:.3f}  right {percent(right, 0)}")
            if progress.validation is not None:
                figure = progress.validation
                say(
                    f"step {progress.step}: loss {loss:.3f}, validation error {percent(figure.error)} "
                    f"± {percent(figure.ci95)} ({figure.tasks} tasks)"
                )
            if stop():
                break
    left.close()  # saves
    if number := stop():
        say(
            f"Stopped and saved at step {training.step} of {config.steps}. "
            "The same command with --resume goes on from there."
        )
        raise typer.Exit(128 + number)


@contextmanager
def _stop_asked() -> Iterator[Callable[[], int]]:
    """A function that gives the signal that asked to stop (Ctrl-C, or a system that shuts down), or 0.

    An exception out of nowhere could leave a step half done. Who asks a second time does not want to wait.
    """
    asked = 0

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = number

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            if handler != signal.SIG_IGN:  # so it is in the background of a script
                signal.signal(number, ask)
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _described(source: Drawings) -> str:
    from glyphstudio.data.splits import VALIDATION_ALPHABETS

    return (
        f"Omniglot, {len(source.characters)} characters of {len(source.alphabets)} alphabets, "
        f"without {', '.join(VALIDATION_ALPHABETS)}"
    )


def _finish(training: Training, held_out: Drawings, folder: Path, tasks: int, about: dict[str, Any]) -> None:
    """Calibrate, measure, and write the weights."""
    from glyphstudio.data.tasks import TaskShape, TaskStream
    from glyphstudio.engine.calibration import assess, fit
    from glyphstudio.engine.evaluation import measure
    from glyphstudio.engine.training import validation_stream
    from glyphstudio.engine.weights import save_weights

    config: TrainConfig = training.config
    learner = training.learner.cpu()
    say("Fitting temperature and threshold, and measuring, on the validation alphabets.")
    known, fewer = _calibration_ways(held_out), max(tasks * 3 // 10, 1)
    calibration = fit(learner, held_out, ways=known, tasks=fewer, seed=config.seed + 100)
    open_set = assess(learner, calibration, held_out, ways=known, shots=1, tasks=fewer, seed=config.seed + 200)
    inside = validation_stream(held_out, seed=config.seed + 300)
    ways = inside.shape.ways
    within = measure(learner, inside, tasks)
    across = measure(learner, TaskStream(held_out, TaskShape(ways), seed=config.seed + 300), tasks)
    figures = {f"{ways}-way 1-shot within alphabet": within, f"{ways}-way 1-shot": across}
    about |= {
        "config": asdict(config),
        "seed": config.seed,
        "validation": {
            **{
                name: {"error": round(figure.error, 4), "ci95": round(figure.ci95, 4), "tasks": figure.tasks}
                for name, figure in figures.items()
            },
            "known or unknown": open_set.as_dict(),
        },
    }
    path = folder / WEIGHTS_FILE
    save_weights(path, learner, config.encoder, calibration, about)
    for name, figure in figures.items():
        out.print(f"{name}: error {percent(figure.error)} ± {percent(figure.ci95)} ({figure.tasks:,} tasks)")
    out.print(
        f"Known or unknown: AUROC {open_set.auroc:.3f}; {percent(open_set.mistaken)} of unknown glyphs called known "
        f"at {percent(open_set.accepted)} of known ones accepted"
    )
    out.print(f"Weights: {path}")
