"""train: meta-trains, measures, and writes the weights."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from glyphstudio.cli.output import bars, out, percent, say, say_problem
from glyphstudio.cli.recording import Screen, recording
from glyphstudio.cli.source import Data, load_source, sources_of
from glyphstudio.engine.runs.runs import RunState
from glyphstudio.resources import LEARNERS

if TYPE_CHECKING:
    from glyphstudio.engine.train.config import TrainConfig
    from glyphstudio.engine.train.crew import Crew
    from glyphstudio.engine.train.session import Session
    from glyphstudio.engine.train.training import Progress, Training

NAMES = tuple(LEARNERS)


def train(
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the run's state and weights.")],
    learner: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"{', '.join(NAMES)}. By default the recipe's, or protonet.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML. By default, those of the shipped weights.")
    ] = None,
    data: Data = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            "--from",  # torchrun reads any --start as an abbreviation of an option of its own
            metavar="NAME|FILE",
            help="Weights to start from: a learner's shipped ones, or a file. With torchrun, use --from.",
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option(metavar="N", min=1, help="Outer steps.")] = None,
    ways: Annotated[int | None, typer.Option(metavar="N", min=2, help="Characters in a task.")] = None,
    shots: Annotated[int | None, typer.Option(metavar="K", min=1, help="Support drawings of each character.")] = None,
    queries: Annotated[int | None, typer.Option(metavar="Q", min=1, help="Query drawings of each character.")] = None,
    meta_batch: Annotated[int | None, typer.Option(metavar="T", min=1, help="Tasks in a step.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="RATE", min=1e-8, max=1.0, help="Peak learning rate.")] = None,
    inner_steps: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=100, help="Steps of the inner loop, if there is one.")
    ] = None,
    inner_lr: Annotated[
        float | None, typer.Option(metavar="RATE", min=1e-8, max=1e4, help="Inner learning rate of the encoder.")
    ] = None,
    head_lr: Annotated[
        float | None, typer.Option(metavar="RATE", min=1e-8, max=1e4, help="Inner learning rate of the head.")
    ] = None,
    order: Annotated[
        int | None,
        typer.Option(metavar="1|2", min=1, max=2, help="Order of MAML's meta-gradient: 2, or 1 to approximate."),
    ] = None,
    learn_rates: Annotated[
        bool | None, typer.Option("--learn-rates/--fixed-rates", help="Whether inner rates are learned too.")
    ] = None,
    channels: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Channels of each block of the encoder.")
    ] = None,
    embedding: Annotated[int | None, typer.Option(metavar="D", min=1, max=4096, help="Length of an embedding.")] = None,
    measure_tasks: Annotated[int, typer.Option(metavar="M", min=10, help="Tasks of each figure at the end.")] = 1000,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The same seed gives the same tasks.")
    ] = None,
    device: Annotated[str | None, typer.Option("--device", metavar="NAME", help="auto, cpu or cuda.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the interrupted run in --out.")] = False,
) -> None:
    """Meta-train a learner, and measure it on held-out glyphs. In Omniglot, these are the five validation alphabets. In
    other data, they are a tenth of the alphabets, or a fifth of the glyphs if there are too few alphabets.

    The recipe gives every setting that you do not give here. Its ways, shots and queries become fewer if the data has
    too few drawings for them. Ctrl-C finishes the current step, saves the state and stops. The same command with
    --resume continues from there. At the end, FOLDER/weights.safetensors has the weights of the best validation, for
    --weights. The window lists the run under Training, wherever FOLDER is.

    \b
    Examples:
      glyphstudio train --out runs/first
      glyphstudio train --learner maml --data synthetic --steps 500 --out runs/maml
      torchrun --nproc-per-node 2 -m glyphstudio train --out runs/both
    """
    from glyphstudio.engine.runs.runs import STATE_FILE
    from glyphstudio.engine.train.config import fitted, training_stream
    from glyphstudio.engine.train.crew import crew_of
    from glyphstudio.engine.train.finishing import try_measuring
    from glyphstudio.engine.train.session import resume_training, start_training
    from glyphstudio.engine.train.training import meta_train

    config = _config(
        learner,
        recipe,
        inner={
            "steps": inner_steps,
            "rate": inner_lr,
            "head_rate": head_lr,
            "order": order,
            "learn_rates": learn_rates,
        },
        encoder={"channels": channels, "embedding": embedding},
        settings={
            "start": start,
            "steps": steps,
            "ways": ways,
            "shots": shots,
            "queries": queries,
            "meta_batch": meta_batch,
            "rate": rate,
            "seed": seed,
            "device": device,
        },
    )
    if not resume and (folder / STATE_FILE).exists():
        say_problem(f"{folder} already contains a training. Resume it with --resume, or choose another folder.")
        raise typer.Exit(1)
    _try_writing(folder)
    source = load_source(data)
    given = {"ways": ways, "shots": shots, "queries": queries}
    config, less = fitted(config, source.train, {name for name, value in given.items() if value is not None})
    with ExitStack() as ends:
        shown = None
        with crew_of(os.environ, config.device) as crew:
            stream = training_stream(config, source.train, source.extra)
            training = resume_training(config, stream, folder) if resume else start_training(config, stream)
            if crew.first:
                for line in (*source.lines, less):
                    if line:
                        say(line)
                try_measuring(training, source.held_out)
                kept = recording(training, stream, source, folder, sources_of(data), measure_tasks, resume)
                shown = ends.enter_context(kept)
            # The first process keeps the run. The others compute their part of every step.
            rest = meta_train(training, stream, source.held_out, folder, crew)
            if number := _run(training, rest if shown is None else shown[0].steps(crew), crew):
                if shown is not None:
                    shown[0].set_aside(RunState.STOPPED)
                    say(
                        f"Stopped and saved at step {training.step} of {config.steps}. "
                        "Run the same command with --resume to continue from there."
                    )
                raise typer.Exit(128 + number)
        if shown is not None:
            _finish(*shown)


def _config(
    learner: str | None,
    recipe: Path | None,
    *,
    inner: dict[str, Any],
    encoder: dict[str, Any],
    settings: dict[str, Any],
) -> TrainConfig:
    """Return the recipe's settings, replaced by all given values that are not None."""
    from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
    from glyphstudio.glyphs.render import BITMAP_SIZE

    config = load_recipe(recipe or shipped_recipe(learner or "protonet"))
    if encoder["channels"] is not None:
        encoder["channels"] = _channels(encoder["channels"], BITMAP_SIZE)
    given = {name: value for name, value in settings.items() if value is not None}
    if given.get("start") and given["start"] not in NAMES:
        given["start"] = str(Path(given["start"]).absolute())  # the window may resume it from another folder
    if learner is not None:
        given["learner"] = learner
    for name, table in (("inner", inner), ("encoder", encoder)):
        chosen = {key: value for key, value in table.items() if value is not None}
        given[name] = replace(getattr(config, name), **chosen)
    config = replace(config, **given)
    if problem := config.encoder.problem:
        raise typer.BadParameter(f"{problem[0].upper()}{problem[1:]}.", param_hint="'--channels'")
    return config


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
    """Check now, not at the first save, that the run can be saved. Raises EngineError."""
    from glyphstudio.engine.errors import EngineError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise EngineError(
            f"GlyphStudio cannot keep the training in {folder} ({error.strerror}). Choose another folder with --out."
        ) from error


