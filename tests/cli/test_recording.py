"""A training on the command line is a run: it is listed, its log is kept, and its state is right however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.runs.lock import RunLock, is_held
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState, load_run
from glyphstudio.engine.train import session, training
from tests.patience import PATIENCE

from .conftest import Command
from .test_training_command import arguments


def only_run() -> Run:
    (run,) = Runs().all()
    return run


def stopping_after(last: int, error: BaseException | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop trainings after this step with a Ctrl-C, or let them fail with `error`."""

    def meta_train(*given: object, **named: object) -> Generator[object]:
        with closing(training.meta_train(*given, **named)) as steps:  # type: ignore[arg-type]
            for progress in steps:
                if progress.step == last and error is None:
                    os.kill(os.getpid(), signal.SIGINT)
                yield progress
                if progress.step == last and error is not None:
                    raise error

    monkeypatch.setattr(session, "meta_train", meta_train)


def test_a_finished_run_has_its_figures_its_log_and_a_place_in_the_list(
    run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(omniglot.parent)
    folder = tmp_path / "mine"
    done = run(*arguments(Path(omniglot.name), folder, steps=6))
    assert done.status == 0
    found = only_run()
    assert (found.folder, found.state, found.step, found.steps) == (folder, RunState.DONE, 6, 6)
    assert found.learner == "protonet" and found.sources == (str(omniglot),), "not an absolute path"
    assert found.settings["ways"] == 4 and found.described.startswith("Omniglot, 12 characters")
    assert found.measure_tasks == 10 and found.device == "CPU" and found.seconds > 0
    for name, figure in found.figures.items():
        assert figure["tasks"] == 10
        assert f"{name}: error {100 - 100 * figure['accuracy']:.1f} % ± {100 * figure['ci95']:.1f} %" in done.out
    assert all(sentence in done.out for sentence in found.sentences)
    curves = read_log(found.log)
    assert curves.step.tolist() == [1, 2, 3, 4, 5, 6] and curves.at.tolist() == [6] and curves.diagnosis is not None
    assert found.weights.is_file() and not found.resumable and not is_held(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for other processes")
def test_a_stopped_run_is_marked_and_resumes_as_the_same_run(
    run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        stopping_after(3, None, patch)
        assert run(*arguments(omniglot, folder, steps=6)).status == 130
    stopped = only_run()
    assert (stopped.state, stopped.step, stopped.resumable) == (RunState.STOPPED, 3, True)
    assert len(read_log(stopped.log).step) == 3
    named = Runs().rename(stopped, "Mine")
    Runs().delete(named)  # which removes it from the list
    assert run(*arguments(omniglot, folder, "--resume", steps=6)).status == 0
    done = only_run()
    assert (done.state, done.step, done.name, done.created) == (RunState.DONE, 6, "Mine", stopped.created)
    assert done.seconds > stopped.seconds
    assert read_log(done.log).step.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (EngineError("The loss stopped being a number at step 4."), "The loss stopped being a number at step 4."),
        (ZeroDivisionError("inside"), "It ended with an unexpected error (ZeroDivisionError)."),
    ],
)
def test_a_failed_run_keeps_its_reason(
    run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, error: Exception, problem: str
) -> None:
    stopping_after(3, error, monkeypatch)
    if isinstance(error, EngineError):
        run(*arguments(omniglot, tmp_path / "run", steps=6)).failed("stopped being a number")
    else:
        with pytest.raises(ZeroDivisionError):
            run(*arguments(omniglot, tmp_path / "run", steps=6))
    failed = only_run()
    assert (failed.state, failed.step, failed.problem) == (RunState.FAILED, 3, problem)
    assert not is_held(failed.folder)


def test_stopped_while_measuring(run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "finish", interrupted)
    done = run(*arguments(omniglot, tmp_path / "run", steps=4))
    assert done.status == 130 and "Stopped while measuring" in done.err
    stopped = only_run()
    assert (stopped.state, stopped.step, stopped.resumable) == (RunState.STOPPED, 4, True)
    assert not stopped.weights.exists()


def test_a_training_that_cannot_start_is_no_run(run: Command, omniglot: Path, tmp_path: Path) -> None:
    run(*arguments(omniglot, tmp_path / "run", "--ways", 13)).failed("13 ways")
    assert Runs().all() == []


def test_a_run_in_training_elsewhere_is_not_changed(run: Command, omniglot: Path, tmp_path: Path) -> None:
    with RunLock(tmp_path / "run"):
        run(*arguments(omniglot, tmp_path / "run")).failed("Another GlyphStudio is training the run")


def test_an_older_run_without_a_description_gets_one(
    run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        stopping_after(2, None, patch)
        run(*arguments(omniglot, folder, steps=4))
    (folder / "run.json").write_text("{")
    assert run(*arguments(omniglot, folder, "--resume", steps=4)).status == 0
    assert load_run(folder).state is RunState.DONE and only_run().step == 4


def test_a_list_that_cannot_be_written_does_not_stop_the_training(
    run: Command, omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    done = run(*arguments(omniglot, tmp_path / "run"))
    assert done.status == 0 and "The list of runs could not be saved" in done.err
    assert load_run(tmp_path / "run").state is RunState.DONE


def test_the_first_of_several_processes_keeps_the_run(omniglot: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "glyphstudio", *map(str, arguments(omniglot, tmp_path / "run", "--meta-batch", 2))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    found = only_run()
    assert (found.state, found.step) == (RunState.DONE, 4)
    assert read_log(found.log).step.tolist() == [1, 2, 3, 4]
