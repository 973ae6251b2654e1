"""The log of a run: written lines are read back, even from a damaged file."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glyphstudio.engine.errors import SavingError
from glyphstudio.engine.runs import log as run_log
from glyphstudio.engine.runs.log import Curves, RunLog, read_log, step_line

NUMBER = st.floats(width=32)  # NaN and infinities too
LINE = st.fixed_dictionaries(
    {"loss": NUMBER, "before": NUMBER, "after": NUMBER, "seconds": NUMBER},
    optional={"validation": st.tuples(NUMBER, NUMBER, NUMBER), "diagnosis": st.just({"gap": 1})},
)


def line(step: int, **changes: Any) -> dict[str, Any]:
    return step_line(step, **{"loss": 1.0, "before": 0.2, "after": 0.5, "seconds": 0.1, **changes})


def write(path: Path, *steps: int, **changes: Any) -> None:
    with RunLog(path) as log:
        for step in steps:
            log.write(line(step, **changes))


def six_digits(numbers: list[float]) -> np.ndarray[Any, Any]:
    return np.array([float(f"{number:.6g}") for number in numbers])


@given(st.lists(LINE, max_size=30))
def test_written_lines_are_read(tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    with RunLog(path) as log:
        for step, values in enumerate(lines, 1):
            log.write(step_line(step, **values))
    curves = read_log(path)
    assert curves.step.tolist() == list(range(1, len(lines) + 1))
    for name, read in (("loss", curves.loss), ("before", curves.before), ("after", curves.after)):
        np.testing.assert_array_equal(read, six_digits([values[name] for values in lines]))
    checked = [(step, values["validation"]) for step, values in enumerate(lines, 1) if "validation" in values]
    assert curves.at.tolist() == [step for step, _ in checked]
    for index, read in enumerate((curves.validation, curves.ci95, curves.validation_loss)):
        np.testing.assert_array_equal(read, six_digits([figures[index] for _, figures in checked]))
    assert curves.diagnosis == ({"gap": 1} if any("diagnosis" in values for values in lines) else None)


def test_without_a_log_the_curves_are_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path in (tmp_path / "nothing", tmp_path / "empty", tmp_path):
        curves = read_log(path)
        assert [len(getattr(curves, name)) for name in ("step", "loss", "seconds", "at", "ci95")] == [0] * 5
        assert curves.diagnosis is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_after_half_a_line_it_continues(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "log.jsonl"
    write(path, 1, 2, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_log(path).step.tolist() == [1.0, 2.0] if cut > 1 else [1.0, 2.0, 3.0]
    write(path, 3, 4)
    assert read_log(path).step.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_resumed_run_replaces_its_later_steps(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write(path, *range(1, 9), loss=1.0, validation=(0.5, 0.1, 1.0), diagnosis={"old": True})
    write(path, 4, 5, loss=2.0)
    curves = read_log(path)
    assert curves.step.tolist() == [1, 2, 3, 4, 5]
    assert curves.loss.tolist() == [1, 1, 1, 2, 2]
    assert curves.at.tolist() == [1, 2, 3], "validations of replaced steps"
    write(path, 1, loss=3.0)
    assert read_log(path).diagnosis is None


DAMAGED = (
    b"\x00\xff\xfe",
    b"{",
    b"[]",
    b"3",
    b"null",
    b'{"step": 5}',
    b'{"step": "x", "loss": 1, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": -1, "loss": 1, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": 1' + b"0" * 400 + b', "loss": 1, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": 1e999, "loss": 1, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": 5, "loss": null, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": 5, "loss": {}, "before": 0, "after": 0, "seconds": 0}',
    b'{"step": 5, "loss": 1, "before": 0, "after": 0, "seconds": 0, "validation": 0.5}',
    b"[" * 5000,
    b'{"step": 5, "junk": "' + b"x" * 200_000 + b'", "loss": 1, "before": 0, "after": 0, "seconds": 0}',
)


@pytest.mark.parametrize("damaged", DAMAGED)
def test_only_a_damaged_line_is_skipped(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "log.jsonl"
    write(path, 1, 2)
    with path.open("ab") as file:
        file.write(damaged + b"\n")
    write(path, 3)
    assert read_log(path).step.tolist() == [1, 2, 3]


@given(st.binary(max_size=2000), st.integers(0, 2000))
@example(b"\n", 0)
def test_any_file_can_be_read(tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int) -> None:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    write(path, *range(1, 20))
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + junk + whole[place:])
    curves = read_log(path)
    assert isinstance(curves, Curves) and len(curves.step) == len(curves.loss) >= 0
    assert (np.diff(curves.step) > 0).all()


def test_a_log_that_goes_back_at_every_line_is_read_in_one_pass(tmp_path: Path) -> None:
    """Searching all steps at each of these lines would take hours."""
    path = tmp_path / "log.jsonl"
    text = json.dumps(line(1))
    again = json.dumps(line(100_000))
    path.write_text("\n".join([text.replace('"step": 1', f'"step": {step}') for step in range(100_000)]) + "\n")
    with path.open("a") as file:
        file.write(f"{again}\n" * 100_000)
    assert len(read_log(path).step) == 100_001


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_is_not_a_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log.jsonl")
    assert len(read_log(tmp_path / "log.jsonl").step) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a device that is always full")
def test_a_full_disk_loses_nothing_once_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.jsonl"
    monkeypatch.setattr(run_log, "_EVERY", 0.0)
    with RunLog(path) as log:
        log.write(line(1))
        log._abandon()
        path.rename(tmp_path / "kept")
        path.symlink_to("/dev/full")
        for step in (2, 3):
            with pytest.raises(
                SavingError, match=r"could not be written \(No space left on device\)\. Make room there"
            ):
                log.write(line(step))
        (tmp_path / "kept").replace(path)
        log.write(line(4))
        assert read_log(path).step.tolist() == [1, 2, 3, 4]


def test_a_place_that_cannot_be_written_is_reported_but_not_by_closing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = RunLog(tmp_path / "file" / "log.jsonl")
    log.write(line(1))
    with pytest.raises(SavingError, match="The log"):
        log.flush()
    log.close()


def test_it_writes_about_once_a_second_and_at_flush(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with RunLog(path) as log:
        log.write(line(1))
        log._written -= 1.5  # as if that much time had passed
        log.write(line(2))
        assert len(read_log(path).step) == 2
        log._written += 1000
        log.write(line(3))
        assert len(read_log(path).step) == 2
        log.flush()
        assert len(read_log(path).step) == 3


def test_nan_and_infinity_survive(tmp_path: Path) -> None:
    write(tmp_path / "log.jsonl", 1, loss=math.nan)
    write(tmp_path / "log.jsonl", 2, loss=math.inf)
    loss = read_log(tmp_path / "log.jsonl").loss
    assert math.isnan(loss[0]) and loss[1] == math.inf
