"""evaluate: measures how well the learner learns new tasks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glyphstudio.cli.measure.options import Part, PartOfData, WithinAlphabet
from glyphstudio.cli.options import AsJson, Device, WeightsFile
from glyphstudio.cli.output import columns, out, percent, print_json, progress_bar, say
from glyphstudio.cli.shipped import load_shipped
from glyphstudio.cli.source import Data, Seed, load_part, stream_of
from glyphstudio.plural import counted

if TYPE_CHECKING:
    from glyphstudio.engine.evaluate.gain import Gain
    from glyphstudio.engine.evaluate.open_set import OpenSet
    from glyphstudio.engine.weights.file import Weights
    from glyphstudio.learners.learner import Learner

_WAYS = 20  # or fewer, if the data has fewer glyphs


def evaluate(
    data: Data = None,
    part: PartOfData = Part.VALIDATION,
    ways: Annotated[
        int | None,
        typer.Option(metavar="N", min=2, help="Characters in a task. By default 20, or as many as the data has."),
    ] = None,
    shots: Annotated[int, typer.Option(metavar="K", min=1, help="Support drawings of each character.")] = 1,
    queries: Annotated[int, typer.Option(metavar="Q", min=1, help="Query drawings of each character.")] = 1,
    within_alphabet: WithinAlphabet = False,
    runs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Use the official one-shot runs instead: a folder or all_runs.zip."),
    ] = None,
    tasks: Annotated[int, typer.Option(metavar="M", min=1, help="Number of tasks. More make the interval smaller.")] = (
        1000
    ),
    seed: Seed = 0,
    learner: Annotated[
        str | None, typer.Option(metavar="NAME", help="Measure this learner's shipped weights; by default protonet's.")
    ] = None,
    weights: WeightsFile = None,
    inner_steps: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=10, help="Steps of the inner loop; by default as many as in training."),
    ] = None,
    open_set: Annotated[
        bool,
        typer.Option(
            "--open-set",
            help="Measure how known glyphs are told from unknown ones: half of each task's glyphs are not enrolled.",
        ),
    ] = False,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Measure accuracy on unseen tasks, with its 95 % interval. Every query is judged separately.

    Within an alphabet, supports are by one drawer and queries by another. Across, ways and drawings are drawn freely.
    With --runs, the tasks are those in the folder, and --data, --split, --ways and similar options have no effect.

    With --open-set, --ways counts the enrolled glyphs, and as many others are asked about. Without --within-alphabet,
    half of the tasks lie inside two alphabets, if those have enough characters. If there are too few characters, their
    quarter turns count as further ones.
    \b
      auroc           share of pairs in which the known drawing has the lower probability of "unknown"
      accepted        share of known drawings that are not called unknown
      mistaken        share of unknown drawings that are not called unknown
      strict, lenient the last two shares, with that choice of "When It Is Known" in the window
      mistaken_at_95  mistaken, where 95 % of the known ones are accepted
      strays          share of accidental marks and scribbles that are not called unknown
      calibration_error  mean gap between the first candidate's probability and how often it is right

    A learner with an inner loop is also compared with two controls on its own encoder and the same tasks: nearest
    prototype before the first step (over_nearest_prototype), and the loop with the head alone (over_head_only).

    \b
    Examples:
      glyphstudio evaluate --within-alphabet --tasks 2000
      glyphstudio evaluate --data images_evaluation.zip --split all --ways 5 --shots 5 --json
      glyphstudio evaluate --learner maml --inner-steps 1 --ways 5
      glyphstudio evaluate --runs all_runs.zip
      glyphstudio evaluate --open-set --ways 100 --shots 3 --tasks 100
    """
    import torch

    from glyphstudio.data.fitting import fitted_shape
    from glyphstudio.data.oneshot_runs import load_runs
    from glyphstudio.data.rewriting.turned import with_quarter_turns
    from glyphstudio.data.splits import Split
    from glyphstudio.data.tasks import TaskShape
    from glyphstudio.engine.device import choose_device
    from glyphstudio.engine.evaluate.evaluation import each_run, each_task, measure, measure_runs
    from glyphstudio.engine.evaluate.gain import gain
    from glyphstudio.engine.evaluate.open_set import Within, assess
    from glyphstudio.engine.weights.file import load_weights
    from glyphstudio.learners.learner import GradientLearner

    if learner is not None and weights is not None:
        raise typer.BadParameter("A weights file already names its learner. Give --weights or --learner, not both.")
    # One task is too little work for several threads: if other programs run too, more threads are three times slower.
    torch.set_num_threads(1)
    loaded = load_weights(weights) if weights else load_shipped(learner or "protonet")
    measured = loaded.learner.to(choose_device(device))
    _check_steps(inner_steps, measured)
    if open_set:
        if runs is not None:
            raise typer.BadParameter("The official runs have no unknown glyphs. Give --open-set or --runs, not both.")
        if queries != 1 or inner_steps is not None:
            raise typer.BadParameter("With --open-set there is one query of each glyph, after the learner's own steps.")
        drawings = load_part(data, Split(part.value))
        start = time.perf_counter()
        usable = drawings.usable(shots + 1)
        enough = int(usable.max() if within_alphabet else usable.sum()) // 2
        enrolled = ways or min(_WAYS, enough)
        turned = enrolled > enough
        if turned:
            drawings = with_quarter_turns(drawings)
        within = Within.of(drawings, enrolled, shots, one_alphabet=within_alphabet)
        with progress_bar("Tasks") as progress:
            figures = assess(
                measured,
                loaded.calibration,
                drawings,
                ways=enrolled,
                shots=shots,
                tasks=tasks,
                seed=seed,
                within=within,
                on_progress=progress,
            )
        where = f"{within.words}, {part.value}{', quarter turns as further glyphs' if turned else ''}"
        _tell_open_set(figures, loaded, where, seed, time.perf_counter() - start, as_json)
        return
    shape: tuple[int | None, int]
    found: Gain | None = None
    if runs is not None:
        protocol = "official one-shot runs"
        official = load_runs(runs)
        sizes = {len(run.support) for run in official}
        shape, tasks = (sizes.pop() if len(sizes) == 1 else None, 1), len(official)
        start = time.perf_counter()
        with progress_bar("Runs") as progress:
            if isinstance(measured, GradientLearner):
                found = gain(measured, each_run(measured, official, progress), inner_steps)
            else:
                figure = measure_runs(measured, official, progress)
    else:
        protocol = f"{'within' if within_alphabet else 'cross'}-alphabet, {part.value}"
        drawings = load_part(data, Split(part.value))
        wanted, fixed = TaskShape(ways or _WAYS, shots, queries), ("shots", "queries", *(["ways"] if ways else []))
        served, less = fitted_shape(drawings, wanted, inside=1 if within_alphabet else 0, fixed=fixed)
        shape = (served.ways, served.shots)
        stream = stream_of(drawings, served, seed, within_alphabet)
        if less:
            say(less)
        start = time.perf_counter()
        with progress_bar("Tasks") as progress:
            if isinstance(measured, GradientLearner):
                found = gain(measured, each_task(measured, stream, tasks, progress), inner_steps)
            else:
                figure = measure(measured, stream, tasks, progress)
    if found is not None:
        figure = found.figure
    result = {
        "learner": measured.name,
        "protocol": protocol,
        "ways": shape[0],
        "shots": shape[1],
        "inner_steps": _steps(inner_steps, measured),
        "tasks": tasks,
        "accuracy": round(figure.accuracy, 6),
        "ci95": None if tasks == 1 else round(figure.ci95, 6),  # a single task has no spread
        "error": round(figure.error, 6),
        **(found.as_dict() if found is not None else {}),
        "seed": seed,
        "weights_sha256": loaded.sha256,
        "seconds": round(time.perf_counter() - start, 2),
    }
    if as_json:
        print_json(result)
    else:
        _print(result, measured.title)
        if found is not None and inner_steps != 0:  # without a step there is nothing to say
            out.print(found.sentence(measured.title))


