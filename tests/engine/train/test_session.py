"""A session keeps a run up to date from its lock to its weights, in the window and on the command line."""

from __future__ import annotations

import errno
import math
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.evaluate.evaluation import Figure
from glyphstudio.engine.runs.lock import RunLock, is_held
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState, load_run
from glyphstudio.engine.train.config import TrainConfig, training_stream
from glyphstudio.engine.train.session import Session, resume_training, start_training, validation_of
from glyphstudio.engine.train.training import Progress
from glyphstudio.engine.weights.file import load_weights
from glyphstudio.learners.learner import StepResult
from tests.engine.making import SMALL, scrawls, tiny_config

TRAIN, HELD_OUT = scrawls(2, 6, 4, size=SMALL.size), scrawls(2, 6, 3, size=SMALL.size)


class Heard:
    """A listener that remembers its calls, and raises at the stage `ends_at`."""

    def __init__(self, ends_at: str = "") -> None:
        self.ends_at = ends_at
        self.stages: list[str] = []
        self.troubles: list[tuple[str, str]] = []

    def stage(self, what: str, done: int = 0, total: int = 0) -> None:
        self.stages.append(what)
        if what == self.ends_at:
            raise InterruptedError

    def trouble(self, what: str, sentence: str) -> None:
        self.troubles.append((what, sentence))


def config_of(**changes: object) -> TrainConfig:
    return tiny_config(**{"encoder": SMALL, "ways": 4, "variants": False, "jitter": None, **changes})


def new_run(folder: Path, config: TrainConfig) -> Run:
    return Runs(folder).new(config.learner, ("synthetic",), asdict(config), measure_tasks=4)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def begun(session: Session, run: Run, config: TrainConfig) -> Session:
    session.begin(run)
    stream = training_stream(config, TRAIN)
    session.take(start_training(config, stream), stream, HELD_OUT, "Scrawls")
    return session


def test_from_the_first_step_to_the_weights(tmp_path: Path) -> None:
    config, heard = config_of(), Heard()
    run = new_run(tmp_path, config)
    with Session(run.folder, heard) as session:
        assert is_held(run.folder)
        begun(session, run, config)
        there = load_run(run.folder)
        assert (there.state, there.described, there.device, there.steps) == (RunState.RUNNING, "Scrawls", "CPU", 8)
        with closing(session.steps()) as steps:
            taken = [progress.step for progress in steps]
        found = session.finish()
    assert taken == list(range(1, 9))
    assert not is_held(run.folder)
    done = load_run(run.folder)
    assert (done.state, done.step, done.sentences) == (RunState.DONE, 8, session.run.sentences)
    assert done.seconds > 0
    assert done.figures.keys() == found.figures.keys()
    curves = read_log(run.log)
    assert curves.step.tolist() == taken
    assert curves.at.tolist() == [4, 8]
    assert load_weights(run.weights).about["data"] == "Scrawls"
    assert "Measuring on held-out glyphs" in heard.stages
    assert heard.troubles == []


def test_a_stopped_and_resumed_training_is_the_same(tmp_path: Path) -> None:
    config = config_of()
    run = new_run(tmp_path, config)
    with Session(run.folder, Heard()) as session:
        begun(session, run, config)
        with closing(session.steps()) as steps:
            for progress in steps:
                if progress.step == 5:
                    break
        session.set_aside(RunState.STOPPED)
    stopped = load_run(run.folder)
    assert (stopped.state, stopped.step, stopped.resumable) == (RunState.STOPPED, 5, True)
    with Session(run.folder, Heard()) as session:
        session.begin(stopped)
        stream = training_stream(config, TRAIN)
        session.take(resume_training(config, stream, run.folder), stream, HELD_OUT, "Scrawls")
        assert [progress.step for progress in session.steps()] == [6, 7, 8]
        session.finish(stopped=True)
    again = load_run(run.folder)
    assert (again.state, again.step) == (RunState.STOPPED, 8)
    assert again.seconds > stopped.seconds
    assert read_log(run.log).step.tolist() == list(range(1, 9))


def test_a_training_resumes_with_other_settings(tmp_path: Path) -> None:
    config = config_of(steps=4)
    start_training(config, training_stream(config, TRAIN)).save(tmp_path)
    more = replace(config, meta_batch=2)
    stream = training_stream(more, TRAIN)
    with pytest.raises(EngineError, match="other settings"):
        resume_training(more, stream, tmp_path)
    assert resume_training(more, stream, tmp_path, config).config.meta_batch == 2


