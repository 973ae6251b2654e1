"""adapt: trains starts for tasks that no nearest prototype can answer, and measures how fast they adapt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from glyphstudio.cli.options import AsJson
from glyphstudio.cli.output import bar_of_many, columns, err, out, print_json
from glyphstudio.cli.source import Data, Seed
from glyphstudio.names import shown
from glyphstudio.plural import counted
from glyphstudio.ui.parts.display import has_display

if TYPE_CHECKING:
    from glyphstudio.data.regression.tasks import RegressionStream
    from glyphstudio.engine.evaluate.regression import Errors
    from glyphstudio.learners.regression.networks import Network
    from glyphstudio.learners.regression.starts import Start

_NAMES = ("maml", "maml++", "fomaml", "reptile", "pretrained", "random")  # a test compares them with `STARTS`
_UNTRAINED = ("pretrained", "random")  # have learned no rate for the inner loop, so theirs is chosen
_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
_SHOWN = (0, 1, 2, 3, 5, 10)  # steps
_STEPS = 10
_CHOOSE = 100  # tasks to choose a rate on
_CHOOSING, _MEASURING = 1, 2  # added to the seed, for the tasks to choose rates on and to measure on


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
    seeds: Annotated[
        int, typer.Option(metavar="S", min=1, help="Trainings of each start; their errors are pooled.")
    ] = (1),
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

    from glyphstudio.engine.evaluate.regression import Errors, errors, nearest_errors, tuned

    names = start or list(_NAMES)
    for name in names:
        if name not in _NAMES:
            raise typer.BadParameter(f"'{name}' is not one of: {', '.join(_NAMES)}.", param_hint="'--start'")
    if plot is not None:
        _check_plot(plot)
    torch.set_num_threads(1)  # these networks are too little work for several threads
    plan = _PLANS[family]
    streams = _streams(family, data, shots, plan)
    began = time.perf_counter()
    whole: dict[str, Errors] = {}
    heads: dict[str, Errors] = {}
    nearest: dict[str, Errors] = {}
    rates: dict[str, list[float]] = {}
    with bar_of_many() as bar:
        for name in names:
            found = []
            for number in range(seeds):
                own = seed + 3 * number
                learned = _trained(name, family, streams[0](own), steps, own, bar)
                if name in _UNTRAINED:
                    choose = streams[1](own + _CHOOSING)
                    rate = tuned(learned, choose, min(tasks, _CHOOSE), _RATES, _STEPS)
                    rates.setdefault(name, []).append(rate)
                asked = streams[1](own + _MEASURING)
                both = [errors(learned, asked, tasks, _STEPS, alone) for alone in (False, True)]
                found.append([*both, nearest_errors(learned, asked, tasks)])
            every = (Errors.pooled(list(each)) for each in zip(*found, strict=True))
            whole[name], heads[name], nearest[name] = every
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
        _plot(plot, family, shots, whole)
    if as_json:
        starts = {name: _as_dict(whole[name], heads[name], nearest[name], rates.get(name)) for name in names}
        print_json(setting | {"starts": starts})
    else:
        _print(whole, heads, nearest, setting)


def _streams(
    family: Family, data: list[str] | None, shots: int, plan: _Plan
) -> tuple[Callable[[int], RegressionStream], Callable[[int], RegressionStream]]:
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


def _as_dict(whole: Errors, head: Errors, nearest: Errors, rates: list[float] | None) -> dict[str, Any]:
    return whole.as_dict() | {
        "head_only": head.as_dict(),
        "nearest": nearest.as_dict(),
        "less_than_head_only": whole.less_than(head).as_dict(),
        "less_than_nearest": whole.less_than(nearest).as_dict(),
        "chosen_rates": rates,
    }


def _print(
    whole: dict[str, Errors], heads: dict[str, Errors], nearest: dict[str, Errors], setting: dict[str, Any]
) -> None:
    from glyphstudio.learners.regression.starts import STARTS

    after = [f"{step}" for step in _SHOWN]
    controls = ("Head only", "Nearest")
    table = columns("Start", *after, *controls, right=(*after, *controls))
    for name, found in whole.items():
        cells = [_number(found.means[step], found.ci95[step]) for step in _SHOWN]
        cells += [_number(each.means[-1], each.ci95[-1]) for each in (heads[name], nearest[name])]
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


def _check_plot(path: Path) -> None:
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from glyphstudio.ui.plot.picture import check_place

    check_place(path)


def _plot(path: Path, family: Family, shots: int, whole: dict[str, Errors]) -> None:
    from glyphstudio.learners.regression.starts import STARTS
    from glyphstudio.ui.plot.adaptation import Curve, save_curves

    most = 1.5 * max(found.means[0] for found in whole.values())  # what is worse than the start is drawn there
    curves = [
        Curve(
            STARTS[name].title,
            [min(one, most) for one in found.means],
            [min(one, most / 2) for one in found.ci95],
            baseline=name == "pretrained",
        )
        for name, found in whole.items()
    ]
    save_curves(path, curves, f"How fast starts adapt: {family.value}, {shots} examples", best=0.9999, errors=True)
    err.print(f"Plot: {shown(str(path))}", soft_wrap=True)
