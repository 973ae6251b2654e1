"""Measures how much faster several processes train: seconds a step, for MAML by its recipe.

python tests/benchmarks/crew_speed.py --threads 1
OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 tests/benchmarks/crew_speed.py --threads 1
"""

from __future__ import annotations

import argparse
import os
import statistics
from dataclasses import replace

import torch

from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.engine.train.config import training_stream
from glyphstudio.engine.train.crew import crew_of
from glyphstudio.engine.train.recipes import load_recipe, shipped_recipe
from glyphstudio.engine.train.training import Training, meta_train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--learner", default="maml")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    source = load_synthetic(10, 25, 20, 0)
    config = replace(load_recipe(shipped_recipe(options.learner)), steps=options.steps, start="", device="cpu")
    stream = training_stream(config, source)
    with crew_of(os.environ, config.device) as crew:
        seconds = [progress.seconds for progress in meta_train(Training(config, stream.classes), stream, crew=crew)]
        if crew.first:
            steps = seconds[2:]
            print(f"{options.learner}, {config.meta_batch} tasks a step, {options.threads} threads a process")
            print(f"median {statistics.median(steps):.3f} s a step ({min(steps):.3f} to {max(steps):.3f})")


if __name__ == "__main__":
    main()
