"""The window while a training runs in it: is it late, how long does a drawing wait, and what does it cost the training?

python tests/benchmarks/training_beside_window.py --data PATH [--learner NAME] [--seconds N]

On a quiet machine. Steps per second are those of the trainer alone, before and after, and of the training thread with
the panel open, the curves drawn and a drawing asked twice a second. Clicks are answered when the panel says so.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PySide6.QtCore import QEventLoop, Qt, QTimer

from glyphstudio.data.synthetic import synthetic_ink
from glyphstudio.engine.recipes import load_recipe, shipped_recipe
from glyphstudio.engine.runs import Runs
from glyphstudio.engine.training import Training, meta_train, training_stream
from glyphstudio.sources import load_source
from glyphstudio.ui.app import start_application
from glyphstudio.ui.engine_thread import Engine
from glyphstudio.ui.memory import resident_megabytes
from glyphstudio.ui.training_course import cores
from glyphstudio.ui.training_panel import TrainingPanel
from glyphstudio.ui.training_plan import Finished, Plan, Taken
from glyphstudio.ui.training_thread import TrainingThread
from tests.engine.making import scrawl
from tests.ui.watching import glyph

PERIOD, ASKED = 16, 500  # ms


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def until(done: Callable[[], bool]) -> float:
    """Seconds that the window's loop ran before `done`."""
    start = time.perf_counter()
    while not done():
        wait(1)
    return time.perf_counter() - start


def alone(learner: str, data: str, seconds: float) -> float:
    """Seconds of a step, as the command line takes it; a median."""
    torch.set_num_threads(cores())
    config, source = load_recipe(shipped_recipe(learner)), load_source([data])
    config = replace(config, start="")
    taken = []
    training = Training(config, training_stream(config, source.train).classes)
    with closing(meta_train(training, source.train)) as steps:
        end = time.perf_counter() + seconds
        for progress in steps:
            taken.append(progress.seconds)
            if time.perf_counter() > end:
                break
    return statistics.median(taken)


class Lateness:
    """Of a timer in the window's thread, in ms."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._last:
            self.late.append(1000 * (now - self._last) - PERIOD)
        self._last = now

    def stop(self) -> str:
        self._timer.stop()
        late = np.maximum(self.late, 0)
        return f"late by {np.percentile(late, 99):.1f} ms at p99, {late.max():.1f} ms at worst"


def beside(learner: str, data: str, seconds: float, folder: Path) -> float:
    """Seconds of a step in the window; prints what the window felt of it."""
    shots = {number: [scrawl(number), scrawl(number, 1)] for number in range(1, 40)}
    library = tuple(glyph(number, f"Glyph {number}", *drawings) for number, drawings in shots.items())
    engine = Engine()
    engine.open(folder / "bench.glyphs")
    ready: list[object] = []
    engine.ready.connect(ready.append)
    engine.preload()
    until(lambda: bool(ready))
    thread = TrainingThread(Runs(folder / "runs"))
    opening = time.perf_counter()
    panel = TrainingPanel(thread)
    panel.resize(720, 900)
    panel.show()
    wait(0)
    print(f"panel: open after {1000 * (time.perf_counter() - opening):.0f} ms")
    panel.show_library(library, folder / "bench.glyphs")
    taken: list[Taken] = []
    ended: list[Finished] = []
    thread.took.connect(taken.extend)
    panel.ended.connect(ended.append)
    settings = {"start": "", "steps": 1_000_000, "validate_every": 1_000_000}
    panel.start(Plan(learner, (data,), settings, measure_tasks=10))
    until(lambda: len(taken) > 3)
    taken.clear()
    waited: list[float] = []
    asked: dict[int, float] = {}
    engine.answered.connect(lambda number, _ranking: waited.append(1000 * (time.perf_counter() - asked[number])))
    lateness, end, number = Lateness(), time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        number += 1
        drawing, now = synthetic_ink(0, number % 25, number), time.perf_counter()
        asked[engine.ask(drawing)] = now
        wait(ASKED)
    print(f"a {PERIOD} ms timer in the window: {lateness.stop()}")
    print(f"pen up to ranking: {np.percentile(waited, 50):.1f} ms, {np.percentile(waited, 99):.1f} ms at p99")
    step = statistics.median(one.seconds for one in taken)
    last, clicked = taken[-1].step, time.perf_counter()
    panel.live.pause.click()
    answered = time.perf_counter() - clicked
    until(lambda: panel.live.pause.text() == "Resume")
    wait(200)
    print(f"a click: answered in {1000 * answered:.1f} ms, done after {taken[-1].step - last} more steps")
    thread.discard()
    until(lambda: bool(ended))
    print(f"memory: {resident_megabytes():.0f} MB")
    thread.close()
    engine.close()
    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="synthetic:20")
    parser.add_argument("--learner", default="protonet")
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    start_application()
    with tempfile.TemporaryDirectory() as folder:
        before = alone(arguments.learner, arguments.data, arguments.seconds / 2)
        step = beside(arguments.learner, arguments.data, arguments.seconds, Path(folder))
        after = alone(arguments.learner, arguments.data, arguments.seconds / 2)
    quiet = (before + after) / 2
    print(f"{arguments.learner}: {1 / quiet:.2f} steps a second alone, {1 / step:.2f} in the window: ", end="")
    print(f"{100 * (1 - quiet / step):.0f} % lost")


if __name__ == "__main__":
    main()
