"""adapt: trains starts for tasks that no nearest prototype can answer, and measures how fast they adapt."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from glyphstudio.cli.measure.options import check_plot
from glyphstudio.cli.options import AsJson
from glyphstudio.cli.output import bar_of_many, columns, err, out, print_json
from glyphstudio.cli.source import Data, Seed
from glyphstudio.names import shown
from glyphstudio.plural import counted

if TYPE_CHECKING:
    from glyphstudio.data.regression.tasks import RegressionStream
    from glyphstudio.engine.evaluate.regression import Errors
    from glyphstudio.learners.regression.networks import Network
    from glyphstudio.learners.regression.starts import Start

_NAMES = ("maml", "maml++", "fomaml", "reptile", "pretrained", "random")  # a test compares them with `STARTS`
_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
_SHOWN = (0, 1, 2, 3, 5, 10)  # steps
_STEPS = 10
_CHOOSE = 100  # tasks to choose a rate on
_CHOOSING, _MEASURING = 1, 2  # added to the seed, for the tasks to choose rates on and to measure on


Streams = Callable[[int], "RegressionStream"]  # the tasks of a seed


class Family(StrEnum):
    """The tasks to adapt to."""

    SINUSOIDS = "sinusoids"
    QUANTITIES = "quantities"


class _Plan(NamedTuple):
    """batch: tasks in an outer step. rate: of the outer loop. inner_rate: of the inner loop. queries: to be measured
    on."""

    batch: int
    rate: float
    inner_rate: float
    queries: int


class _Found(NamedTuple):
    """The errors of one start, over all its trainings. head: only the last layer adapts. nearest: nothing adapts.
    rates: chosen for each training, if the start has none of its own."""

    whole: Errors
    head: Errors
    nearest: Errors
    rates: list[float]


_PLANS = {Family.SINUSOIDS: _Plan(25, 4e-3, 0.01, 100), Family.QUANTITIES: _Plan(8, 2e-3, 0.02, 30)}
_INNER_STEPS = {"maml++": 5, "reptile": 5}  # in training; the others have one


def adapt(
    family: Annotated[Family, typer.Argument(metavar="sinusoids|quantities", help="The tasks to adapt to.")],
    shots: Annotated[int, typer.Option(metavar="K", min=1, max=1000, help="Examples to adapt on.")] = 10,
    start: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=f"A start to compare: {', '.join(_NAMES)}. May be repeated; all by default."),
    ] = None,
    steps: Annotated[int, typer.Option(metavar="N", min=1, help="Outer steps of each training.")] = 2000,
    tasks: Annotated[int, typer.Option(metavar="M", min=2, help="Tasks to measure on.")] = 600,
    seeds: Annotated[int, typer.Option(metavar="S", min=1, help="Trainings of each start, to be pooled.")] = 1,
    seed: Seed = 0,
    data: Data = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the curves, as .png or .svg.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show learning to learn on tasks of regression: from a few examples, say what number belongs to another input.
    What belongs to an input differs from task to task, so features alone cannot answer, and no prototype can.

    \b
      sinusoids   each task is a sine wave (Finn et al. 2017, section 5.1)
      quantities  each task asks for another mixture of what can be measured
                  on a drawing: its place, size, proportions, slant and ink;
                  with the drawings of --data

    Every start has the same network and sees the same number of tasks. Pre-trained is one network for all tasks, and
    random is not trained; their rates for adapting are the best of seven on other tasks. The table has the mean squared
    error after 0 to 10 steps of gradient descent on a task's examples, and two controls with the same features: only
    the last layer adapts; or nothing does, and the nearest example answers.

    \b
    Examples:
      glyphstudio adapt sinusoids
      glyphstudio adapt sinusoids --shots 5 --steps 20000 --seeds 3 --plot curves.svg
      glyphstudio adapt quantities --data omniglot.zip --start maml++ --start pretrained
    """
    import torch

    names = start or list(_NAMES)
    for name in names:
        if name not in _NAMES:
            raise typer.BadParameter(f"'{name}' is not one of: {', '.join(_NAMES)}.", param_hint="'--start'")
    if plot is not None:
        check_plot(plot)
    torch.set_num_threads(1)  # these networks are too little work for several threads
    plan = _PLANS[family]
    streams = _streams(family, data, shots, plan)
    each = [seed + 3 * number for number in range(seeds)]  # three streams of tasks for each training
    began = time.perf_counter()
    with bar_of_many() as bar:
        found = {
            name: _measured(name, family, streams, steps=steps, tasks=tasks, seeds=each, bar=bar) for name in names
        }
    setting = {
        "family": family.value,
        "shots": shots,
        "outer_steps": steps,
        "tasks_seen": steps * plan.batch,
        "seeds": seeds,
        "seed": seed,
        "seconds": round(time.perf_counter() - began, 1),
    }
    if plot is not None:
        _plot(plot, family, shots, found)
    if as_json:
        print_json(setting | {"starts": {name: _as_dict(one) for name, one in found.items()}})
    else:
        _print(found, setting)


