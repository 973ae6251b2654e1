"""Backups: when they are made, what they contain, how many are kept, and that a failed one stops nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library import backup as backup_module
from glyphstudio.library import schema
from glyphstudio.library.backup import backups_of, newest_backup
from glyphstudio.library.library import Library, LibraryError

Draw = Callable[[int], Ink]


class Calendar:
    """Replaces `date` in the backup module: a day passes on `next`."""

    def __init__(self) -> None:
        self.day = date(2030, 1, 1)

    def today(self) -> date:
        return self.day

    def next(self, days: int = 1) -> None:
        self.day += timedelta(days)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    calendar = Calendar()
    monkeypatch.setattr(backup_module, "date", calendar)
    return calendar


def names(path: Path) -> list[str]:
    with Library.open(path) as library:
        assert library.backup_problem is None
        return [glyph.name for glyph in library.glyphs()]


def enrol(path: Path, name: str, ink: Ink) -> None:
    with Library.open(path) as library:
        library.enrol(name, ink)


def days(path: Path) -> list[str]:
    return [found.name for found in backups_of(path)]


def test_an_empty_library_needs_none(place: Path) -> None:
    for _ in range(2):
        Library.open(place).close()
    assert not (place.parent / "backups").exists()


def test_one_a_day_when_something_changed(place: Path, draw: Draw, calendar: Calendar, tmp_path: Path) -> None:
    enrol(place, "one", draw(1))
    assert newest_backup(place) is None
    enrol(place, "two", draw(2))  # on opening, the library has "one"
    assert days(place) == ["signs 2030-01-01.glyphs"]
    enrol(place, "three", draw(3))
    assert days(place) == ["signs 2030-01-01.glyphs"]
    calendar.next()
    names(place)
    assert days(place) == ["signs 2030-01-01.glyphs", "signs 2030-01-02.glyphs"]
    calendar.next()
    names(place)  # the library has not changed since
    assert len(days(place)) == 2

    copies = []
    for found in backups_of(place):
        copies.append(tmp_path / "copies" / found.name)
        copies[-1].parent.mkdir(exist_ok=True)
        copies[-1].write_bytes(found.read_bytes())
    assert [names(copy) for copy in copies] == [["one"], ["one", "three", "two"]]


def test_the_newest_five_are_kept(place: Path, draw: Draw, calendar: Calendar) -> None:
    folder = place.parent / "backups"
    for number in range(9):
        enrol(place, f"g{number}", draw(number))
        calendar.next()
    (folder / "signs of mine 2029-01-01.glyphs").write_bytes(b"another library's")
    (folder / "signs.txt").write_bytes(b"a note")
    (folder / ".signs.part").write_bytes(b"left by a crash")
    names(place)
    assert days(place) == [f"signs 2030-01-{day:02}.glyphs" for day in (6, 7, 8, 9, 10)]
    assert sorted(path.name for path in folder.iterdir() if path.name not in days(place)) == [
        "signs of mine 2029-01-01.glyphs",
        "signs.txt",
    ]


def test_a_clock_set_back_still_leaves_todays_backup(place: Path, draw: Draw, calendar: Calendar) -> None:
    for number in range(7):
        enrol(place, f"g{number}", draw(number))
        calendar.next()
    calendar.next(-1000)
    names(place)
    assert f"signs {calendar.day}.glyphs" in days(place)


def test_a_backup_that_cannot_be_written_is_reported_and_stops_nothing(place: Path, draw: Draw) -> None:
    enrol(place, "one", draw(1))
    (place.parent / "backups").write_bytes(b"in the way")
    with Library.open(place) as library:
        assert library.backup_problem is not None
        assert library.backup_problem.startswith("GlyphStudio could not back up the library (")
        library.enrol("two", draw(2))
    assert (place.parent / "backups").read_bytes() == b"in the way"


def test_backups_with_sound_drawings_outlive_damage(place: Path, draw: Draw, calendar: Calendar) -> None:
    for number in range(7):
        enrol(place, f"g{number}", draw(number))
        calendar.next()
    with Library.open(place) as library:
        library._connection.execute("UPDATE shot SET drawing = x'00' WHERE id = 1")
        kept = days(place)
    for number in range(7, 14):
        calendar.next()
        enrol(place, f"g{number}", draw(number))
    assert set(kept) < set(days(place))


def test_a_damaged_library_names_its_newest_backup(place: Path, draw: Draw) -> None:
    for number in range(3):
        enrol(place, f"g{number}", draw(number))
    content = bytearray(place.read_bytes())
    content[4096:8192] = os.urandom(4096)
    place.write_bytes(content)
    with pytest.raises(LibraryError, match="is damaged") as caught:
        Library.open(place)
    newest = newest_backup(place)
    assert newest is not None
    assert f'Its newest backup is "{newest}": copy it to a new place' in str(caught.value)
    assert place.read_bytes() == content


def older(place: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a library, then give the program a newer schema version."""
    enrol(place, "one", draw(1))
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("ALTER TABLE glyph ADD COLUMN note TEXT",)))


def test_a_migration_makes_a_backup_first(place: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    older(place, draw, monkeypatch)
    with Library.open(place) as library:
        assert schema.version(library._connection) == len(schema.STEPS)
        library._connection.execute("SELECT note FROM glyph")
        assert [glyph.shots[0].drawing for glyph in library.glyphs()] == [draw(1)]
    (backup,) = backups_of(place)
    opened = sqlite3.connect(backup)
    assert schema.version(opened) == len(schema.STEPS) - 1
    opened.close()
    assert names(place) == ["one"]


def test_without_a_backup_there_is_no_migration(place: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    older(place, draw, monkeypatch)
    (place.parent / "backups").write_bytes(b"in the way")
    before = place.read_bytes()
    with pytest.raises(LibraryError, match="no backup of it can be written"):
        Library.open(place)
    assert place.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(place: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(place, "one", draw(1))
    before = place.read_bytes()
    steps = schema.STEPS
    monkeypatch.setattr(schema, "STEPS", (*steps, ("ALTER TABLE glyph ADD COLUMN note TEXT", "DROP TABLE nothing")))
    with pytest.raises(LibraryError, match="cannot be used"):
        Library.open(place)
    assert place.read_bytes() == before
    monkeypatch.setattr(schema, "STEPS", steps)
    assert names(place) == ["one"]
