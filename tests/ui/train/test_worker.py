"""The training worker: real but tiny trainings, and every way to end them."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
import torch
from pytestqt.qtbot import QtBot

from glyphstudio import sources
from glyphstudio.data.synthetic import load_synthetic
from glyphstudio.engine.runs.lock import is_held
from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState, load_run
from glyphstudio.engine.train import finishing, session, training
from glyphstudio.engine.weights.file import load_weights
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.resources import weights_of
from glyphstudio.ui.train.messages import (
    Began,
    CostRequest,
    Doing,
    Ending,
    Estimated,
    Finished,
    Paused,
    Plan,
    Prepared,
    Surroundings,
    Trouble,
)
from glyphstudio.ui.train.worker import TrainingWorker
from tests.engine.making import scrawl
from tests.ui.train.making import Heard, long_plan, tiny_plan, tiny_settings, training_thread
from tests.ui.watch.making import glyph, many


def kept(finished: Finished) -> Run:
    """Return the run as it is on the disk."""
    assert finished.run is not None
    return load_run(finished.run.folder)


def test_a_training_from_its_source_to_its_result(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    twice = tuple(glyph(number, f"Glyph {number}", scrawl(number), scrawl(number, 1)) for number in range(1, 5))
    thread.surround(Surroundings(Path("own.glyphs"), twice, weights_of("protonet"), "ProtoNet"))
    thread.start(tiny_plan())
    finished = heard.wait(qtbot, Finished)
    assert [step.step for step in heard.steps] == list(range(1, 11))
    assert [step.step for step in heard.steps if step.validation is not None] == [5, 10]
    run = kept(finished)
    assert (run.state, run.step, run.steps, run.problem) == (RunState.DONE, 10, 10, "")
    assert run.described.startswith("Synthetic, 8 characters")
    assert run.device == "CPU"
    assert run.seconds > 0
    assert {figure["tasks"] for figure in run.figures.values()} == {4}
    assert load_weights(run.weights).about["data"] == run.described
    assert list(read_log(run.log).step) == list(range(1, 11))
    assert not is_held(run.folder)
    assert finished.weights
    assert finished.result is not None
    tasks, own = finished.result.rows
    assert own.what == "Your own library"
    assert own.asked == "8 drawings"
    for row in (tasks, own):
        assert row.now is not None
        assert row.difference is not None
        assert row.difference[0] == pytest.approx(row.new.accuracy - row.now.accuracy)
        assert row.new.low <= row.new.accuracy <= row.new.high


def test_a_library_without_second_drawings_gets_a_sentence(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.surround(Surroundings(Path("own.glyphs"), many(3), None, ""))
    thread.start(tiny_plan(steps=2))
    result = heard.wait(qtbot, Finished).result
    assert result is not None
    assert len(result.rows) == 1
    assert result.rows[0].now is None
    assert "no glyph in it has a second drawing" in result.sentences[-1]


def test_a_pause_takes_no_steps_and_then_resumes(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 3)
    thread.pause()
    assert heard.wait(qtbot, Paused).paused
    run = thread.run
    assert run is not None
    step = int(read_log(run.log).step[-1])
    heard.wait_for_step(qtbot, step)  # the deque is emptied
    assert load_run(run.folder).state is RunState.PAUSED
    assert heard.steps[-1].step == step, "all steps must be on the disk during a pause"
    qtbot.wait(250)
    assert heard.steps[-1].step == step
    thread.go_on()
    assert not heard.wait(qtbot, Paused, 2).paused
    heard.wait_for_step(qtbot, step + 2)
    assert load_run(run.folder).state is RunState.RUNNING
    thread.discard()
    heard.wait(qtbot, Finished)


def test_stopping_keeps_the_weights_learned_so_far(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 2)
    thread.stop_and_keep()
    finished = heard.wait(qtbot, Finished)
    run = kept(finished)
    assert finished.ending is Ending.KEEP
    assert run.state is RunState.STOPPED
    assert run.step == heard.steps[-1].step < run.steps
    assert run.figures
    assert load_weights(run.weights)
    assert run.resumable


def test_stopping_during_a_pause_measures_at_once(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    thread.pause()
    heard.wait(qtbot, Paused)
    thread.stop_and_keep()
    assert heard.wait(qtbot, Finished).weights


def test_a_kept_run_has_stopped_before_it_is_measured(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = []

    def look(*given: Any) -> finishing.Finished:
        states.append(load_run(given[3].parent).state)
        return finishing.finish(*given)

    monkeypatch.setattr(session, "finish", look)
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    thread.stop_and_keep()
    heard.wait(qtbot, Finished)
    assert states == [RunState.STOPPED]


def test_discarding_leaves_nothing(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 1)
    folder = heard.of(Began)[0].run.folder
    thread.discard()
    finished = heard.wait(qtbot, Finished)
    assert finished.ending is Ending.DISCARD
    assert not folder.exists()
    assert not thread.busy


def test_it_can_be_stopped_while_it_loads(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "load_synthetic", load_synthetic)
    thread.start(Plan("protonet", ("synthetic:1000",), tiny_settings()))  # minutes of drawing
    qtbot.waitUntil(lambda: any(doing.done for doing in heard.of(Doing)))
    thread.stop_and_keep()
    finished = heard.wait(qtbot, Finished)
    assert "before its first step" in finished.problem
    assert thread.runs.all() == []


def test_it_can_be_discarded_while_it_validates(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(tiny_plan(validation_tasks=100_000))
    qtbot.waitUntil(lambda: any(one.what.startswith("Measuring on") for one in heard.of(Doing)))
    thread.discard()
    assert heard.wait(qtbot, Finished).ending is Ending.DISCARD


def test_measuring_can_be_stopped_and_resumed(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    plan = tiny_plan(steps=4)
    thread.start(Plan(plan.learner, plan.sources, plan.settings, measure_tasks=100_000))
    qtbot.waitUntil(lambda: any(one.last and one.done for one in heard.of(Doing)))
    thread.stop_and_keep()
    finished = heard.wait(qtbot, Finished)
    run = kept(finished)
    assert (run.state, run.step, finished.weights) == (RunState.STOPPED, 4, False)
    assert run.resumable
    thread.resume(Run(**{**vars(run), "measure_tasks": 4}))
    again = heard.wait(qtbot, Finished, 2)
    assert again.weights
    assert kept(again).state is RunState.DONE
    assert len(heard.steps) == 4, "a step was taken twice"


def test_a_second_start_waits_for_the_first(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    thread.start(tiny_plan(name="Second", steps=2))
    thread.start(tiny_plan(name="Third", steps=2))
    heard.wait_for_step(qtbot, 2)
    assert thread.waiting == ("Second", "Third")
    assert len(heard.of(Began)) == 1
    thread.discard()
    heard.wait(qtbot, Finished, 3)
    assert [began.run.name for began in heard.of(Began)] == ["Long", "Second", "Third"]
    assert [run.name for run in thread.runs.all()] == ["Third", "Second"]
    assert not thread.busy


def test_waiting_trainings_can_be_dropped(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    thread.start(long_plan())
    thread.start(tiny_plan(name="Second"))
    heard.wait_for_step(qtbot, 1)
    thread.forget_waiting()
    assert thread.busy
    with qtbot.waitSignal(thread.busy_changed):
        thread.discard()
    assert [began.run.name for began in heard.of(Began)] == ["Long"]


class FullDisk:
    """A disk on which writing fails while `full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, only: str) -> None:
        self.full = False
        really = Path.open

        def opened(path: Path, mode: str = "r", **named: object) -> object:
            if self.full and only in path.name and ("w" in mode or "a" in mode):
                raise OSError(errno.ENOSPC, "No space left on device")
            return really(path, mode, **named)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("what", ["state", "log", "run.json"])
def test_a_full_disk_does_not_end_a_training(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    disk = FullDisk(monkeypatch, what)
    disk.full = True
    thread.start(tiny_plan(steps=1_000_000, validate_every=1_000_000, save_every=5))
    if what == "run.json":  # without this file there is no run at all
        assert "No space left" in heard.wait(qtbot, Finished).problem
        return
    trouble = heard.wait(qtbot, Trouble)
    assert "No space left on device" in trouble.sentence
    step = heard.steps[-1].step if heard.steps else 0
    heard.wait_for_step(qtbot, step + 10)
    disk.full = False
    assert heard.wait(qtbot, Trouble, 2).sentence == ""
    thread.stop_and_keep()
    run = kept(heard.wait(qtbot, Finished))
    assert run.state is RunState.STOPPED
    assert list(read_log(run.log).step) == list(range(1, run.step + 1)), "a line was lost"


def test_a_loss_that_is_no_number_keeps_the_last_good_state(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    real = ProtoNet.meta_step

    def runs_away(learner: ProtoNet, tasks: object) -> object:
        nonlocal steps
        steps += 1
        if steps == 8:
            with torch.no_grad():
                next(learner.parameters()).fill_(float("nan"))
        return real(learner, tasks)  # type: ignore[arg-type]

    monkeypatch.setattr(ProtoNet, "meta_step", runs_away)
    thread.start(tiny_plan(steps=40, save_every=2, validate_every=40))
    finished = heard.wait(qtbot, Finished)
    assert "stopped being a number at step 8" in finished.problem
    run = kept(finished)
    assert (run.state, run.step) == (RunState.FAILED, 6)
    assert run.problem == finished.problem
    thread.resume(run, only_finish=True)
    saved = heard.wait(qtbot, Finished, 2)
    assert saved.weights
    assert kept(saved).state is RunState.STOPPED
    assert kept(saved).step == 6


def test_too_little_memory_offers_half_as_many_tasks(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = training._step

    def small_card(state: training.Training, *others: object) -> object:
        if state.config.meta_batch > 2 and state.step >= 4:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        return real(state, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "_step", small_card)
    thread.start(tiny_plan(meta_batch=4))
    finished = heard.wait(qtbot, Finished)
    assert "not enough memory for 4 tasks" in finished.problem
    assert "up to step 4 is kept" in finished.problem
    assert kept(finished).state is RunState.FAILED
    assert finished.remedy is not None
    assert finished.remedy_label == "Continue with 2 in a step"
    thread.start(finished.remedy)
    done = kept(heard.wait(qtbot, Finished, 2))
    assert (done.state, done.settings["meta_batch"]) == (RunState.DONE, 2)
    assert [step.step for step in heard.steps] == list(range(1, 11)), "it must continue where the other run stopped"


def test_a_source_that_cannot_be_loaded_is_reported_and_leaves_no_run(
    qtbot: QtBot, thread: TrainingWorker, heard: Heard, tmp_path: Path
) -> None:
    thread.start(Plan("protonet", (str(tmp_path / "gone"),), tiny_settings()))
    finished = heard.wait(qtbot, Finished)
    assert "gone" in finished.problem
    assert thread.runs.all() == []


def test_a_run_that_closing_interrupts_can_be_resumed(
    qtbot: QtBot, tmp_path: Path, thread: TrainingWorker, heard: Heard
) -> None:
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 3)
    thread.close()
    (run,) = Runs(tmp_path / "runs").all()
    assert run.state is RunState.PAUSED
    assert run.step >= 3
    with training_thread(tmp_path / "runs") as later:
        found: list[tuple[Run, ...]] = []
        later.cut_off.connect(found.append)
        later.look_for_cut_off()
        qtbot.waitUntil(lambda: bool(found))
        assert [one.folder for one in found[0]] == [run.folder]
        later.set_aside(run)
        qtbot.waitUntil(lambda: load_run(run.folder).state is RunState.STOPPED)
        assert load_run(run.folder).resumable


def test_a_run_of_another_process_is_not_offered(qtbot: QtBot, tmp_path: Path, thread: TrainingWorker) -> None:
    heard = Heard(thread)
    thread.start(long_plan())
    heard.wait_for_step(qtbot, 101)  # its state is on the disk, too
    with training_thread(tmp_path / "runs") as other:
        found: list[object] = []
        other.cut_off.connect(found.append)
        other.look_for_cut_off()
        answers = Heard(other)
        other.resume(Runs(tmp_path / "runs").all()[0])
        assert "Another GlyphStudio is training" in answers.wait(qtbot, Finished).problem
        assert found == []
    thread.discard()
    heard.wait(qtbot, Finished)


def test_the_cost_of_a_training_is_measured(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    told = {key: tiny_settings()[key] for key in ("ways", "queries")}
    encoder = tuple(tiny_settings()["encoder"].items())
    wish = CostRequest("protonet", (*told.items(), ("encoder", encoder), ("inner", (("steps", 2),))), 0)
    thread.estimate(wish)
    found = heard.wait(qtbot, Estimated)
    assert found.wish == wish
    assert found.cost is not None
    assert found.cost.step > 0
    assert found.cost.task > 0
    thread.estimate(CostRequest("protonet", (("ways", 0),), 0))
    refused = heard.wait(qtbot, Estimated, 2)
    assert refused.cost is None
    assert "'ways' in the run's settings must be" in refused.sentence


def test_a_time_limit_decides_the_number_of_steps(qtbot: QtBot, thread: TrainingWorker, heard: Heard) -> None:
    plan = tiny_plan(steps=500_000)
    thread.start(Plan(plan.learner, plan.sources, plan.settings, measure_tasks=4, seconds=0.1))
    run = heard.wait(qtbot, Prepared).run
    assert run.steps == run.settings["steps"] == run.settings["validate_every"] == 10, "ten is the least number"
    assert kept(heard.wait(qtbot, Finished)).step == 10
