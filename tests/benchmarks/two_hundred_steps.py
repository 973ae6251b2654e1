"""Measures what 200 steps by its recipe change in a learner: loss and right answers before and after, on equal tasks.

python tests/benchmarks/two_hundred_steps.py --data PATH [--learner NAME ..] [--steps N] [--tasks N] [--threads N]

The tasks are those that validation uses to choose the best step: held out, 20-way one-shot inside an alphabet. For a
learner that starts from other weights, "before" uses those weights. The last column is the mean gain over tasks with
its 95 % interval, which is much narrower than those of the two figures, because the tasks are the same.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812

from glyphstudio.data.tasks import TaskStream
from glyphstudio.engine.evaluate.evaluation import Figure, as_used, each_task, scores_of
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.train.config import training_stream
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.engine.train.training import Training, meta_train
from glyphstudio.engine.weights.file import load_weights, shipped_weights
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.learner import Learner
from glyphstudio.sources import load_source


def judged(learner: Learner, stream: TaskStream, tasks: int) -> NDArray[np.float64]:
    """Return (tasks, 2): loss in nats and share of right answers in each task."""
    found = np.empty((tasks, 2))
    with as_used(learner):
        for number, task in enumerate(each_task(learner, stream, tasks)):
            scores = scores_of(learner, task)
            right = (scores.argmax(1) == task.answers).double().mean()
            found[number] = float(F.cross_entropy(scores.float(), task.answers)), float(right)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--learner", action="append", choices=list(LEARNERS))
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    source = load_source([options.data])
    stream = validation_stream(source.held_out, seed=300)
    print(f"{options.steps} steps, {options.tasks} tasks")
    print("| learner | start | loss before | after | right before | after | gained | seconds |", flush=True)
    for name in options.learner or LEARNERS:
        config = replace(load_recipe(shipped_recipe(name)), steps=options.steps, device="cpu")
        start = load_weights(shipped_weights(config.start)).learner if config.start else None
        tasks = training_stream(config, source.train)
        training = Training(config, tasks.classes, start)
        before = judged(training.learner, stream, options.tasks)
        seconds = sum(progress.seconds for progress in meta_train(training, tasks))
        after = judged(training.learner, stream, options.tasks)
        right = [Figure.of(found[:, 1]) for found in (before, after)]
        gained = Figure.of(after[:, 1] - before[:, 1])
        cells = [
            LEARNERS[name].title,
            config.start or "random",
            *(f"{found[:, 0].mean():.3f}" for found in (before, after)),
            *(f"{100 * figure.accuracy:.2f} ± {100 * figure.ci95:.2f}" for figure in right),
            f"{100 * gained.accuracy:+.2f} ± {100 * gained.ci95:.2f}",
            f"{seconds:.0f}",
        ]
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