def test_a_pause_does_not_count_as_computing_and_writes_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    config = config_of(validate_every=100, save_every=100)
    run = new_run(tmp_path, config)
    with Session(run.folder, Heard()) as session:
        begun(session, run, config)
        with closing(session.steps()) as steps:
            next(steps)
            now = 3.0
            session.pause(True)
            assert load_run(run.folder).state is RunState.PAUSED
            assert read_log(run.log).step.tolist() == [1]
            now = 1000.0
            session.pause(False)
            assert load_run(run.folder).state is RunState.RUNNING
            now = 1002.0
        assert session.run.seconds == pytest.approx(5)
        session.set_aside(RunState.PAUSED)
    assert load_run(run.folder).state is RunState.PAUSED


@pytest.mark.parametrize(
    ("error", "state", "problem"),
    [
        (EngineError("It did not work."), RunState.FAILED, "It did not work."),
        (
            ZeroDivisionError("inside"),
            RunState.FAILED,
            "It ended with an unexpected error (ZeroDivisionError).",
        ),
        (KeyboardInterrupt(), RunState.STOPPED, ""),
    ],
)
def test_an_error_is_noted_and_raised(tmp_path: Path, error: BaseException, state: RunState, problem: str) -> None:
    config = config_of()
    run = new_run(tmp_path, config)
    with pytest.raises(type(error)), Session(run.folder, Heard()) as session:
        begun(session, run, config)
        with closing(session.steps()) as steps:
            next(steps)
            raise error
    there = load_run(run.folder)
    assert (there.state, there.problem, there.step) == (state, problem, 1)
    assert not is_held(run.folder)


def test_a_listener_can_end_a_validation_and_the_measuring(tmp_path: Path) -> None:
    config = config_of()
    run = new_run(tmp_path, config)
    with Session(run.folder, Heard("Measuring on held-out glyphs")) as session:
        begun(session, run, config)
        with pytest.raises(InterruptedError):
            list(session.steps())
        assert session.run.step == 4, "the step before the measurement is kept"
        session.set_aside(RunState.PAUSED)
    with Session(run.folder, Heard("Fitting")) as session:
        begun(session, run, config)
        with pytest.raises(InterruptedError):
            session.finish(stopped=True)
    assert load_run(run.folder).state is RunState.STOPPED
    assert not run.weights.exists()


def test_saving_problems_are_reported_once_and_once_more_when_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, heard = config_of(save_every=1, validate_every=100, steps=60), Heard()
    run = new_run(tmp_path, config)
    full, really = True, Path.open

    def opened(path: Path, mode: str = "r", **named: object) -> object:
        if full and path.suffix in (".part", ".jsonl") and mode != "rb":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really(path, mode, **named)  # type: ignore[call-overload]

    with Session(run.folder, heard) as session:
        begun(session, run, config)
        monkeypatch.setattr(Path, "open", opened)
        with closing(session.steps()) as steps:
            for _ in range(3):
                next(steps)
            session.pause(True)
            assert sorted(what for what, _ in heard.troubles) == ["log", "run", "state"]
            assert all("No space left" in sentence for _, sentence in heard.troubles)
            assert session.run.state is RunState.PAUSED, "the file does not have it yet"
            full = False
            session.pause(False)
            for _ in range(20):
                next(steps)
        session.set_aside(RunState.STOPPED)
    assert sorted(what for what, sentence in heard.troubles if not sentence) == ["log", "run", "state"]
    assert read_log(run.log).step.tolist() == list(range(1, 24))
    assert load_run(run.folder).step == 23


def test_a_run_in_training_elsewhere_is_not_changed(tmp_path: Path) -> None:
    run = new_run(tmp_path, config_of())
    with (
        RunLock(run.folder),
        pytest.raises(EngineError, match="Another GlyphStudio is training"),
        Session(run.folder, Heard()),
    ):
        pass
    assert load_run(run.folder).state is RunState.WAITING
    (tmp_path / "file").touch()
    with pytest.raises(SavingError), Session(tmp_path / "file" / "run", Heard()):
        pass


def test_a_missing_validation_loss_is_nan() -> None:
    progress = Progress(1, 2, StepResult(1.0, 0.2, 0.3), 0.1, 0.1)
    assert validation_of(progress) is None
    accuracy, ci95, loss = validation_of(replace(progress, validation=Figure(0.5, 0.1, 4))) or (0, 0, 0)
    assert (accuracy, ci95) == (0.5, 0.1)
    assert math.isnan(loss)
    with_loss = replace(progress, validation=Figure(0.5, 0.1, 4), validation_loss=0.7)
    assert validation_of(with_loss) == (0.5, 0.1, 0.7)
