"""Measures the window while it meta-trains: how late timer, answers and Stop are, and how much the training loses.

    python tests/benchmarks/window_while_training.py [--learner protonet] [--seconds 30]
    python tests/benchmarks/window_while_training.py --memory        an hour's worth of cheap steps: 100,000 of them

It runs the real window with its real threads, trains at full speed on invented glyphs, and draws once a second. The
same training runs before and after without a window, in a separate process: `loses` is the share that the window costs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PERIOD = 16  # ms
SOURCE = "synthetic:6"


def settings(learner: str) -> dict[str, Any]:
    """Return the recipe's settings, with more steps than the benchmark can take, and no validation."""
    from dataclasses import asdict

    from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe

    config = asdict(load_recipe(shipped_recipe(learner)))
    return config | {"steps": 1_000_000, "validate_every": 1_000_000, "save_every": 1_000_000, "device": "cpu"}


def without_window(learner: str, seconds: float) -> float:
    """Measure the steps per second of the trainer alone."""
    from glyphstudio.engine.train.config import training_stream
    from glyphstudio.engine.train.recipes import config_of
    from glyphstudio.engine.train.training import Training, meta_train
    from glyphstudio.engine.weights.file import load_weights, shipped_weights
    from glyphstudio.sources import load_source

    config = config_of(settings(learner))
    source = load_source([SOURCE])
    start = load_weights(shipped_weights(config.start)).learner if config.start else None
    stream = training_stream(config, source.train)
    run = meta_train(Training(config, stream.classes, start), stream)
    for _ in range(5):
        next(run)
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        next(run)
        steps += 1
    rate = steps / (time.perf_counter() - began)
    run.close()
    return rate


def with_window(learner: str, seconds: float) -> dict[str, float]:
    from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer

    from glyphstudio.cli.check.demo import sample_drawings
    from glyphstudio.glyphs.ink import Ink
    from glyphstudio.ui.start.app import make_window, start_application
    from glyphstudio.ui.start.rehearsal import _draw
    from glyphstudio.ui.train.messages import Plan
    from glyphstudio.ui.train.panel import TrainingPanel
    from glyphstudio.ui.window.training_docks import TRAINING

    application = start_application()
    samples = [[ink for ink in hands if isinstance(ink, Ink)] for hands in sample_drawings().values()]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, None, "cpu", private=Path(folder))
        window.open_library(Path(folder) / "bench.glyphs")
        window.resize(1500, 900)
        window.show()

        def run_until(holds: Any, most: float = 120.0) -> None:
            deadline = time.monotonic() + most
            while not holds():
                application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
                if time.monotonic() > deadline:
                    raise SystemExit("The window did not get that far.")

        run_until(lambda: window.conversation.asking.ready)
        for number, hands in enumerate(samples):
            _draw(window.canvas_column.canvas, hands[0])
            window.canvas_column.name.setText(f"Glyph {number}")
            window.conversation.enrol()
            run_until(lambda number=number: len(window.model) == number + 1)

        start = time.perf_counter()
        window.docks.show(TRAINING)
        panel = window.docks.content(TRAINING)
        assert isinstance(panel, TrainingPanel)
        panel.repaint()
        found["panel opens, ms"] = 1000 * (time.perf_counter() - start)

        panel.start(Plan(learner, (SOURCE,), settings(learner), measure_tasks=4))
        steps: list[int] = []
        panel.worker.took.connect(lambda taken: steps.append(taken[-1].step))
        run_until(lambda: bool(steps) and steps[-1] >= 5)

        late: list[float] = []
        clock = QElapsedTimer()
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(PERIOD)

        def tick() -> None:
            late.append(clock.nsecsElapsed() / 1e6 - PERIOD)
            clock.restart()

        timer.timeout.connect(tick)
        answers: list[float] = []
        answered: list[float] = []

        def note(_ranking: object, final: bool) -> None:
            if final:
                answered.append(time.perf_counter())

        window.conversation.asking.answered.connect(note)

        def settle(milliseconds: int) -> None:
            loop = QEventLoop()
            QTimer.singleShot(milliseconds, loop.quit)
            loop.exec()

        settle(500)
        clock.start()
        timer.start()
        first, began = steps[-1], time.perf_counter()
        while time.perf_counter() - began < seconds:
            settle(900)
            hands = samples[len(answers) % len(samples)]
            window.canvas_column.canvas.clear()
            timer.stop()  # the benchmark, not the window, draws hundreds of points at once
            _draw(window.canvas_column.canvas, hands[1])
            drawn = time.perf_counter()
            clock.restart()
            timer.start()
            answered.clear()
            run_until(lambda: bool(answered))
            answers.append(1000 * (answered[0] - drawn))
        took = time.perf_counter() - began
        timer.stop()
        found["steps per second, in the window"] = (steps[-1] - first) / took

        stop = time.perf_counter()
        last = steps[-1]
        panel.live.keep.click()
        application.processEvents()
        found["Stop answered, ms"] = 1000 * (time.perf_counter() - stop)
        run_until(lambda: not panel.live.keep.isEnabled() or "Stopping" in panel.live.status.text() or not panel.busy)
        run_until(lambda: not panel.busy)
        run = panel.result_page.finished.run if panel.result_page.finished else None
        found["steps taken after Stop"] = float(run.step - last) if run else float("nan")
        found |= {
            "timer late, p99, ms": float(np.quantile(late, 0.99)),
            "timer late, worst, ms": float(np.max(late)),
            "pen up to ranking, median, ms": float(np.median(answers)),
            "pen up to ranking, p99, ms": float(np.quantile(answers, 0.99)),
            "drawings": float(len(answers)),
        }
        window.closing_question.at_once()
    return found


