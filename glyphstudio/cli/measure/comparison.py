"""compare: all learners on the same tasks, in one table and one picture."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glyphstudio.cli.measure.options import Part, PartOfData, WithinAlphabet, check_plot
from glyphstudio.cli.options import AsJson, Device
from glyphstudio.cli.output import columns, err, out, print_json, progress_bar, say
from glyphstudio.cli.shipped import load_shipped
from glyphstudio.cli.source import Data, Seed, load_part, stream_of
from glyphstudio.names import shown
from glyphstudio.plural import counted

if TYPE_CHECKING:
    from glyphstudio.data.drawings import Drawings
    from glyphstudio.data.tasks import TaskShape
    from glyphstudio.engine.evaluate.comparison import Standing
    from glyphstudio.engine.evaluate.evaluation import Figure, OnProgress
    from glyphstudio.engine.weights.file import Weights

_SHOWN_STEPS = (0, 1, 3, 10)
_WAYS, _QUERIES = 5, 5  # or fewer, if the data has fewer


@dataclass(frozen=True)
class Entrant:
    """Weights that take part. path: None for the shipped weights. label: the name of the row."""

    label: str
    path: Path | None
    weights: Weights


def compare(
    data: Data = None,
    part: PartOfData = Part.VALIDATION,
    ways: Annotated[
        int | None,
        typer.Option(metavar="N", min=2, help="Characters in a task. By default 5, or as many as the data has."),
    ] = None,
    queries: Annotated[
        int | None,
        typer.Option(
            metavar="Q", min=1, help="Query drawings of each character. By default 5, or as many as the data has."
        ),
    ] = None,
    within_alphabet: WithinAlphabet = False,
    tasks: Annotated[int, typer.Option(metavar="M", min=1, help="Number of tasks. More make the interval smaller.")] = (
        100
    ),
    seed: Seed = 0,
    learner: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A learner to compare, with its shipped weights. May be repeated."),
    ] = None,
    weights: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Your own weights to compare as well. May be repeated."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the adaptation curves, as .png or .svg.")
    ] = None,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Compare learners on the same tasks: accuracy at 1, 3 and 5 shots, accuracy after 0, 1, 3 and 10 steps of the
    inner loop, speed and size. Every query is judged separately.

    Without --learner, all learners take part. With `--learner none`, only the files of --weights do. On two cores, all
    learners take five to ten minutes for 100 tasks of 5 ways. The intervals are then about ± 1 % if 95 % are right.

    \b
    Examples:
      glyphstudio compare --plot curves.png
      glyphstudio compare --ways 20 --tasks 300 --learner protonet --learner maml
      glyphstudio compare --learner maml --weights my-run/weights.safetensors
    """
    import torch

    from glyphstudio.data.splits import Split
    from glyphstudio.engine.device import choose_device
    from glyphstudio.engine.evaluate.comparison import standing

    if plot is not None:
        check_plot(plot)
    torch.set_num_threads(1)  # one task is too little work for several threads
    where = choose_device(device)
    entrants = _entrants(learner, weights or [])
    drawings = load_part(data, Split(part.value))
    shape = _shape(drawings, ways, queries, within_alphabet)
    ways, queries = shape.ways, shape.queries
    stream = stream_of(drawings, shape, seed, within_alphabet)
    stream.batch(0)  # report problems with the data before measuring
    protocol = f"{'within' if within_alphabet else 'cross'}-alphabet, {part.value}"
    start = time.perf_counter()
    with progress_bar("Comparing") as progress:
        standings = [
            standing(
                entrant.weights.learner.to(where),
                stream,
                tasks,
                partial(_advance, progress, number, len(entrants)),
            )
            for number, entrant in enumerate(entrants)
        ]
    setting = {
        "protocol": protocol,
        "ways": ways,
        "queries": queries,
        "tasks": tasks,
        "seed": seed,
        "device": str(where),
        "seconds": round(time.perf_counter() - start, 2),
    }
    rows = list(zip(entrants, standings, strict=True))
    if plot is not None:
        _plot(plot, rows, f"{ways}-way 1-shot, {protocol}, {counted(tasks, 'task')}", ways * queries * tasks)
    if as_json:
        print_json(setting | {"learners": [_as_dict(*row) for row in rows]})
    else:
        _print(rows, setting)


def _shape(drawings: Drawings, ways: int | None, queries: int | None, within_alphabet: bool) -> TaskShape:
    """Return the tasks' shape. Print a line if the data has too few drawings for the usual one. Raises DataError."""
    from glyphstudio.data.drawings import DataError
    from glyphstudio.data.fitting import fitted_shape
    from glyphstudio.data.tasks import TaskShape
    from glyphstudio.engine.evaluate.comparison import SHOTS

    fixed = {"shots", *(["ways"] if ways else []), *(["queries"] if queries else [])}
    wanted = TaskShape(ways or _WAYS, max(SHOTS), queries or _QUERIES)
    shape, less = fitted_shape(drawings, wanted, inside=1 if within_alphabet else 0, fixed=fixed)
    need = shape.shots + (queries or 1)
    if (there := int(drawings.usable(need).sum())) < max(ways or 2, 2):
        raise DataError(
            f"Comparing {max(ways or 2, 2)} ways needs as many glyphs with {need} drawings: {shape.shots} to adapt on "
            f"and {queries or 1} to classify. This data has {there}. Give other data with --data, or fewer --ways or "
            "--queries. `evaluate` measures one learner on fewer drawings."
        )
    if less:
        say(less)
    return shape


