"""The trials of a package fail when they should: tested on a program that is a script."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import rooms
import trials

REPORT = """{"parts": [{}, {}], "seconds": 3.0}"""


def package(tmp_path: Path, script: str) -> Path:
    """Return a folder whose program is this `sh` script. It has no PATH, so it can only use the shell's builtins."""
    if sys.platform != "linux":
        pytest.skip("The trials run only on Linux.")
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


def test_a_bare_environment_has_only_a_home(tmp_path: Path) -> None:
    folder = package(tmp_path, f'[ "$PATH" = /nonexistent ] && [ -d "$HOME" ] && echo \'{REPORT}\' > "$3" && env')
    assert outcome(folder, "moved folder").ok is False, "the program found env, so PATH leads somewhere"
    assert rooms.carry_out(["/usr/bin/env"], rooms.bare(tmp_path)).printed.split() == [
        f"HOME={tmp_path}",
        f"PATH={rooms.NOWHERE}",
        "LANG=C.UTF-8",
    ]


def test_a_program_that_writes_beside_itself_fails(tmp_path: Path) -> None:
    folder = package(tmp_path, f'echo \'{REPORT}\' > "$3"; echo cache > "${{0%/*}}/cache"')
    found = outcome(folder, "moved folder")
    assert found.ok is False and "written files beside" in found.saw


def test_a_failed_self_test_is_reported_with_its_output(tmp_path: Path) -> None:
    found = outcome(package(tmp_path, "echo FAILED train maml; exit 1"), "moved folder")
    assert found.ok is False and "ended with 1" in found.saw and "FAILED train maml" in found.saw


def test_a_second_start_that_opens_its_own_window_fails(tmp_path: Path) -> None:
    """Every start of this program opens a window, as a broken single instance would."""
    script = 'echo library > "$1"; [ -e "$HOME/one" ] && exit 3; : > "$HOME/one"; exec /bin/sleep 60'
    found = outcome(package(tmp_path, script), "one window")
    assert found.ok is False and "ended with 3" in found.saw


def test_a_window_that_never_opens_is_reported(tmp_path: Path) -> None:
    found = outcome(package(tmp_path, "exit 5"), "one window")
    assert found.ok is False and "ended with 5" in found.saw
