"""The lock of a run: it has one owner, and none after the owner's process ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from glyphstudio.engine.errors import EngineError, SavingError
from glyphstudio.engine.runs.lock import LOCK_FILE, RunLock, is_held

_HOLDER = """
import sys, time
from pathlib import Path
from glyphstudio.engine.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


def test_a_run_that_is_not_in_training_is_free(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "no such folder")
    assert not (tmp_path / LOCK_FILE).exists(), "the question leaves a file behind"


def test_it_is_held_during_its_context(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with RunLock(folder):
        assert is_held(folder)
        with pytest.raises(EngineError, match="Another GlyphStudio is training the run"):
            RunLock(folder).acquire()
        assert is_held(folder), "the failed attempt released the lock"
    assert not is_held(folder)
    with RunLock(folder):
        assert is_held(folder)


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_held(tmp_path)
        with pytest.raises(EngineError, match="Another GlyphStudio"):
            RunLock(tmp_path).acquire()
        holder.kill()
        holder.wait()
    assert not is_held(tmp_path)
    with RunLock(tmp_path):
        assert is_held(tmp_path)


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SavingError, match=r"The run cannot be kept in .*file"):
        RunLock(tmp_path / "file" / "run").acquire()
