"""One owner, and nothing lost when it is killed: tested with real processes and a real kill -9."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library, LibraryError

Draw = Callable[[int], Ink]

# Enrols one drawing after the other and prints the number of each; `draw` is the fixture's.
ENROLLING = """
import sys
from pathlib import Path
from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library

def draw(number):
    return Ink.of([[(0.1, 0.2), (0.5, (number % 1000) / 1000)], [(0.3, 0.3), (0.4, 0.9), (number // 1000 / 1000, 0.1)]])

print("ready", flush=True)
library = Library.open(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    glyph = library.enrol(f"g{number}", draw(number))
    print(number, flush=True)
    library.add_shot(glyph.id, draw(number + 1))
    print(-number, flush=True)
    number += 1
"""

HOLDING = """
import sys
from pathlib import Path
from glyphstudio.library.library import Library

library = Library.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
library.close()
"""

# Leaves the same as a power cut in the middle of a commit: a synced journal, and the file half overwritten.
DYING = """
import os, signal, sys
from pathlib import Path
from glyphstudio.library.library import Library

library = Library.open(Path(sys.argv[1]))
sql = library._connection.execute
sql("PRAGMA cache_size = 2")
sql("PRAGMA cache_spill = 1")
sql("BEGIN EXCLUSIVE")
sql("UPDATE shot SET drawing = zeroblob(20000)")
sql("UPDATE glyph SET name = name || ' spoilt', name_key = name_key || ' spoilt'")
sql("DELETE FROM shot WHERE id % 2 = 0")
os.kill(os.getpid(), signal.SIGKILL)
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def refused(path: Path) -> bool:
    """Return whether opening is refused, and check the words."""
    try:
        Library.open(path).close()
    except LibraryError as error:
        assert str(error).startswith(
            f'The library "{path}" is already open in another GlyphStudio window. Close it there first'
        )
        return True
    return False


def test_a_held_library_is_not_waited_for(library: Library) -> None:
    assert library._connection.execute("PRAGMA busy_timeout").fetchone() == (0,)


def test_a_second_owner_in_this_process_is_refused(library: Library, place: Path, draw: Draw) -> None:
    assert refused(place)
    library.enrol("still", draw(1))
    assert refused(place)
    library.close()
    assert not refused(place)


def test_an_owner_in_another_process_is_respected_until_it_closes_or_dies(place: Path) -> None:
    for end in ("close", "kill"):
        with start(HOLDING, place) as owner:
            assert owner.stdout and owner.stdout.readline() == "open\n"
            assert refused(place)
            if end == "kill":
                owner.kill()
            else:
                owner.communicate("")
            owner.wait()
            assert not refused(place)


def test_a_refused_attempt_here_does_not_free_the_lock_for_others(library: Library, place: Path) -> None:
    """POSIX drops a process's locks on a file when *any* handle on it is closed; that must not happen to SQLite's."""
    assert refused(place)
    with start(HOLDING, place) as other:
        out, _ = other.communicate("")
        assert out == ""
        assert other.returncode != 0
    library.glyphs()


def test_the_file_stays_alone_and_commits_wait_for_the_disk(library: Library, place: Path, draw: Draw) -> None:
    library.enrol("one", draw(1))
    pragmas = {
        name: library._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "fullfsync", "journal_mode", "locking_mode", "foreign_keys", "trusted_schema")
    }
    assert pragmas == {
        "synchronous": 3,  # EXTRA
        "fullfsync": 1,
        "journal_mode": "delete",
        "locking_mode": "exclusive",
        "foreign_keys": 1,
        "trusted_schema": 0,
    }
    library.close()
    library.close()
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_a_library_that_another_program_left_in_wal_mode_is_one_file_again(place: Path, draw: Draw) -> None:
    with Library.open(place) as library:
        library.enrol("one", draw(1))
    with closing(sqlite3.connect(place)) as other:
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    with Library.open(place) as library:
        library.enrol("two", draw(2))
        assert not list(place.parent.glob("*-wal"))
        assert refused(place)
    with Library.open(place) as library:
        assert [glyph.name for glyph in library.glyphs()] == ["one", "two"]


@pytest.mark.parametrize("fresh", [True, False])
def test_kill_9_at_any_moment_loses_nothing_reported(place: Path, draw: Draw, fresh: bool) -> None:
    dice = random.Random(fresh)
    reported: dict[int, int] = {}  # glyph number -> its shots
    number, kills_while_enrolling = 0, 0
    for round_ in range(10):
        path = place.with_stem(f"signs{round_}") if fresh else place
        if fresh:
            reported, number = {}, 0
        with start(ENROLLING, path, number) as child:
            assert child.stdout and child.stdout.readline() == "ready\n"
            # In every other round the kill may come while the file is being made, else during the enrolments.
            said = child.stdout.readline() if round_ % 2 else ""
            time.sleep(dice.uniform(0, 0.1))
            child.send_signal(signal.SIGKILL)
            said += child.stdout.read()
        # Only whole lines count as reported; the pipe keeps everything written before the kill.
        for line in said.splitlines():
            reported[abs(int(line))] = 1 if int(line) >= 0 and int(line) not in reported else 2
        kills_while_enrolling += bool(said)
        with Library.open(path) as library:
            assert library._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert library._connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert library.problems() == []
            found = {int(glyph.name[1:]): glyph for glyph in library.glyphs()}
        for known, shots in reported.items():
            drawings = [shot.drawing for shot in found[known].shots]
            assert drawings[:shots] == [draw(known), draw(known + 1)][:shots]
        # At most one change, the one in progress, may be there unreported.
        total = sum(len(glyph.shots) for glyph in found.values())
        assert total - sum(reported.values()) in (0, 1)
        reported = {known: len(glyph.shots) for known, glyph in found.items()}
        number = len(found)
        assert sorted(path.parent.glob(f"{path.name}*")) == [path]
    assert kills_while_enrolling >= 5


def test_a_change_cut_off_in_the_middle_is_rolled_back(place: Path, draw: Draw) -> None:
    with Library.open(place) as library:
        for number in range(100):
            library.enrol(f"g{number}", draw(number))
    before = place.read_bytes()
    with start(DYING, place) as child:
        assert child.wait() == -signal.SIGKILL
    journal = Path(f"{place}-journal")
    assert journal.read_bytes()[:8] == bytes.fromhex("d9d505f920a163d7")  # hot: its header was never cleared
    assert place.read_bytes() != before
    with Library.open(place) as library:
        assert [shot.drawing for glyph in library.glyphs() for shot in glyph.shots] == list(map(draw, range(100)))
    assert place.read_bytes() == before
    assert not journal.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not allow moving an open file")
@pytest.mark.parametrize("how", ["moved", "deleted", "replaced"])
def test_a_file_that_was_moved_away_accepts_no_enrolment(library: Library, place: Path, draw: Draw, how: str) -> None:
    library.enrol("one", draw(1))
    if how == "moved":
        place.rename(place.with_suffix(".elsewhere"))
    else:
        place.unlink()
        if how == "replaced":
            place.write_bytes(b"")
    with pytest.raises(LibraryError, match=r"moved, deleted or replaced while it was open.*Put it back"):
        library.enrol("two", draw(2))
    assert [glyph.name for glyph in library.glyphs()] == ["one"]
