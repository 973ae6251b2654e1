"""Measures how long curves take to grow and to paint when ten more steps arrive, as they may ten times a second.

python tests/benchmarks/curves_speed.py
python tests/benchmarks/curves_speed.py --runs 5

Needs no display: it paints into memory, as Qt does for every widget. It measures the thread's own time, so that other
work on the machine has little effect.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from glyphstudio.engine.runs.log import Curves
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.plot.curves import CurvesView

_MORE = 10  # steps
_VALIDATION = 50  # steps between validations


def noisy(first: int, count: int, random: np.random.Generator) -> Curves:
    """Return `count` steps from `first` on, of a run that learns."""
    step = np.arange(first, first + count, dtype=float)
    left = np.exp(-step / 2000)
    loss = 0.2 + 1.5 * left + 0.1 * np.abs(random.normal(size=count))
    after = np.clip(0.93 - 0.7 * left + 0.03 * random.normal(size=count), 0, 1)
    before = np.clip(0.05 + 0.02 * random.normal(size=count), 0, 1)
    at = step % _VALIDATION == 0
    ci95 = np.full(int(at.sum()), 0.01)
    return Curves(step, loss, before, after, np.full(count, 0.1), step[at], loss[at] + 0.1, after[at] - 0.02, ci95)


def timed(what: Callable[[], None]) -> float:
    """Return the time in ms."""
    start = time.thread_time()
    what()
    return 1000 * (time.thread_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--times", type=int, default=200)
    options = parser.parse_args()
    application = QApplication([])
    Appearance(application, "light")
    random = np.random.default_rng(0)
    print(f"{options.runs} run(s), 1200 x 760 pixels; ms, median and 99th percentile of {options.times}")
    print("points a curve | extend | choose points | paint | all three | another smoothing | MB held")
    for count in (1_000, 10_000, 100_000, 1_000_000):
        view = CurvesView()
        view.resize(1200, 760)
        view.show()
        tracemalloc.start()
        for run in range(options.runs):
            view.show_run(str(run), f"Run {run}", "", noisy(1, count, random))
        view.sheet.draw()
        held = tracemalloc.get_traced_memory()[0] / 2**20
        tracemalloc.stop()
        application.processEvents()
        extend, draw, paint = [], [], []
        for turn in range(options.times):
            more = noisy(count + 1 + turn * _MORE, _MORE, random)
            extend.append(timed(partial(view.extend_run, "0", more)))
            draw.append(timed(view.sheet.draw))
            paint.append(timed(view.sheet.view.viewport().repaint))
        smooth = []
        for place in (20, 10, 25, 15, 30):
            view.smoothing.setValue(place)
            smooth.append(timed(view.smooth_now))
        whole = [sum(parts) for parts in zip(extend, draw, paint, strict=True)]
        figures = [
            f"{np.percentile(one, 50):.1f} / {np.percentile(one, 99):.1f}" for one in (extend, draw, paint, whole)
        ]
        print(f"{count:>9,} | {' | '.join(figures)} | {np.median(smooth):.0f} | {held:.1f}", flush=True)
        view.close()
        view.deleteLater()
        application.processEvents()


if __name__ == "__main__":
    main()