def memory(steps: int) -> dict[str, float]:
    """Measure the window's resident megabytes after a tenth of this many cheap steps, and after all of them."""
    from glyphstudio.ui.parts.memory import resident_megabytes
    from glyphstudio.ui.start.app import make_window, start_application
    from glyphstudio.ui.train.messages import Plan
    from glyphstudio.ui.train.panel import TrainingPanel
    from glyphstudio.ui.window.training_docks import TRAINING

    application = start_application()
    cheap = settings("protonet") | {
        "encoder": {"size": 40, "channels": [4, 4], "embedding": 8}, "ways": 2, "queries": 1, "within": 0.0,
        "variants": False, "jitter": None, "steps": steps, "validate_every": steps // 10, "validation_tasks": 2,
        "save_every": 5000,
    }  # fmt: skip
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(application, None, "cpu", private=Path(folder))
        window.open_library(Path(folder) / "bench.glyphs")
        window.resize(1500, 900)
        window.show()
        while not window.conversation.asking.ready:
            application.processEvents()
        window.docks.show(TRAINING)
        panel = window.docks.content(TRAINING)
        assert isinstance(panel, TrainingPanel)
        panel.start(Plan("protonet", (SOURCE,), cheap, measure_tasks=4))
        marks = [steps // 10 * tenth for tenth in range(1, 11)]
        taken: list[int] = [0]
        panel.worker.took.connect(lambda some: taken.__setitem__(0, some[-1].step))
        began = time.perf_counter()
        while marks and (panel.busy or taken[0] >= marks[0]):
            application.processEvents()
            time.sleep(0.01)
            if taken[0] >= marks[0]:
                found[f"resident after {marks.pop(0):,} steps, MB"] = resident_megabytes()
        found["seconds"] = time.perf_counter() - began
        window.closing_question.at_once()
    return found


def apart(what: str, learner: str, seconds: float) -> Any:
    """Run in a separate process, like the command line's training."""
    command = [sys.executable, __file__, "--only", what, "--learner", learner, "--seconds", str(seconds)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learner", default="protonet")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--only", choices=("trainer", "window"))
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.memory:
        found = memory(options.steps)
    elif options.only == "trainer":
        print(json.dumps(without_window(options.learner, options.seconds)))
        return
    elif options.only == "window":
        print(json.dumps(with_window(options.learner, options.seconds)))
        return
    else:
        before = apart("trainer", options.learner, options.seconds)
        found = apart("window", options.learner, options.seconds)
        after = apart("trainer", options.learner, options.seconds)
        alone = (before + after) / 2
        found |= {"steps per second, alone, before": before, "steps per second, alone, after": after}
        found["training loses, %"] = 100 * (1 - found["steps per second, in the window"] / alone)
    for name, value in found.items():
        print(f"{name:36} {value:10.2f}")


if __name__ == "__main__":
    main()