def _advance(progress: OnProgress, before: int, entrants: int, done: int, tasks: int) -> None:
    """Show one bar over all entrants. `before` of them are done."""
    progress(before * tasks + done, entrants * tasks)


def _entrants(learners: list[str] | None, files: list[Path]) -> list[Entrant]:
    """Raises EngineError for an unknown name, for missing weights, and if nothing takes part."""
    from glyphstudio.engine.errors import EngineError
    from glyphstudio.engine.weights.file import load_weights
    from glyphstudio.learners.catalogue import LEARNERS

    names = [] if learners == ["none"] else list(dict.fromkeys(learners or LEARNERS))
    loaded = [load_shipped(name) for name in names]
    entrants = [Entrant(one.learner.title, None, one) for one in loaded]
    for number, path in enumerate(files, 1):
        own = load_weights(path)
        entrants.append(Entrant(f"{own.learner.title} [{number}]", path, own))
    if not entrants:
        raise EngineError("Nothing is left to compare. Name a learner with --learner, or a file with --weights.")
    return entrants


# The table


def _print(rows: list[tuple[Entrant, Standing]], setting: dict[str, Any]) -> None:
    from glyphstudio.engine.evaluate.comparison import SHOTS

    shots = [counted(count, "shot") for count in SHOTS]
    steps = [counted(count, "step") for count in _SHOWN_STEPS]
    numbers = ("In", *shots, *steps, "Adapt ms", "Query ms", "Params")
    table = columns("Learner", *numbers, right=numbers)
    table.padding = (0, 1, 0, 0)
    for entrant, standing in rows:
        learner = entrant.weights.learner
        table.add_row(
            entrant.label,
            str(learner.inner.steps) if learner.gradient_based else "–",
            *(_figure(standing.by_shots[count]) for count in SHOTS),
            *(_figure(standing.by_steps[count]) if standing.by_steps else "–" for count in _SHOWN_STEPS),
            _ms(standing.adapt_ms),
            _ms(standing.classify_ms),
            f"{standing.parameters / 1000:,.0f}k" if standing.parameters >= 1000 else str(standing.parameters),
        )
    out.print(table)
    out.print(
        f"{setting['ways']}-way, {setting['protocol']}, {counted(setting['tasks'], 'task')}, seed {setting['seed']}, "
        "not transductive. Right answers in %, ± half the\nwidth of the 95 % interval. At 1, 3 and 5 shots each "
        "learner takes as many inner steps as in training (In).\nThe figures after 0, 1, 3 and 10 steps are at 1 shot. "
        f"Milliseconds to adapt to {setting['ways']} ways of 1 shot, and to classify\none query, on one thread."
    )
    for number, path in enumerate((entrant.path for entrant, _ in rows if entrant.path), 1):
        out.print(f"[{number}] {shown(str(path))}")


def _figure(figure: Figure) -> str:
    return f"{100 * figure.accuracy:.1f}" + ("" if math.isnan(figure.ci95) else f"±{100 * figure.ci95:.1f}")


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _as_dict(entrant: Entrant, standing: Standing) -> dict[str, Any]:
    learner = entrant.weights.learner
    return {
        "learner": learner.name,
        "weights": "shipped" if entrant.path is None else str(entrant.path),
        "weights_sha256": entrant.weights.sha256,
        "inner_steps": learner.inner.steps if learner.gradient_based else None,
        "by_shots": {str(count): _figure_as_dict(figure) for count, figure in standing.by_shots.items()},
        "by_steps": standing.by_steps
        and {str(count): _figure_as_dict(figure) for count, figure in standing.by_steps.items()},
        "ms_to_adapt": round(standing.adapt_ms, 4),
        "ms_to_classify": round(standing.classify_ms, 4),
        "parameters": standing.parameters,
    }


def _figure_as_dict(figure: Figure) -> dict[str, float | None]:
    return {
        "accuracy": round(figure.accuracy, 6),
        "ci95": None if math.isnan(figure.ci95) else round(figure.ci95, 6),
    }


# The picture


def _plot(path: Path, rows: list[tuple[Entrant, Standing]], setting: str, queries: int) -> None:
    from glyphstudio.ui.plot.adaptation import Curve, save_curves

    curves = []
    for entrant, standing in rows:
        figures = list(standing.by_steps.values()) if standing.by_steps else [standing.by_shots[1]]
        curves.append(
            Curve(
                entrant.label,
                [figure.accuracy for figure in figures],
                [figure.ci95 for figure in figures],
                baseline=entrant.weights.learner.baseline,
            )
        )
    save_curves(path, curves, f"How fast learners adapt: {setting}", best=1 - 0.5 / queries)
    err.print(f"Plot: {shown(str(path))}", soft_wrap=True)