def _tell_open_set(figures: OpenSet, loaded: Weights, protocol: str, seed: int, seconds: float, as_json: bool) -> None:
    result = {
        "learner": loaded.learner.name,
        "protocol": f"open set, {protocol}",
        **figures.as_dict(),
        "seed": seed,
        "weights_sha256": loaded.sha256,
        "seconds": round(seconds, 2),
    }
    if as_json:
        print_json(result)
        return
    table = columns("", "")
    table.show_header = False
    table.add_row("Learner", f"{loaded.learner.title}, weights {loaded.sha256[:12]}")
    table.add_row("Protocol", f"{result['protocol']}, not transductive")
    glyphs, drawn = counted(figures.ways, "glyph"), counted(figures.shots, "drawing")
    table.add_row("Tasks", f"{counted(figures.tasks, 'task')}, {glyphs} from {drawn} each, seed {seed}")
    table.add_row("AUROC", f"{figures.auroc:.3f}")
    table.add_row("Known ones accepted", percent(figures.accepted, 1))
    table.add_row("Unknown ones accepted", percent(figures.mistaken, 1))
    for name, (known, new) in (("Strict", figures.strict), ("Lenient", figures.lenient)):
        table.add_row(name, f"{percent(known, 1)} of known and {percent(new, 1)} of unknown ones accepted")
    table.add_row("Unknown at 95 % of known", percent(figures.mistaken_at_95, 1))
    table.add_row("Scribbles accepted", percent(figures.strays, 1))
    table.add_row("Calibration error", percent(figures.calibration_error, 1))
    out.print(table)


def _check_steps(steps: int | None, learner: Learner) -> None:
    """Raises EngineError if inner steps are given for a learner without an inner loop."""
    from glyphstudio.engine.errors import EngineError
    from glyphstudio.learners.catalogue import LEARNERS

    if steps is not None and not learner.gradient_based:
        able = ", ".join(name for name, kind in LEARNERS.items() if kind.gradient_based)
        raise EngineError(
            f"The learner '{learner.name}' has no inner loop, so --inner-steps has no effect. Leave it out, or "
            f"choose one of: {able}."
        )


def _steps(steps: int | None, learner: Learner) -> int | None:
    """Return the number of inner steps; None if there is no inner loop."""
    return (learner.inner.steps if steps is None else steps) if learner.gradient_based else None


def _print(result: dict[str, Any], learner: str) -> None:
    half_width = "" if result["ci95"] is None else f" ± {percent(result['ci95'], 2)}"
    ways = f"{result['ways']}-way" if result["ways"] else "of various ways"
    table = columns("", "")
    table.show_header = False
    table.add_row("Learner", f"{learner}, weights {result['weights_sha256'][:12]}")
    table.add_row("Protocol", f"{result['protocol']}, not transductive")
    table.add_row("Tasks", f"{counted(result['tasks'], 'task')}, {ways} {result['shots']}-shot, seed {result['seed']}")
    if result["inner_steps"] is not None:
        table.add_row("Adapted", f"by {counted(result['inner_steps'], 'step')} of gradient descent")
    table.add_row("Accuracy", percent(result["accuracy"], 2) + half_width)
    table.add_row("Error", percent(result["error"], 2) + half_width)
    out.print(table)
    if half_width:
        out.print("± is half the width of the 95 % interval.")
