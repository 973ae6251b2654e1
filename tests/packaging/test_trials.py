"""The trials of a package fail where they should: tried on a program that is a script."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import rooms
import trials

REPORT = """{"parts": [{}, {}], "seconds": 3.0}"""


def package(tmp_path: Path, script: str) -> Path:
    """A folder whose program is this script of `sh`. It has no PATH, so only what is built in."""
    if sys.platform != "linux":
        pytest.skip("The trials are Linux' own.")
    folder = tmp_path / "GlyphStudio"
    folder.mkdir()
    (folder / "GlyphStudio").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "GlyphStudio").chmod(0o755)
    return folder


def outcome(folder: Path, name: str) -> trials.Outcome:
    (found,) = trials.try_out(folder, folder.parent, [name])
    return found


def test_a_good_self_test_is_reported(tmp_path: Path) -> None:
    found = outcome(package(tmp_path, f"echo '{REPORT}' > \"$3\""), "moved folder")
    assert found.ok and found.saw.startswith("2 parts in 3 s")


def test_an_environment_holds_nothing_but_a_home(tmp_path: Path) -> None:
    folder = package(tmp_path, f'[ "$PATH" = /nonexistent ] && [ -d "$HOME" ] && echo \'{REPORT}\' > "$3" && env')
    assert outcome(folder, "moved folder").ok is False, "there is an env, so there is a PATH"
    assert rooms.carry_out(["/usr/bin/env"], rooms.bare(tmp_path)).printed.split() == [
        f"HOME={tmp_path}",
        f"PATH={rooms.NOWHERE}",
        "LANG=C.UTF-8",
    ]


def test_a_program_that_writes_beside_itself_fails(tmp_path: Path) -> None:
    folder = package(tmp_path, f'echo \'{REPORT}\' > "$3"; echo cache > "${{0%/*}}/cache"')
    found = outcome(folder, "moved folder")
    assert found.ok is False and "written beside" in found.saw


def test_a_self_test_that_fails_is_told_with_what_it_printed(tmp_path: Path) -> None:
    found = outcome(package(tmp_path, "echo FAILED train maml; exit 1"), "moved folder")
    assert found.ok is False and "ended with 1" in found.saw and "FAILED train maml" in found.saw


def test_a_second_window_of_its_own_fails(tmp_path: Path) -> None:
    """A program of which every start opens a window, which is what a broken single instance looks like."""
    script = 'echo library > "$1"; [ -e "$HOME/one" ] && exit 3; : > "$HOME/one"; exec /bin/sleep 60'
    found = outcome(package(tmp_path, script), "one window")
    assert found.ok is False and "ended with 3" in found.saw


def test_a_window_that_never_comes_is_told(tmp_path: Path) -> None:
    found = outcome(package(tmp_path, "exit 5"), "one window")
    assert found.ok is False and "ended with 5" in found.saw
