"""The state of a library after a power cut at any moment of an enrolment.

A real process enrols under strace, which records every write and every sync. From that list the test rebuilds the disk
as it may look after a cut: all synced data, and of the rest, any 512-byte sectors, in any order.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library

Draw = Callable[[int], Ink]

SECTOR = 512
ENROLLED = 4
ENROLLING = """
import sys
from pathlib import Path
from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library

def draw(number):
    return Ink.of([[(0.1, 0.2), (0.5, (number % 1000) / 1000)], [(0.3, 0.3), (0.4, 0.9), (number // 1000 / 1000, 0.1)]])

library = Library.open(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    library.enrol(f"g{number}", draw(number))
    print(number, flush=True)
library.close()
"""
_HEX = r"((?:\\x[0-9a-f]{2})*)"
_CALL = re.compile(rf'(\w+)\((?:(\d+)<{_HEX}>|"{_HEX}")(?:, "{_HEX}", (\d+)(?:, (\d+))?)?\) += \d+')


class Event(NamedTuple):
    """One system call: `write` (to standard output), `pwrite64`, `fdatasync`, `fsync` or `unlink`."""

    call: str
    path: str
    data: bytes
    at: int


@dataclass
class File:
    """The data that is on disk for certain, and the data that may not have arrived yet."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def after_cut(self, dice: random.Random, share: float) -> bytes:
        """Return the file after a power cut that let `share` of the pending sectors through."""
        content = bytearray(self.synced)
        for at, data in self.pending:
            for start in range(0, len(data), SECTOR):
                if dice.random() < share:
                    _put(content, at + start, data[start : start + SECTOR])
        return bytes(content)


def _put(content: bytearray, at: int, data: bytes) -> None:
    content.extend(bytes(max(0, at + len(data) - len(content))))
    content[at : at + len(data)] = data


def record(path: Path, log: Path) -> list[Event]:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, so writes and syncs cannot be watched")
    calls = "trace=write,pwrite64,fsync,fdatasync,ftruncate,unlink"
    watched = [strace, "-y", "-xx", "-s", "1000000", "-e", calls, "-o", str(log)]
    if subprocess.run([*watched, "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not watch processes here")
    script = [sys.executable, "-B", "-c", ENROLLING, str(path), str(ENROLLED)]
    subprocess.run([*watched, *script], check=True, capture_output=True, cwd=Path(__file__).parents[2])
    events = []
    for line in log.read_text().splitlines():
        if match := _CALL.match(line):
            call, handle, opened, named, data, _, at = match.groups()
            where = bytes.fromhex((opened or named or "").replace("\\x", "")).decode()
            if where.startswith(str(path.parent)) or (call, handle) == ("write", "1"):
                events.append(Event(call, where, bytes.fromhex((data or "").replace("\\x", "")), int(at or 0)))
        elif str(path).encode().hex("x").replace("x", r"\x") in line:
            raise AssertionError(f"a call that this test does not understand: {line[:200]}")
    return events


def test_a_power_cut_at_any_moment_loses_nothing_reported(tmp_path: Path, draw: Draw) -> None:
    (tmp_path / "disk").mkdir()
    path = tmp_path / "disk" / "signs.glyphs"
    events = record(path, tmp_path / "log")
    assert [event.call for event in events].count("pwrite64") > 20
    journal = f"{path}-journal"
    files = {str(path): File(), journal: File()}
    dice = random.Random(1)
    reported = cuts = 0
    unlinked = False  # whether the journal is; until its folder is synced, it is still there after a cut
    for number, event in enumerate(events):
        match event.call:
            case "pwrite64":
                files[event.path].pending.append((event.at, event.data))
            case "fdatasync" | "fsync" if event.path in files:
                file = files[event.path]
                for at, data in file.pending:
                    _put(file.synced, at, data)
                file.pending.clear()
            case "fdatasync" | "fsync" if unlinked:
                del files[journal]
            case "unlink":
                unlinked = True
            case "write":
                reported += event.data.count(b"\n")
        for share in (0.0, 0.5, 0.9) if event.call == "write" else (dice.choice([0.0, 0.1, 0.5, 0.9, 1.0]),):
            cuts += 1
            after = tmp_path / f"cut{number}-{share}"
            after.mkdir()
            for name, file in files.items():
                (after / Path(name).name).write_bytes(file.after_cut(dice, share))
            with Library.open(after / path.name) as library:
                assert library._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                found = {glyph.name: [shot.drawing for shot in glyph.shots] for glyph in library.glyphs()}
            known = {f"g{index}": [draw(index)] for index in range(len(found))}
            assert found == known
            assert reported <= len(found) <= reported + 1
    assert reported == ENROLLED
    assert cuts > 80
