"""A training that is stopped, killed or interrupted resumes to the same bits."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

import glyphstudio.engine.train.training as training_module
from glyphstudio.data.drawings import Drawings
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.train.config import training_stream
from glyphstudio.engine.train.training import Training
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.encoder import EncoderShape
from tests.engine.making import equal, killed_config, steps_of, tiny_config
from tests.engine.train.making import assert_same, assert_same_best, run, state_of

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("few_answers")


@pytest.mark.parametrize("stop", [1, 3, 5, 7])
def test_closing_saving_and_loading_gives_the_same_bits(source: Drawings, tmp_path: Path, stop: int) -> None:
    # Enough channels for a convolution's memory layouts to differ, and jitter, which is random.
    config = tiny_config(encoder=EncoderShape(16, (16, 32), 24), meta_batch=2)
    whole = run(config, source)
    steps = steps_of(Training(config), source, folder=tmp_path)
    for _ in range(stop):
        next(steps)
    steps.close()
    torch.manual_seed(12345)  # as if other code had drawn random numbers
    resumed = Training.load(tmp_path, config)
    assert resumed.step == stop
    for _ in steps_of(resumed, source, folder=tmp_path):
        pass
    assert_same(state_of(resumed), state_of(whole))
    assert_same(state_of(Training.load(tmp_path, config)), state_of(whole))


def test_a_finished_training_resumed_has_nothing_to_do(source: Drawings, tmp_path: Path) -> None:
    run(tiny_config(), source, tmp_path)
    before = (tmp_path / STATE_FILE).stat().st_mtime_ns
    assert list(steps_of(Training.load(tmp_path, tiny_config()), source, folder=tmp_path)) == []
    assert (tmp_path / STATE_FILE).stat().st_mtime_ns == before


def test_the_state_is_saved_at_intervals_and_at_the_end_but_not_without_a_folder(
    source: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    monkeypatch.setattr(Training, "save", lambda self, folder, rank=0: saved.append(self.step))
    run(tiny_config(), source, tmp_path)
    assert saved == [3, 6, 8]
    run(tiny_config(), source, None)
    assert saved == [3, 6, 8]


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_trains_and_resumes_with_the_same_bits(
    source: Drawings, held_out: Drawings, tmp_path: Path, name: str
) -> None:
    config = tiny_config(learner=name, inner=equal(steps=2), meta_batch=2, steps=6, validate_every=2)
    classes = training_stream(config, source).classes
    whole = Training(config, classes)
    begun = {key: tensor.clone() for key, tensor in whole.learner.state_dict().items()}
    losses = [progress.result.loss for progress in steps_of(whole, source, held_out)]
    assert all(map(math.isfinite, losses)) and len(losses) == 6
    assert any(not torch.equal(tensor, begun[key]) for key, tensor in whole.learner.state_dict().items())

    steps = steps_of(Training(config, classes), source, held_out, tmp_path)
    for _ in range(3):
        next(steps)
    steps.close()
    torch.manual_seed(12345)
    resumed = Training.load(tmp_path, config, classes)
    assert resumed.step == 3 and resumed.best is not None and resumed.best.step == 2
    rest = [progress.result.loss for progress in steps_of(resumed, source, held_out, tmp_path)]
    assert rest == losses[3:]
    assert_same(state_of(resumed), state_of(whole))
    assert_same_best(resumed, whole)
    assert_same_best(Training.load(tmp_path, config, classes), whole)


# Each line of input starts a training process, which does not have to load torch again.
_KILLED = """
import os, sys
from pathlib import Path
from glyphstudio.engine.evaluate import memorising
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.train.training import Training
from tests.engine.making import killed_config, scrawls, steps_of
memorising._ANSWERS = 0
folder, config = Path(sys.argv[1]), killed_config(sys.argv[2])
Training(config)  # which loads the rest of torch
source, held_out = scrawls(3, 8, 5), scrawls(1, 20, 3)
for line in sys.stdin:
    process = os.fork()
    if process:
        print(process, flush=True)
        os.waitpid(process, 0)
        print("ended", flush=True)
        continue
    training = Training.load(folder, config) if (folder / STATE_FILE).exists() else Training(config)
    for progress in steps_of(training, source, held_out, folder):
        print(progress.step, flush=True)
    print("done", flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("name", ["protonet", "maml"])
def test_a_training_killed_at_any_moment_resumes_to_the_same_bits(
    source: Drawings, held_out: Drawings, tmp_path: Path, name: str
) -> None:
    rng = random.Random(4)
    command = [sys.executable, "-c", _KILLED, str(tmp_path), name]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        said = iter(parent.stdout.readline, "")
        for _ in range(2):
            print("train", file=parent.stdin, flush=True)
            process = int(next(said))
            # At least two steps, then part of a step. It saves after each, so the kill often hits a save.
            first, second = next(said), next(said)
            assert first != "done\n" and second != "done\n"
            time.sleep(rng.uniform(0, 0.05))
            os.kill(process, signal.SIGKILL)
            assert "ended\n" in said
        print("train", file=parent.stdin, flush=True)
        parent.stdin.close()
        assert parent.stdout.read().endswith("done\nended\n")
    config = killed_config(name)
    whole = Training(config)
    for _ in steps_of(whole, source, held_out):
        pass
    resumed = Training.load(tmp_path, config)
    assert_same(state_of(resumed), state_of(whole))
    assert_same_best(resumed, whole)


def test_a_training_that_ended_during_a_validation_validates_when_resumed(
    source: Drawings, held_out: Drawings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step is lost, and the best weights are the same as without the interruption."""
    config = tiny_config()

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training_module, "measure", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(steps_of(Training(config), source, held_out, tmp_path))
    resumed = Training.load(tmp_path, config)
    assert (resumed.step, resumed.validated, resumed.best) == (4, 0, None)
    going = steps_of(resumed, source, held_out, tmp_path)
    assert next(going).step == 5
    assert resumed.validated == 4 and resumed.best is not None and resumed.best.step == 4
    list(going)
    whole = Training(config)
    list(steps_of(whole, source, held_out))
    assert_same_best(resumed, whole)
