"""train and evaluate."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from glyphstudio.cli.options import AsJson, Device, WeightsFile
from glyphstudio.cli.output import err, out, percent, print_json, progress_bar, say, say_problem
from glyphstudio.data.fetch import default_data_folder

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.engine.training import TrainConfig, Training

SPLITS = ("train", "validation", "all")
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="PATH", help="Omniglot: a folder or an archive. Without it, what `data fetch` fetched."
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1)]


def _load(data: Path | None) -> Drawings:
    from glyphstudio.data.omniglot import load_omniglot

    with progress_bar("Rendering the drawings") as progress:
        return load_omniglot(data or default_data_folder(), progress)


def train(
    folder: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the run keeps its state and weights.")],
    data: Data = None,
    steps: Annotated[int, typer.Option(min=1, help="Outer steps.")] = 4000,
    ways: Annotated[int, typer.Option(min=2, help="Glyphs in a task.")] = 60,
    shots: Annotated[int, typer.Option(min=1, help="Drawings of each glyph to adapt on.")] = 1,
    queries: Annotated[int, typer.Option(min=1, help="Drawings of each glyph to be judged on.")] = 4,
    meta_batch: Annotated[int, typer.Option(min=1, help="Tasks in a step.")] = 1,
    rate: Annotated[float, typer.Option(min=1e-8, max=1.0, help="Peak learning rate.")] = 2e-3,
    seed: Seed = 0,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the interrupted run in --out.")] = False,
) -> None:
    """Meta-train ProtoNet on the 25 training alphabets of Omniglot, and measure it on the five validation alphabets.

    Ctrl-C saves the state; the same command with --resume goes on from there.
    """
    from glyphstudio.data.splits import Split, split
    from glyphstudio.engine.training import STATE_FILE, TrainConfig, Training, meta_train

    config = TrainConfig(
        ways=ways, shots=shots, queries=queries, meta_batch=meta_batch, steps=steps, rate=rate, seed=seed, device=device
    )
    if not resume and (folder / STATE_FILE).exists():
        say_problem(f"{folder} holds a training already. Go on with it by --resume, or give another folder.")
        raise typer.Exit(1)
    training = Training.load(folder, config) if resume else Training(config)
    drawings = _load(data)
    source, held_out = split(drawings, Split.TRAIN), split(drawings, Split.VALIDATION)
    steps_left = meta_train(training, source, held_out, folder)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    start = time.perf_counter()
    try:
        with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=err) as bar:
            task = bar.add_task("Training", total=steps, completed=training.step)
            for progress in steps_left:
                loss, right = progress.result.loss, progress.result.accuracy_after
                bar.update(task, completed=progress.step, description=f"loss {loss:.3f}  right {percent(right, 0)}")
                if progress.validation is not None:
                    figure = progress.validation
                    err.print(
                        f"step {progress.step}: loss {loss:.3f}, validation error {percent(figure.error)} "
                        f"± {percent(figure.ci95)} (20-way one-shot within alphabet, {figure.tasks} tasks)"
                    )
    except KeyboardInterrupt:
        steps_left.close()
        say(f"Stopped and saved at step {training.step} of {steps}. The same command with --resume goes on from there.")
        raise typer.Exit(130) from None
    seconds = time.perf_counter() - start
    _finish(training, config, held_out, folder, seconds)


def _finish(training: Training, config: TrainConfig, held_out: Drawings, folder: Path, seconds: float) -> None:
    """Calibrate, measure, and write the weights."""
    from glyphstudio.data.splits import VALIDATION_ALPHABETS
    from glyphstudio.data.tasks import TaskShape, TaskStream
    from glyphstudio.engine.calibration import assess, fit
    from glyphstudio.engine.evaluation import measure
    from glyphstudio.engine.training import validation_stream
    from glyphstudio.engine.weights import save_weights

    learner = training.learner.cpu()
    say("Fitting temperature and threshold, and measuring, on the validation alphabets.")
    calibration = fit(learner, held_out, seed=config.seed + 100)
    open_set = assess(learner, calibration, held_out, ways=20, shots=1, tasks=300, seed=config.seed + 200)
    within = measure(learner, validation_stream(held_out, seed=config.seed + 300), 1000)
    across = measure(learner, TaskStream(held_out, TaskShape(20), seed=config.seed + 300), 1000)
    about: dict[str, Any] = {
        "data": f"Omniglot background set without {', '.join(VALIDATION_ALPHABETS)}",
        "config": asdict(config),
        "seed": config.seed,
        "seconds": round(seconds),
        "validation": {
            "20-way 1-shot within alphabet": {"error": round(within.error, 4), "ci95": round(within.ci95, 4)},
            "20-way 1-shot": {"error": round(across.error, 4), "ci95": round(across.ci95, 4)},
            "known or unknown": open_set.as_dict(),
        },
    }
    path = folder / "weights.safetensors"
    save_weights(path, learner, config.encoder, calibration, about)
    out.print(f"20-way one-shot within alphabet: error {percent(within.error)} ± {percent(within.ci95)} (1,000 tasks)")
    out.print(f"20-way one-shot across alphabets: error {percent(across.error)} ± {percent(across.ci95)} (1,000 tasks)")
    out.print(
        f"Known or unknown: AUROC {open_set.auroc:.3f}; {percent(open_set.mistaken)} of unknown glyphs called known "
        f"at {percent(open_set.accepted)} of known ones accepted"
    )
    out.print(f"Weights: {path}")


def evaluate(
    data: Data = None,
    part: Annotated[str, typer.Option("--split", help="train, validation or all.")] = "validation",
    ways: Annotated[int, typer.Option(min=2)] = 20,
    shots: Annotated[int, typer.Option(min=1)] = 1,
    queries: Annotated[int, typer.Option(min=1, help="Of each way.")] = 1,
    within_alphabet: Annotated[
        bool, typer.Option("--within-alphabet", help="Hard: look-alikes, other drawers.")
    ] = False,
    runs: Annotated[Path | None, typer.Option(metavar="DIR", help="The official one-shot runs instead.")] = None,
    tasks: Annotated[int, typer.Option(min=1)] = 1000,
    seed: Seed = 0,
    weights: WeightsFile = None,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Measure accuracy on tasks never trained on, with its 95 % interval. Every query is judged for itself.

    Within an alphabet, supports are by one drawer and queries by another. Across, ways and drawings are drawn freely.
    """
    from glyphstudio.data.oneshot_runs import load_runs
    from glyphstudio.data.splits import Split, split
    from glyphstudio.data.tasks import TaskShape, TaskStream
    from glyphstudio.engine.device import choose_device
    from glyphstudio.engine.evaluation import measure, measure_runs
    from glyphstudio.engine.weights import load_weights, shipped_weights

    if part not in SPLITS:
        raise typer.BadParameter(f"choose one of {', '.join(SPLITS)}", param_hint="--split")
    loaded = load_weights(weights or shipped_weights())
    learner = loaded.learner.to(choose_device(device))
    start = time.perf_counter()
    if runs is not None:
        official = load_runs(runs)
        ways, shots, tasks = len(official[0].support), 1, len(official)
        protocol = "official one-shot runs"
        with progress_bar("Runs") as progress:
            figure = measure_runs(learner, official, progress)
    else:
        drawings = split(_load(data), Split(part))
        protocol = f"within-alphabet, {part}" if within_alphabet else f"cross-alphabet, {part}"
        stream = TaskStream(
            drawings,
            TaskShape(ways, shots, queries),
            seed=seed,
            within=1.0 if within_alphabet else 0.0,
            one_drawer=within_alphabet,
        )
        start = time.perf_counter()
        with progress_bar("Tasks") as progress:
            figure = measure(learner, stream, tasks, progress)
    result = {
        "learner": learner.name,
        "protocol": protocol,
        "ways": ways,
        "shots": shots,
        "tasks": tasks,
        "accuracy": round(figure.accuracy, 6),
        "ci95": None if figure.tasks == 1 else round(figure.ci95, 6),
        "error": round(figure.error, 6),
        "seed": seed,
        "weights_sha256": loaded.sha256,
        "seconds": round(time.perf_counter() - start, 2),
    }
    if as_json:
        print_json(result)
        return
    table = Table("Learner", "Protocol", "Ways", "Shots", "Tasks", "Accuracy", "Error", "Seed")
    half_width = "" if result["ci95"] is None else f" ± {percent(figure.ci95, 2)}"
    accuracy, error = percent(figure.accuracy, 2) + half_width, percent(figure.error, 2) + half_width
    table.add_row(loaded.learner.title, protocol, str(ways), str(shots), f"{tasks:,}", accuracy, error, str(seed))
    out.print(table)
    out.print(f"Not transductive: no answer sees another query. Intervals: 95 %. Weights {loaded.sha256[:12]}.")
