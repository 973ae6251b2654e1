"""One process of a crew, as torchrun starts it for test_crew: python crew_member.py FOLDER [STEPS].

With STEPS it trains for that many steps and prints each. Without, it writes the results of joint work to files in
FOLDER.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import save_file

import glyphstudio.engine.train.training
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.engine.train.config import training_stream
from glyphstudio.engine.train.crew import Crew, buffers_of, crew_of
from glyphstudio.engine.train.training import Training
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import crew_config, crew_drawings, steps_of


def in_full() -> AbstractContextManager[object]:
    """Compute in float32 even if the processor has bfloat16, which would amplify a difference in a gradient's last
    bit."""
    return mock.patch.object(glyphstudio.engine.train.training, "has_bfloat16", lambda _device: False)


def gradient(crew: Crew, name: str) -> dict[str, torch.Tensor]:
    """Return this process's gradient, buffers and figures after one step, combined from all processes."""
    config = crew_config(learner=name)
    stream = training_stream(config, crew_drawings()[0])
    learner = Training(config, stream.classes).learner.train()
    tasks = stream.tasks(crew.share(range(config.meta_batch)))
    before = buffers_of(learner)
    result = crew.combine(learner, before, learner.meta_step(tasks), len(tasks), config.meta_batch)
    found = {f"gradient of {key}": one.grad for key, one in learner.named_parameters() if one.grad is not None}
    found |= {f"buffer {key}": buffer for key, buffer in learner.named_buffers()}
    found["figures"] = torch.tensor([result.loss, result.accuracy_before, result.accuracy_after])
    return {key: tensor.contiguous() for key, tensor in found.items()}


def together(crew: Crew, folder: Path) -> None:
    for name in LEARNERS:
        save_file(gradient(crew, name), folder / f"{name}.{crew.rank}")
    crew.check(2, "the same", 3)
    said = []
    for settings, step in ((f"seed {crew.rank}", 3), ("the same", 3 + crew.rank)):
        try:
            crew.check(2, settings, step)
        except EngineError as error:
            said.append(str(error))
    figure = crew.from_first(Figure(0.1, 1 / 3, 200) if crew.first else None)
    told = {
        "said": said,
        "largest": crew.largest(7 * crew.rank),
        "figure": [figure.accuracy, figure.ci95, figure.tasks],
    }
    (folder / f"told.{crew.rank}").write_text(json.dumps(told))
    training = train(crew, folder / "whole", 8)
    weights = {key: tensor.contiguous() for key, tensor in training.learner.state_dict().items()}
    save_file(weights, folder / f"weights.{crew.rank}")
    stopped = train(crew, folder / "stopped", 8, stop_at=5)
    assert stopped.step == 5


def train(crew: Crew, folder: Path, steps: int, stop_at: int = 0) -> Training:
    source, held_out = crew_drawings()
    training = Training(crew_config(steps=steps))
    for progress in steps_of(training, source, held_out, folder, crew):
        told = "step" if progress.validation is None or progress.diagnosis is None else "validated"
        # In one write, so that lines of two processes do not mix.
        sys.stdout.write(f"{crew.rank} {os.getpid()} {told} {progress.step}\n")
        sys.stdout.flush()
        if crew.largest(int(crew.rank == 1 and progress.step == stop_at)):
            break
    return training


def main() -> None:
    folder, *steps = sys.argv[1:]
    torch.set_num_threads(1)
    # torchrun asks the others to end when one process is lost. As in the program, that does not interrupt a step.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        with crew_of(os.environ, "cpu") as crew, in_full():
            if steps:
                train(crew, Path(folder), int(steps[0]))
            else:
                together(crew, Path(folder))
    except EngineError as error:
        sys.exit(f"said: {error} Threads left: {threads_left()}")
    assert not threads_left()


def threads_left() -> list[str]:
    """Return the threads that talk to other processes. They must end before Python does, but may be slow to."""
    names = [thread.read_text().strip() for thread in Path("/proc/self/task").glob("*/comm")]  # on Linux only
    return [name for name in names if "gloo" in name or "nccl" in name]


if __name__ == "__main__":
    main()
