"""Several processes train like one, and losing one of them costs no step. Uses real processes, started by torchrun."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.train.crew import ALONE, Crew, crew_of
from glyphstudio.engine.train.training import Training
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import crew_config, crew_drawings, steps_of
from tests.engine.train.crew_member import gradient, in_full
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no torch.distributed")


@contextmanager
def torchrun(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Start two processes of crew_member.py."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += [str(Path(__file__).with_name("crew_member.py")), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()  # torchrun ends any processes that are left


# Two processes that do everything once


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder with their results, and the lines that they printed."""
    folder = tmp_path_factory.mktemp("together")
    with torchrun(folder) as process:
        printed, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    return folder, printed.splitlines()


@pytest.mark.parametrize("name", LEARNERS)
def test_two_processes_give_the_gradient_of_one(together: tuple[Path, list[str]], name: str) -> None:
    """With three tasks, so that their parts are uneven. Running statistics are also those of one process."""
    one = gradient(ALONE, name)
    first, second = (load_file(together[0] / f"{name}.{rank}") for rank in (0, 1))
    assert first.keys() == second.keys() == one.keys()
    assert any(key.startswith("gradient") and bool(tensor.any()) for key, tensor in one.items())
    for key, tensor in one.items():
        assert torch.equal(first[key], second[key]), key
        torch.testing.assert_close(first[key], tensor, rtol=1e-4, atol=1e-5 * float(tensor.abs().max()), msg=key)


def test_a_whole_training_by_two_equals_that_by_one(together: tuple[Path, list[str]]) -> None:
    source, held_out = crew_drawings()
    config = crew_config()
    alone = Training(config)
    with in_full():
        for _ in steps_of(alone, source, held_out):
            pass
    first, second = (load_file(together[0] / f"weights.{rank}") for rank in (0, 1))
    for key, tensor in alone.learner.state_dict().items():
        assert torch.equal(first[key], second[key]), key
        torch.testing.assert_close(first[key], tensor, rtol=1e-4, atol=1e-5, msg=key)
    saved = Training.load(together[0] / "whole", config)
    assert saved.step == saved.validated == 8
    assert saved.best is not None and alone.best is not None
    assert saved.best.step == alone.best.step
    assert saved.best.accuracy == pytest.approx(alone.best.accuracy)


def test_only_the_first_validates(together: tuple[Path, list[str]]) -> None:
    lines = [line.split() for line in together[1]]
    assert [step for rank, _, told, step in lines if rank == "0" and told == "validated"] == ["4", "8", "4"]
    assert [step for rank, _, told, step in lines if rank == "1"] == [*map(str, range(1, 9)), *map(str, range(1, 6))]
    assert not [line for line in lines if line[0] == "1" and line[2] == "validated"]


def test_a_request_to_stop_counts_for_all(together: tuple[Path, list[str]]) -> None:
    assert Training.load(together[0] / "stopped", crew_config()).step == 5


def test_what_processes_exchange(together: tuple[Path, list[str]]) -> None:
    for rank in (0, 1):
        told = json.loads((together[0] / f"told.{rank}").read_text())
        assert told["largest"] == 7
        assert told["figure"] == [0.1, 1 / 3, 200]
        assert len(told["said"]) == 2
        for sentence in told["said"]:
            assert "different settings, or from different states. Give all of them the same command" in sentence


# A lost process


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("lost", ["0", "1"])
def test_after_a_killed_process_the_last_complete_step_can_be_resumed(tmp_path: Path, lost: str) -> None:
    config = crew_config(steps=10_000)
    steps = {"0": 0, "1": 0}
    with torchrun(tmp_path, config.steps) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            rank, pid, _, step = line.split()
            if rank == lost and steps[lost] < 7 <= int(step):
                os.kill(int(pid), signal.SIGKILL)
            steps[rank] = int(step)
        said = process.stderr.read()
        assert process.wait(PATIENCE) != 0
    assert "Another process of this training was lost, so it ends here. Run the same command with --resume" in said
    assert "Threads left: []" in said, "these may end the process with SIGABRT"
    left = Training.load(tmp_path, config)
    survivor = steps["1" if lost == "0" else "0"]
    assert survivor >= 7
    # One more step if the loss was noticed in the validation after a step, because that step is not printed yet.
    validating = left.validated < left.step and left.step % config.validate_every == 0
    assert left.step == survivor + validating, "the state is not that of the last complete step"
    # A process that is killed while it saves leaves a part, which the next save overwrites.
    assert {item.name for item in tmp_path.iterdir()} - ({f"{STATE_FILE}.part"} if lost == "0" else set()) == {
        STATE_FILE
    }

    source, held_out = crew_drawings()
    alone = Training(config)
    going = steps_of(alone, source, held_out)
    with in_full():
        for _ in range(left.step):
            next(going)
    for key, tensor in alone.learner.state_dict().items():  # the half step has left no trace, not even in statistics
        torch.testing.assert_close(left.learner.state_dict()[key], tensor, rtol=1e-4, atol=1e-5, msg=key)
    progress = next(steps_of(left, source, held_out, tmp_path))
    assert progress.step == left.step == survivor + validating + 1


# Without other processes


@given(count=st.integers(1, 40), size=st.integers(1, 9), first=st.integers(0, 1000))
def test_every_task_has_one_process_and_the_parts_are_even(count: int, size: int, first: int) -> None:
    tasks = range(first, first + count)
    parts = [Crew(rank, size).share(tasks) for rank in range(size)]
    assert [number for part in parts for number in part] == list(tasks)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_fewer_tasks_than_processes_get_a_sentence() -> None:
    with pytest.raises(EngineError, match=r"3 processes cannot share a step of 2 tasks. Give --meta-batch 3 or more"):
        Crew(1, 3).check(2, "", 0)
    with pytest.raises(EngineError, match=r"2 processes cannot share a step of 1 task. "):
        next(steps_of(Training(crew_config(meta_batch=1)), *crew_drawings(), crew=Crew(0, 2)))


@pytest.mark.parametrize("environment", [{}, {"WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"}])
def test_one_process_is_alone(environment: dict[str, str]) -> None:
    with crew_of(environment, "cpu") as crew:
        assert (crew.rank, crew.size, crew.first, crew.saves) == (0, 1, True, True)
        assert crew.largest(15) == 15
        assert crew.share(range(3, 9)) == range(3, 9)
        crew.check(1, "", 0)
    assert not torch.distributed.is_initialized()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"WORLD_SIZE": "two"},
            "The variable WORLD_SIZE is 'two', which is not a number. Start the processes with tor",
        ),
        ({"WORLD_SIZE": "2"}, "The variable RANK is '', which is not a number"),
        ({"WORLD_SIZE": "2", "RANK": "0"}, "The 2 processes of this training cannot reach each other .*MASTER_ADDR"),
        ({"WORLD_SIZE": "2", "RANK": "2"}, "cannot reach each other"),
    ],
)
def test_an_unusable_environment_gets_a_sentence(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EngineError, match=said), crew_of(environment, "cpu"):
        pass
