"""Files that cannot be a library: each gets a sentence, and stays unchanged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import MAX_SIDE, Picture, PictureError
from glyphstudio.library import schema
from glyphstudio.library.glyph import unpack
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.library.schema import APPLICATION_ID

Draw = Callable[[int], Ink]


@pytest.fixture
def filled(place: Path, draw: Draw) -> Path:
    """A closed library with 50 glyphs, two of them with more shots."""
    with Library.open(place) as library:
        library._connection.execute("PRAGMA synchronous = OFF")
        for number in range(50):
            library.enrol(f"g{number}", draw(number))
        library.add_shot(1, draw(1001))
        library.add_shot(2, Picture(np.arange(256, dtype=np.uint8).reshape(16, 16)))
    return place


def refusal(path: Path) -> str:
    """Return the sentence that refuses `path`, and check that nothing in its folder has changed."""
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with pytest.raises(LibraryError) as caught:
        Library.open(path)
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == before
    sentence = str(caught.value)
    assert sentence.endswith(".")
    return sentence


def change(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize("content", [b"H", b"Hello\n", b"\0", b"\0" * 4096, b"GINK" * 3000, b"SQLite format 3\0"])
def test_not_sqlite(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    sentence = refusal(place)
    assert "is not a GlyphStudio library. It was not changed." in sentence
    assert str(place) in sentence


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.binary(min_size=1, max_size=2000))
def test_any_bytes_are_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize("wal", [False, True])
def test_another_programs_sqlite_file(place: Path, wal: bool) -> None:
    change(
        place, *(["PRAGMA journal_mode = WAL"] if wal else []), "CREATE TABLE bookmarks (url)", "PRAGMA user_version=1"
    )
    assert "is not a GlyphStudio library" in refusal(place)


def test_an_empty_sqlite_file_of_another_program(place: Path) -> None:
    change(place, f"PRAGMA application_id = {APPLICATION_ID + 1}")
    assert "is not a GlyphStudio library" in refusal(place)


def test_an_empty_file_becomes_a_library(place: Path, draw: Draw) -> None:
    place.write_bytes(b"")
    with Library.open(place) as library:
        library.enrol("one", draw(1))
    with Library.open(place) as library:
        assert len(library.glyphs()) == 1


def test_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "with space % and ?" / "ünïcode #1" / "a.glyphs"
    Library.open(path).close()
    assert [found.name for found in path.parent.iterdir()] == ["a.glyphs"]
    assert struct.unpack(">I", path.read_bytes()[68:72]) == (APPLICATION_ID,)


def test_a_newer_version(filled: Path) -> None:
    change(filled, "PRAGMA user_version = 3", "DROP TABLE glyph")
    assert "was made by a newer GlyphStudio. It was not changed. Update GlyphStudio" in refusal(filled)


def test_truncated(filled: Path) -> None:
    content = filled.read_bytes()
    for size in (len(content) - 1, len(content) - 4096, 4096, 1000, 100):
        filled.write_bytes(content[:size])
        sentence = refusal(filled)
        assert "is damaged" in sentence or (size < 512 and "is not a GlyphStudio library" in sentence)


def test_a_page_of_garbage(filled: Path) -> None:
    content = filled.read_bytes()
    for page in range(1, len(content) // 4096):
        spoilt = bytearray(content)
        spoilt[page * 4096 : page * 4096 + 200] = os.urandom(200)
        filled.write_bytes(spoilt)
        assert "is damaged" in refusal(filled)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_flipped_bytes_never_crash_and_never_show_a_wrong_drawing(
    filled: Path, draw: Draw, data: st.DataObject
) -> None:
    path = filled.with_name("spoilt.glyphs")
    content = bytearray(filled.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        library = Library.open(path)
    except LibraryError:
        assert path.read_bytes() == content
        return
    with library:
        drawings = {*map(draw, range(50)), draw(1001), Picture(np.arange(256, dtype=np.uint8).reshape(16, 16))}
        try:
            glyphs = library.glyphs()
        except LibraryError:
            return
        assert {shot.drawing for glyph in glyphs for shot in glyph.shots} <= drawings
        library.problems()
    shutil.rmtree(path.parent / "backups", ignore_errors=True)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER sly AFTER INSERT ON shot BEGIN DELETE FROM glyph; END",
        "CREATE VIEW sly AS SELECT 1",
        "ALTER TABLE glyph ADD COLUMN extra TEXT",
        "DROP TABLE embedding",
        "DROP INDEX shot_of_glyph",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -5",
    ],
)
def test_tables_that_are_not_ours(filled: Path, statement: str) -> None:
    change(filled, statement)
    assert "its tables are not those of a library" in refusal(filled)


def test_garbage_that_sqlite_quotes_in_its_error(filled: Path) -> None:
    content = filled.read_bytes()
    for garbage in (b"\xff\xfe", b"\x1b[31m"):
        filled.write_bytes(content.replace(b"CREATE TABLE glyph", b"CREATE TABL" + garbage.ljust(7, b"\xa0")))
        sentence = refusal(filled)
        assert "is damaged" in sentence
        assert sentence.isprintable()


def test_a_table_without_its_statement(filled: Path) -> None:
    change(filled, "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = NULL WHERE name = 'shot_of_glyph'")
    assert "is damaged" in refusal(filled)


def test_indentation_of_the_same_tables_does_not_matter(
    filled: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tuple(tuple(" ".join(statement.split()) for statement in step) for step in schema.STEPS)
    assert steps != schema.STEPS
    monkeypatch.setattr(schema, "STEPS", steps)
    with Library.open(filled) as library:
        assert len(library.glyphs()) == 50


def test_a_damaged_drawing_is_left_out_and_named(filled: Path, draw: Draw) -> None:
    change(
        filled,
        "UPDATE shot SET drawing = zeroblob(9) WHERE glyph_id = 1",  # g0, both of them
        "UPDATE shot SET drawing = zeroblob(9) WHERE id = 2",  # g1, one of two
        "DELETE FROM shot WHERE glyph_id = 7",  # g6
    )
    with Library.open(filled) as library:
        assert len(library.glyphs()) == 48
        assert [shot.drawing for shot in library.glyph(2).shots] == [
            Picture(np.arange(256, dtype=np.uint8).reshape(16, 16))
        ]
        assert library.find("g0") is None
        backup = filled.parent / "backups"
        problems = library.problems()
        assert [problem.split(" The backup")[0] for problem in problems] == [
            'The glyph "g0" is damaged and left out. Enrol it again.',
            'Damaged drawings of "g1" are left out: 1 of 2.',
            'The glyph "g6" is damaged and left out. Enrol it again.',
        ]
        assert all(str(backup) in problem for problem in problems)
        # The only sound shot cannot be deleted, because the glyph would vanish with it.
        with pytest.raises(LibraryError, match=r'only drawing of "g1"'):
            library.delete_shot(library.glyph(2).shots[0].id)
        with pytest.raises(LibraryError, match=r'A damaged glyph is already named "G0"'):
            library.rename(2, "G0")
        whole = library.enrol("g0", draw(7))
        assert (whole.id, [shot.drawing for shot in whole.shots]) == (1, [draw(7)])
        # An undone delete brings back the damaged row too, because it may still be repaired.
        library.restore(library.delete_glyph(1))
        assert library._connection.execute("SELECT count(*) FROM shot WHERE glyph_id = 1").fetchone() == (3,)


def picture(mode: str, size: tuple[int, int], form: str) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size).save(buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "drawing"),
    [
        ("ink", b""),
        ("ink", b"GINK" + b"\xff" * 90),
        ("picture", b""),
        ("picture", picture("L", (5, 5), "PNG")[:-20]),
        ("picture", picture("L", (5, 5), "BMP")),
        ("picture", picture("RGB", (5, 5), "PNG")),
        ("picture", picture("L", (MAX_SIDE + 1, 1), "PNG")),
        ("picture", picture("L", (20_000, 20_000), "PNG")),
    ],
    ids=["nothing", "broken ink", "no picture", "cut short", "BMP", "colour", "too wide", "bomb"],
)
def test_a_forged_drawing_gets_a_sentence(filled: Path, kind: str, drawing: bytes) -> None:
    change(
        filled,
        "UPDATE shot SET kind = ?, drawing = ?, checksum = ? WHERE id = 1",
        values=(kind, drawing, zlib.crc32(drawing)),
    )
    with Library.open(filled) as library:
        shot = library.glyph(1).shots[0]
        with pytest.raises(LibraryError, match=r"cannot be shown \(shot 1\)\. .*\.$"):
            _ = shot.drawing


def test_a_picture_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = []
    monkeypatch.setattr(PngImageFile, "load", lambda image: unpacked.append(image.size))
    with pytest.raises(PictureError):
        unpack("picture", picture("L", (MAX_SIDE + 1, 1), "PNG"))
    assert not unpacked


def test_forged_names_and_times(filled: Path) -> None:
    change(
        filled,
        "UPDATE glyph SET name = 'a' || char(10) || char(27) || '[31m' || char(8238) WHERE id = 1",
        "UPDATE glyph SET name = printf('%.100000c', 'x'), created = 9223372036854775807 WHERE id = 2",
        "UPDATE glyph SET name = CAST(x'ff61' AS TEXT) WHERE id = 3",
        "UPDATE shot SET created = -9223372036854775808 WHERE id = 1",
    )
    with Library.open(filled) as library:
        names = {glyph.id: glyph.name for glyph in library.glyphs()}
    assert names[1] == "\ufffda \ufffd[31m"
    assert names[2] == "\ufffd" + "x" * 20
    assert names[3] == "\ufffda"


def test_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"is a folder\. Choose a file in it"):
        Library.open(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    for path in (tmp_path / "file" / "a.glyphs", tmp_path / ("x" * 300), tmp_path / "a" / ("y" * 300) / "b"):
        with pytest.raises(LibraryError, match=r"cannot keep the library at .* Choose another place"):
            Library.open(path)


@pytest.mark.skipif(sys.platform == "win32", reason="devices are files only on POSIX systems")
def test_a_device_or_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/null"), tmp_path / "pipe"):
        with pytest.raises(LibraryError, match="is not an ordinary file"):
            Library.open(path)
