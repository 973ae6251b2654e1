"""Runs on disk: a saved run is loaded unchanged, and a hostile one is left out with a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.runs.runs import RUN_FILE, STATE_FILE, Run, Runs, RunState, load_run, save_run, update_run
from tests.patience import PATIENCE

SETTINGS = {"steps": 600, "rate": 2e-3, "jitter": None, "inner": {"steps": 3}}
TEXT = st.text(st.characters(), max_size=30)  # with lone surrogates, because file names may contain them
FIGURE = st.fixed_dictionaries({"accuracy": st.floats(0, 1), "ci95": st.floats(0, 1), "tasks": st.just(300.0)})


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def new(runs: Runs, **more: Any) -> Run:
    return runs.new("protonet", ("synthetic",), SETTINGS, **more)


@given(
    st.builds(
        Run,
        folder=st.just(Path("unset")),
        name=st.sampled_from(["Kresh", "日本 \u200d", "a & b <i>"]).map(lambda name: name.strip()),
        created=st.datetimes(
            datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])
        ),
        learner=TEXT,
        sources=st.lists(TEXT, max_size=3).map(tuple),
        settings=st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT, max_size=4),
        state=st.sampled_from(RunState),
        step=st.integers(0, 10**6),
        steps=st.integers(0, 10**6),
        seconds=st.integers(0, 10**6).map(lambda hundredths: hundredths / 100),
        described=TEXT,
        note=TEXT,
        device=TEXT,
        figures=st.dictionaries(TEXT, FIGURE, max_size=3),
        sentences=st.lists(TEXT, max_size=3).map(tuple),
        problem=TEXT,
    )
)
def test_a_saved_run_is_loaded(tmp_path_factory: pytest.TempPathFactory, run: Run) -> None:
    run = replace(run, folder=tmp_path_factory.mktemp("run"))
    assert load_run(save_run(run).folder) == run


@given(TEXT)
@example("0\r\x1b 0")
def test_a_name_is_one_printable_line_and_does_not_change_again(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    runs = Runs(tmp_path_factory.mktemp("runs"))
    run = new(runs, name=name)
    assert run.name and all(character.isprintable() or character == "\u200d" for character in run.name)
    assert load_run(run.folder) == run
    run.name.encode()


def test_the_newest_comes_first_and_other_entries_are_left_out(runs: Runs) -> None:
    assert runs.all() == []
    first = new(runs, name="first")
    second = save_run(replace(new(runs, name="second"), created=first.created + timedelta(hours=1)))
    (runs.folder / "stray").mkdir()
    (runs.folder / "file").touch()
    (runs.folder / "empty.elsewhere").touch()
    (runs.folder / "folder.elsewhere").mkdir()
    (runs.folder / "relative.elsewhere").write_text(".")
    (runs.folder / "zero.elsewhere").write_bytes(b"/a\x00b")
    assert runs.all() == [second, first]
    assert first.steps == 600 and first.state is RunState.WAITING
    assert new(runs).name.startswith("protonet, ")


def test_a_run_kept_elsewhere_is_listed_once_and_keeps_its_folder(runs: Runs, tmp_path: Path) -> None:
    folder = tmp_path / "my runs" / "ünï"
    run = new(runs, folder=folder)
    new(runs, folder=folder)
    runs.know(run)
    (folder / "thesis.txt").write_text("mine")
    assert [one.folder for one in runs.all()] == [folder] and not runs.keeps(run)
    runs.delete(run)
    assert runs.all() == [] and (folder / "thesis.txt").exists() and load_run(folder)
    runs.know(run)
    assert len(runs.all()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are not valid text")
def test_a_folder_whose_name_is_not_valid_text(runs: Runs, tmp_path: Path) -> None:
    run = runs.new(
        "maml", (os.fsdecode(b"/data/\xff"),), {}, folder=Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    )
    (found,) = runs.all()
    assert (found.folder, found.sources) == (run.folder, run.sources)


def test_a_run_copied_among_the_others_is_listed_once(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new(runs, folder=runs.folder / "by-hand")
    assert len(runs.all()) == 1 and runs.keeps(run)
    runs.folder.mkdir(exist_ok=True)
    monkeypatch.chdir(runs.folder)
    new(runs, folder=Path("here"))
    assert len(runs.all()) == 2 and not list(runs.folder.glob("*.elsewhere"))


def test_a_deleted_run_is_gone_and_deleting_it_again_is_no_error(runs: Runs) -> None:
    run, other = new(runs), new(runs)
    runs.delete(run)
    runs.delete(run)
    assert not run.folder.exists() and runs.all() == [other]


def test_deleting_a_link_keeps_its_target(runs: Runs, tmp_path: Path) -> None:
    far = save_run(replace(new(runs), folder=tmp_path / "far")).folder
    try:
        (runs.folder / "link").symlink_to(far)
    except OSError:
        pytest.skip("no links here")
    runs.delete(load_run(runs.folder / "link"))
    assert not (runs.folder / "link").exists() and load_run(far)


def test_names_and_notes_changed_during_the_training_are_kept(runs: Runs) -> None:
    run = new(runs)
    runs.rename(run, "  Ink\n and   paper ")
    runs.annotate(run, "two\nlines")
    run = update_run(run, state=RunState.RUNNING, step=7)
    assert (run.name, run.note, run.step) == ("Ink and paper", "two\nlines", 7) and load_run(run.folder) == run
    assert load_run(runs.rename(run, "x" * 1000).folder).step == 7
    for name in ("", " \n", "\x00"):
        with pytest.raises(EngineError, match="needs a name"):
            runs.rename(run, name)


def test_it_can_be_resumed_with_a_state_and_something_to_do(runs: Runs) -> None:
    run = new(runs)
    assert not run.resumable
    (run.folder / STATE_FILE).touch()
    assert run.resumable and not replace(run, state=RunState.DONE).resumable


Change = Callable[[dict[str, Any]], object]
HOSTILE: tuple[Change, ...] = (
    lambda values: values.update(format=2),
    lambda values: values.update(name=None) or values.pop("name"),
    lambda values: values.update(created="yesterday"),
    lambda values: values.update(created="0001-01-01T00:00:00+14:00"),
    lambda values: values.update(created=3),
    lambda values: values.update(sources="synthetic"),
    lambda values: values.update(sources=None),
    lambda values: values.update(settings=[1]),
    lambda values: values.update(state="asleep"),
    lambda values: values.update(step=-5),
    lambda values: values.update(step=10**300),
    lambda values: values.update(step=1.5),
    lambda values: values.update(seconds=float("nan")),
    lambda values: values.update(seconds=-1),
    lambda values: values.update(figures={"5-way": 0.9}),
    lambda values: values.update(figures={"5-way": {"accuracy": "high"}}),
    lambda values: values.update(sentences={"a": 1}),
    lambda values: values.update(note="x" * (2 << 20)),
)


@pytest.mark.parametrize("change", HOSTILE)
def test_a_hostile_file_gets_a_sentence_and_is_not_listed(runs: Runs, change: Change) -> None:
    good, bad = new(runs), new(runs)
    values = json.loads((bad.folder / RUN_FILE).read_text())
    change(values)
    (bad.folder / RUN_FILE).write_text(json.dumps(values))
    with pytest.raises(EngineError, match="is not a run of this version"):
        load_run(bad.folder)
    assert runs.all() == [good]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"3", b"null", b"\xff" * 9, b"[" * 100_000, b'{"format": 1' + b"0" * 9999]
)
def test_a_file_without_a_table_is_not_a_run(runs: Runs, data: bytes) -> None:
    run = new(runs)
    (run.folder / RUN_FILE).write_bytes(data)
    with pytest.raises(EngineError, match="is not a run"):
        load_run(run.folder)
    assert runs.all() == []


@given(st.binary(max_size=300), st.integers(0, 600))
def test_any_damage_gives_a_run_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int
) -> None:
    runs = Runs(tmp_path_factory.mktemp("runs"))
    file = new(runs).folder / RUN_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[:place] + junk + whole[place + len(junk) :])
    for run in runs.all():
        save_run(run)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_not_a_run(runs: Runs) -> None:
    run = new(runs)
    (run.folder / RUN_FILE).unlink()
    os.mkfifo(run.folder / RUN_FILE)
    os.mkfifo(runs.folder / "pipe.elsewhere")
    assert runs.all() == []


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SavingError, match=r"^The run could not be saved"):
        new(Runs(tmp_path / "file"))
    with pytest.raises(SavingError, match=r"^The list of runs could not be saved"):
        new(Runs(tmp_path / "file"), folder=tmp_path / "elsewhere")


def test_a_list_that_cannot_be_read_is_reported(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    new(runs)

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched, pytest.raises(EngineError, match=r"cannot be listed \(Permission denied\)"):
        patched.setattr(Path, "iterdir", refuse)
        runs.all()


def test_listing_runs_does_not_load_torch(runs: Runs) -> None:
    code = """if True:
        import sys
        from glyphstudio.engine.runs import lock as run_lock
        from glyphstudio.engine.runs import log as run_log
        from glyphstudio.engine.runs import runs
        from glyphstudio.engine.runs import symptoms
        assert "torch" not in sys.modules and "PySide6" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_two_threads_write_a_run_and_a_reader_always_finds_it_whole(tmp_path: Path) -> None:
    run, stop, problems = Runs(tmp_path).new("protonet", ("synthetic",), {}), threading.Event(), []

    def write(note: str) -> None:
        while not stop.is_set():
            try:
                save_run(replace(run, note=note))
            except Exception as error:
                problems.append(error)
                return

    threads = [threading.Thread(target=write, args=(letter * 1000,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    try:
        assert {load_run(run.folder).note[:1] for _ in range(300)} <= {"", "a", "b"}
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []
    assert [path.name for path in run.folder.iterdir()] == ["run.json"]