def _run(training: Training, steps: Generator[Progress], crew: Crew) -> int:
    """Take the remaining steps, with a bar. Return the signal that stopped it, or 0. The state is saved either way."""
    number = 0
    with (
        _stop_asked() as stop,
        bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar,
        closing(steps) as left,  # saves, for any end
    ):
        task = bar.add_task("Training", total=training.config.steps, completed=training.step, visible=crew.first)
        for progress in left:
            loss, right = progress.result.loss, progress.result.accuracy_after
            bar.update(task, completed=progress.step, description=f"loss {loss:.3f}  right {percent(right, 0)}")
            if progress.validation is not None:
                figure = progress.validation
                say(
                    f"step {progress.step}: loss {loss:.3f}, validation error {percent(figure.error)} "
                    f"± {percent(figure.ci95)} ({figure.tasks} tasks)"
                )
            if progress.diagnosis is not None:
                say(f"  {progress.diagnosis.line()}")
                for sentence in progress.diagnosis.sentences():
                    say(f"  {sentence}")
            if number := crew.largest(stop()):
                break
    return number


@contextmanager
def _stop_asked() -> Iterator[Callable[[], int]]:
    """Provide a function that returns the signal to stop (Ctrl-C, or a system that shuts down), or 0.

    An exception at any moment could leave a step half done. A second signal stops at once.
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
            if handler != signal.SIG_IGN:  # it is ignored in the background of a script
                signal.signal(number, ask)
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finish(session: Session, screen: Screen) -> None:
    """Take the best weights, calibrate, measure, and write them. Raises Exit on Ctrl-C."""
    say("Fitting temperature and threshold, and measuring, on held-out glyphs.")
    try:
        found = screen.measured(session)
    except KeyboardInterrupt:
        session.set_aside(RunState.STOPPED)
        say("Stopped while measuring, without weights. Run the same command with --resume to measure again.")
        raise typer.Exit(130) from None
    for name, figure in found.figures.items():
        out.print(f"{name}: error {percent(figure.error)} ± {percent(figure.ci95)} ({figure.tasks:,} tasks)")
    open_set = found.open_set
    out.print(
        f"Known or unknown: AUROC {open_set.auroc:.3f}; {percent(open_set.mistaken)} of unknown glyphs called known "
        f"at {percent(open_set.accepted)} of known ones accepted"
    )
    for sentence in session.run.sentences:
        out.print(sentence)
    out.print(f"Weights: {found.path}")
