"""Where a shot was cut out: kept with it, through deletes and in files of the first version; and many shots at once."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library import schema
from glyphstudio.library.library import BadName, Entry, Library
from glyphstudio.library.origin import Origin

INK, OTHER = Ink.of([[(0.1, 0.1), (0.9, 0.9)]]), Ink.of([[(0.1, 0.9), (0.9, 0.1)]])
PLACE = Origin("/scans/page é.tif", 3, (10, 20, 110, 220))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.glyphs"


def test_many_are_enrolled_at_once_with_their_origins(path: Path) -> None:
    with Library.open(path) as library:
        library.enrol("Kresh", INK)
        shots = library.enrol_page([Entry("kresh", OTHER, PLACE), Entry("Tarn", INK), Entry(" TARN ", OTHER)])
        assert [(glyph.name, len(glyph.shots)) for glyph in library.glyphs()] == [("Kresh", 2), ("Tarn", 2)]
        assert [shot.origin for shot in shots] == [PLACE, None, None]
    with Library.open(path) as library:
        assert [shot.origin for shot in library.glyphs()[0].shots] == [None, PLACE]


def test_all_or_none(path: Path) -> None:
    with Library.open(path) as library:
        with pytest.raises(BadName):
            library.enrol_page([Entry("Kresh", INK), Entry("  ", OTHER)])
        assert library.glyphs() == []


def test_taken_back_they_leave_what_was_there(path: Path) -> None:
    with Library.open(path) as library:
        library.enrol("Kresh", INK)
        before = library.glyphs()
        shots = library.enrol_page([Entry("Kresh", OTHER, PLACE), Entry("Tarn", INK)])
        stay, gone = library.take_back(shot.id for shot in shots)
        assert [glyph.name for glyph in stay] == ["Kresh"]
        assert gone == [shots[1].glyph_id]
        assert library.glyphs() == before
        assert library.take_back([shot.id for shot in shots]) == ([], [])


def test_a_drawing_added_since_stays(path: Path) -> None:
    with Library.open(path) as library:
        (shot,) = library.enrol_page([Entry("Tarn", INK)])
        library.add_shot(shot.glyph_id, OTHER)
        assert library.take_back([shot.id])[1] == []
        assert [found.drawing for found in library.glyphs()[0].shots] == [OTHER]


def test_an_undone_delete_brings_the_origin_back(path: Path) -> None:
    with Library.open(path) as library:
        (shot,) = library.enrol_page([Entry("Tarn", INK, PLACE)])
        library.restore(library.delete_glyph(shot.glyph_id))
        assert library.glyphs()[0].shots[0].origin == PLACE


def test_a_file_of_the_first_version_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in schema.STEPS[0]:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO glyph (name, name_key, created) VALUES ('Kresh', 'kresh', 5)")
    data = INK.to_bytes()
    connection.execute(
        "INSERT INTO shot (glyph_id, created, kind, drawing, checksum) VALUES (1, 5, 'ink', ?, ?)",
        (data, zlib.crc32(data)),
    )
    connection.close()
    old = tmp_path / "old.glyphs"
    shutil.copy(path, old)
    with Library.open(path) as library:
        (glyph,) = library.glyphs()
        assert (glyph.name, glyph.shots[0].drawing, glyph.shots[0].origin) == ("Kresh", INK, None)
        library.enrol_page([Entry("Kresh", OTHER, PLACE)])
    with Library.open(path) as library:  # its tables are those that a new file has
        assert library.glyphs()[0].shots[1].origin == PLACE
    old.chmod(0o444)
    with Library.open(old, or_read=True) as library:
        assert library.glyphs()[0].shots[0].drawing == INK


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        "[1, 2]",
        "[" * 5000,
        json.dumps({"file": "a", "page": 1}),
        json.dumps({"file": "a", "page": 1, "box": [1, 2, 3]}),
        json.dumps({"file": 7, "page": 1, "box": [1, 2, 3, 4]}),
        json.dumps({"file": "a", "page": True, "box": [1, 2, 3, 4]}),
        json.dumps({"file": "a", "page": 1, "box": [1, 2, 3, 10**30]}),
        json.dumps({"file": "a" * 100_000, "page": 1, "box": [1, 2, 3, 4]}),
    ],
)
def test_a_damaged_origin_is_none(text: str | None) -> None:
    assert Origin.from_text(text) is None


def test_an_origin_comes_back_as_it_was() -> None:
    assert Origin.from_text(PLACE.to_text()) == PLACE
    far = Origin("x" * 9000, 1, (0, 0, 1, 1))
    back = Origin.from_text(far.to_text())
    assert back is not None
    assert far.file.endswith(back.file)