def _streams(family: Family, data: list[str] | None, shots: int, plan: _Plan) -> tuple[Streams, Streams]:
    """Return what makes the tasks of a seed: to train on, and held-out ones to measure on."""
    from glyphstudio.data.regression.quantities import Quantities
    from glyphstudio.data.regression.sinusoids import Sinusoids

    if family is Family.SINUSOIDS:
        return (lambda seed: Sinusoids(shots, shots, seed)), (lambda seed: Sinusoids(shots, plan.queries, seed))
    from glyphstudio.cli.source import load_source

    source = load_source(data)
    train, held_out = source.train, source.held_out
    return (lambda seed: Quantities(train, shots, shots, seed)), (
        lambda seed: Quantities(held_out, shots, plan.queries, seed)
    )


def _measured(
    name: str,
    family: Family,
    streams: tuple[Streams, Streams],
    *,
    steps: int,
    tasks: int,
    seeds: list[int],
    bar: Callable[[str, int, int], None],
) -> _Found:
    """Train a start once for each seed, and measure it."""
    from glyphstudio.engine.evaluate.regression import Errors, errors, nearest_errors, tuned

    found, rates = [], []
    for seed in seeds:
        start = _trained(name, family, streams[0](seed), steps, seed, bar)
        if not start.kind.order:  # it has learned nothing about the inner loop
            rates.append(tuned(start, streams[1](seed + _CHOOSING), min(tasks, _CHOOSE), _RATES, _STEPS))
        asked = streams[1](seed + _MEASURING)
        both = [errors(start, asked, tasks, _STEPS, alone) for alone in (False, True)]
        found.append([*both, nearest_errors(start, asked, tasks)])
    whole, head, nearest = (Errors.pooled(list(each)) for each in zip(*found, strict=True))
    return _Found(whole, head, nearest, rates)


def _trained(
    name: str,
    family: Family,
    stream: RegressionStream,
    steps: int,
    seed: int,
    bar: Callable[[str, int, int], None],
) -> Start:
    import torch

    from glyphstudio.engine.train.regression import train_start
    from glyphstudio.learners.regression.networks import CurveNetwork, DrawingNetwork
    from glyphstudio.learners.regression.starts import Start

    plan = _PLANS[family]
    torch.manual_seed(seed)
    network: Network = CurveNetwork() if family is Family.SINUSOIDS else DrawingNetwork()
    start = Start(name, network, _INNER_STEPS.get(name, 1), plan.inner_rate)
    train_start(
        start, stream, steps, batch=plan.batch, rate=plan.rate, on_step=lambda done: bar(start.kind.title, done, steps)
    )
    return start


# Printing


def _as_dict(found: _Found) -> dict[str, Any]:
    return found.whole.as_dict() | {
        "head_only": found.head.as_dict(),
        "nearest": found.nearest.as_dict(),
        "less_than_head_only": found.whole.less_than(found.head).as_dict(),
        "less_than_nearest": found.whole.less_than(found.nearest).as_dict(),
        "chosen_rates": found.rates or None,
    }


def _print(found: dict[str, _Found], setting: dict[str, Any]) -> None:
    from glyphstudio.learners.regression.starts import STARTS

    after = [f"{step}" for step in _SHOWN]
    controls = ("Head only", "Nearest")
    table = columns("Start", *after, *controls, right=(*after, *controls))
    for name, one in found.items():
        cells = [_number(one.whole.means[step], one.whole.ci95[step]) for step in _SHOWN]
        cells += [_number(each.means[-1], each.ci95[-1]) for each in (one.head, one.nearest)]
        table.add_row(STARTS[name].title, *cells)
    out.print(table)
    out.print(
        f"Mean squared error after so many steps, with 95 % intervals over tasks. Controls: after {_STEPS} steps of "
        "the last layer only; the number of the nearest example, without adapting. "
        f"{setting['shots']} shots; each start saw {counted(setting['tasks_seen'], 'task')}; "
        f"{counted(setting['seeds'], 'training')} of each."
    )


def _number(mean: float, ci95: float) -> str:
    return f"{mean:.2f}±{ci95:.2f}" if mean < 1000 else "diverged"


def _plot(path: Path, family: Family, shots: int, found: dict[str, _Found]) -> None:
    from glyphstudio.learners.regression.starts import STARTS
    from glyphstudio.ui.plot.adaptation import Curve, save_curves

    most = 1.5 * max(one.whole.means[0] for one in found.values())  # what is worse than the start is drawn there
    curves = [
        Curve(
            STARTS[name].title,
            [min(error, most) for error in one.whole.means],
            [min(width, most / 2) for width in one.whole.ci95],
            baseline=name == "pretrained",
        )
        for name, one in found.items()
    ]
    save_curves(path, curves, f"How fast starts adapt: {family.value}, {shots} examples", best=0.9999, errors=True)
    err.print(f"Plot: {shown(str(path))}", soft_wrap=True)
