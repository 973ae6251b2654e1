"""evaluate: how well the learner learns tasks that it has never seen."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from glyphstudio.cli.options import AsJson, Device, WeightsFile
from glyphstudio.cli.output import columns, counted, out, percent, print_json, progress_bar
from glyphstudio.cli.source import Data, Seed, load_data


class Part(StrEnum):
    """The values of glyphstudio.data.splits.Split, which would bring torch along."""

    TRAIN = "train"
    VALIDATION = "validation"
    ALL = "all"


def evaluate(
    data: Data = None,
    part: Annotated[
        Part, typer.Option("--split", help="The training alphabets, the five validation alphabets, or all there are.")
    ] = Part.VALIDATION,
    ways: Annotated[int, typer.Option(metavar="N", min=2, help="Characters in a task.")] = 20,
    shots: Annotated[int, typer.Option(metavar="K", min=1, help="Drawings of each to adapt on.")] = 1,
    queries: Annotated[int, typer.Option(metavar="Q", min=1, help="Drawings of each to be judged on.")] = 1,
    within_alphabet: Annotated[
        bool, typer.Option("--within-alphabet", help="Tasks inside one alphabet, queries by other drawers: hard.")
    ] = False,
    runs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The official one-shot runs instead, a folder or all_runs.zip."),
    ] = None,
    tasks: Annotated[int, typer.Option(metavar="M", min=1, help="How many tasks; more make the interval smaller.")] = (
        1000
    ),
    seed: Seed = 0,
    weights: WeightsFile = None,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Measure accuracy on tasks never trained on, with its 95 % interval. Every query is judged for itself.

    Within an alphabet, supports are by one drawer and queries by another. Across, ways and drawings are drawn freely.
    With --runs, the tasks are what the folder holds, and --data, --split, --ways and the like have no meaning.

    \b
    Examples:
      glyphstudio evaluate --within-alphabet --tasks 2000
      glyphstudio evaluate --data images_evaluation.zip --split all --ways 5 --shots 5 --json
      glyphstudio evaluate --runs all_runs.zip
    """
    import torch

    from glyphstudio.data.oneshot_runs import load_runs
    from glyphstudio.data.splits import Split, split
    from glyphstudio.data.tasks import TaskShape, TaskStream
    from glyphstudio.engine.device import choose_device
    from glyphstudio.engine.evaluation import measure, measure_runs
    from glyphstudio.engine.weights import load_weights, shipped_weights

    # One task is too little to share out: where other programs run too, more threads are three times slower.
    torch.set_num_threads(1)
    loaded = load_weights(weights or shipped_weights())
    learner = loaded.learner.to(choose_device(device))
    shape: tuple[int | None, int] = (ways, shots)
    if runs is not None:
        protocol = "official one-shot runs"
        official = load_runs(runs)
        sizes = {len(run.support) for run in official}
        shape, tasks = (sizes.pop() if len(sizes) == 1 else None, 1), len(official)
        start = time.perf_counter()
        with progress_bar("Runs") as progress:
            figure = measure_runs(learner, official, progress)
    else:
        protocol = f"{'within' if within_alphabet else 'cross'}-alphabet, {part.value}"
        stream = TaskStream(
            split(load_data(data), Split(part.value)),
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
        "ways": shape[0],
        "shots": shape[1],
        "tasks": tasks,
        "accuracy": round(figure.accuracy, 6),
        "ci95": None if tasks == 1 else round(figure.ci95, 6),  # a single task says nothing about the spread
        "error": round(figure.error, 6),
        "seed": seed,
        "weights_sha256": loaded.sha256,
        "seconds": round(time.perf_counter() - start, 2),
    }
    if as_json:
        print_json(result)
    else:
        _print(result, loaded.learner.title)


def _print(result: dict[str, Any], learner: str) -> None:
    half_width = "" if result["ci95"] is None else f" ± {percent(result['ci95'], 2)}"
    ways = f"{result['ways']}-way" if result["ways"] else "of various ways"
    table = columns("", "")
    table.show_header = False
    table.add_row("Learner", f"{learner}, weights {result['weights_sha256'][:12]}")
    table.add_row("Protocol", f"{result['protocol']}, not transductive")
    table.add_row("Tasks", f"{counted(result['tasks'], 'task')}, {ways} {result['shots']}-shot, seed {result['seed']}")
    table.add_row("Accuracy", percent(result["accuracy"], 2) + half_width)
    table.add_row("Error", percent(result["error"], 2) + half_width)
    out.print(table)
    if half_width:
        out.print("± is half the width of the 95 % interval.")
