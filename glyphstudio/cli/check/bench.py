"""bench: measures speed and memory on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from glyphstudio.cli.check.demo import sample_drawings
from glyphstudio.cli.options import AsJson, Device, WeightsFile
from glyphstudio.cli.output import columns, out, print_json, say
from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.render import render
from glyphstudio.plural import counted
from glyphstudio.ui.parts.display import has_display

_PATIENCE = 180  # seconds for one start
_TARGETS = {  # milliseconds, megabytes: the project's targets on two cores
    "pen up to ranking, 100 glyphs, median": 10,
    "pen up to ranking, 100 glyphs, p99": 25,
    "ranking alone, 10,000 prototypes, median": 2,
    "process start to visible window, median": 1000,
    "process start to first answer, median": 4000,
    "move painted, 5,000 points on the canvas, p99": 1000 / 60,
    "resident memory, all loaded": 500,
}


class StartFailed(Exception):  # noqa: N818 - the message is a sentence for the user
    """A window that should be measured did not start."""


def bench(
    as_json: AsJson = False,
    weights: WeightsFile = None,
    device: Device = "auto",
    starts: Annotated[int, typer.Option(metavar="N", min=1, help="How many times to start the window.")] = 5,
) -> None:
    """Measure speed and memory in the real window and its threads, offscreen if there is no display."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from glyphstudio.engine.device import choose_device
    from glyphstudio.ui.start import measuring  # noqa: F401 - reports problems with Qt before the work

    choose_device(device)
    figures = _ranking_alone(weights)
    say(f"Starting the window {counted(starts, 'time')}.")
    runs = [_start(weights, device) for _ in range(starts)]
    say("Measuring rankings.")
    figures |= {
        **_pen_up(weights, device),
        "process start to visible window, median": 1000 * float(np.median([run[0] for run in runs])),
        "process start to first answer, median": 1000 * float(np.median([run[1] for run in runs])),
        "resident memory, all loaded": max(run[2] for run in runs),
        **_painting(),
    }
    if as_json:
        print_json({name: None if np.isnan(value) else round(value, 3) for name, value in figures.items()})
        return
    table = columns("Figure", "Here", "Target", right=("Here", "Target"))
    for name, value in figures.items():
        unit = "MB" if "memory" in name else "ms"
        target = f"{_TARGETS[name]:.0f} {unit}" if name in _TARGETS else ""
        table.add_row(name, "unknown" if np.isnan(value) else f"{value:.1f} {unit}", target)
    out.print(table)


def _summary(name: str, seconds: list[float]) -> dict[str, float]:
    ms = 1000 * np.array(seconds)
    return {f"{name}, median": float(np.median(ms)), f"{name}, p99": float(np.quantile(ms, 0.99))}


def _start(weights: Path | None, device: str) -> tuple[float, float, float]:
    """Start once in a fresh process. Return the seconds to the window and to the first answer, and the megabytes."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "glyphstudio"]
    argument = json.dumps([time.time(), str(weights) if weights else None, device])
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            [*program, "--measure-start", argument], stdout=subprocess.PIPE, check=True, text=True, timeout=_PATIENCE
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise StartFailed("The window did not start, so it cannot be measured. Run glyphstudio to see why.") from error
    window, answer, memory = json.loads(done.stdout.splitlines()[-1])
    return window, answer, memory


def _turned(ink: Ink, degrees: float) -> Ink:
    """Return the same drawing turned about the canvas' middle. This gives enough glyphs for a library of a hundred."""
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return Ink(tuple(Stroke.of((s.xy - 0.5) @ turn + 0.5, s.t, s.pressure) for s in ink.strokes))


def _pen_up(weights: Path | None, device: str) -> dict[str, float]:
    from glyphstudio.library.library import Library
    from glyphstudio.ui.start.measuring import pen_up_to_ranking

    samples = {name: [d for d in hands if isinstance(d, Ink)] for name, hands in sample_drawings().items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.glyphs"
        with Library.open(path) as library:
            for name, (first, *_) in samples.items():
                for turn in range(5):
                    library.enrol(f"{name} {turn}", _turned(first, 72 * turn))
        asked = [_turned(ink, 72 * turn) for _, *others in samples.values() for ink in others for turn in range(5)]
        seconds = pen_up_to_ranking(path, asked, weights, device)
    return _summary("pen up to ranking, 100 glyphs", seconds)


def _ranking_alone(weights: Path | None) -> dict[str, float]:
    import torch

    from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser
    from glyphstudio.engine.weights.file import load_weights, shipped_weights

    torch.set_num_threads(1)
    loaded = load_weights(weights or shipped_weights())
    recogniser = PrototypeRecogniser(loaded.learner, loaded.calibration)
    length = recogniser.embed([render(Ink())]).shape[1]
    vectors: NDArray[np.float32] = np.random.default_rng(0).normal(size=(10_000, length)).astype(np.float32)
    for number, vector in enumerate(vectors):
        recogniser.enrol(number, number, vector)
    seconds = []
    for vector in vectors[:500] * 0.9:
        start = time.perf_counter()
        recogniser.rank(vector)
        seconds.append(time.perf_counter() - start)
    return _summary("ranking alone, 10,000 prototypes", seconds)


def _painting() -> dict[str, Any]:
    from glyphstudio.ui.start.measuring import moves

    return _summary("move painted, 5,000 points on the canvas", moves(5000))
