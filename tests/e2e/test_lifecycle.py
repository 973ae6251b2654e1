"""Real processes: killed right after "Enrolled", closed and started again, killed with unsaved ink, interrupted."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
Child = subprocess.Popen[str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Start the program on one library with something to do."""
    children: list[Child] = []

    def run(*what: str) -> Child:
        command = [sys.executable, "-m", "tests.e2e.child", str(tmp_path / "kept.glyphs"), *what]
        child = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
        )
        children.append(child)
        return child

    yield run
    for child in children:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def said(child: Child, word: str) -> str:
    """Return the first line with `word` that the child prints."""
    assert child.stdout is not None
    heard: list[str] = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if select.select([child.stdout], [], [], 1)[0]:
            line = child.stdout.readline()
            heard.append(line)
            if word in line:
                return line.strip()
            if not line:
                break
    raise AssertionError(f"never said {word!r}: {''.join(heard)}")


def test_killed_right_after_enrolled_was_shown(start: Callable[..., Child]) -> None:
    child = start("enrol", "Kresh")
    assert said(child, "Enrolled") == 'Enrolled "Kresh".'
    child.send_signal(signal.SIGKILL)
    child.wait()
    again = start("show")
    assert said(again, "glyphs:") == "glyphs: ['Kresh'], strokes: 0, says:"
    assert again.wait(PATIENCE) == 0


def test_unsaved_ink_survives_a_kill(start: Callable[..., Child]) -> None:
    child = start("scribble")
    said(child, "drawn")
    child.send_signal(signal.SIGKILL)
    child.wait()
    again = start("show")
    line = said(again, "glyphs:")
    assert "glyphs: [], strokes: 2" in line
    assert "back on the canvas" in line
    assert again.wait(PATIENCE) == 0


def test_ctrl_c_closes_the_window_in_order(start: Callable[..., Child]) -> None:
    child = start("enrol", "Kresh")
    said(child, "Enrolled")
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 0
    again = start("show")
    assert "['Kresh']" in said(again, "glyphs:")
    assert again.wait(PATIENCE) == 0


def test_a_second_process_on_the_same_library_reports_it(start: Callable[..., Child]) -> None:
    child = start("enrol", "Kresh")
    said(child, "Enrolled")
    second = start("problem")
    assert "already open in another GlyphStudio window" in said(second, "problem:")
    assert second.poll() is None  # the window stays open, so that the user can try again
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0
    assert child.poll() is None


def test_a_crash_leaves_traces_and_the_next_start_names_them(start: Callable[..., Child]) -> None:
    child = start("enrol", "Kresh")
    said(child, "Enrolled")
    child.send_signal(signal.SIGSEGV)
    assert child.wait(PATIENCE) == -signal.SIGSEGV
    again = said(start("show"), "glyphs:")
    assert "['Kresh']" in again and "crashed last time" in again
    traces = Path(again.rsplit("Traces are in ", 1)[1].rstrip("."))
    assert traces.name == "last-crash.log" and "Segmentation fault" in traces.read_text(encoding="utf-8")
    assert "ended unexpectedly" not in said(start("show"), "glyphs:"), "it was already reported once"
