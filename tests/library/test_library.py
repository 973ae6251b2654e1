"""Glyphs, shots, names, undo and embeddings, as the studio uses them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink, Stroke
from glyphstudio.glyphs.picture import Picture
from glyphstudio.library.glyph import GlyphRow, ShotRow
from glyphstudio.library.library import (
    BadName,
    DuplicateName,
    Library,
    LibraryError,
    clean_name,
    default_library_path,
)
from glyphstudio.library.owner import transaction
from glyphstudio.names import name_key

Draw = Callable[[int], Ink]


def names(library: Library) -> list[str]:
    return [glyph.name for glyph in library.glyphs()]


def test_enrolled_drawings_are_there_after_opening_again(place: Path, draw: Draw) -> None:
    picture = Picture(np.arange(600, dtype=np.uint8).reshape(20, 30))
    with Library.open(place) as library:
        kresh = library.enrol("Kresh", draw(1))
        shot = library.add_shot(kresh.id, picture)
        tarn = library.enrol(" Tarn\n", draw(2))
    with Library.open(place) as library:
        first, second = library.glyphs()
    assert (first.name, second.name) == ("Kresh", "Tarn")
    assert second == tarn
    assert first.shots == (*kresh.shots, shot)
    assert [shot.drawing for shot in first.shots] == [draw(1), picture]
    assert abs(first.created - datetime.now(UTC)) < timedelta(minutes=1)


def test_pressure_and_time_are_kept(library: Library) -> None:
    ink = Ink((Stroke.of([(0, 0), (0.5, 1)], [0, 17], [0.25, 1]),))
    (shot,) = library.enrol("Ulo", ink).shots
    assert isinstance(shot.drawing, Ink)
    assert shot.drawing == ink
    assert shot.drawing.strokes[0].t.tolist() == [0, 17]


def test_a_duplicate_carries_the_glyph_and_changes_nothing(library: Library, draw: Draw) -> None:
    tarn = library.enrol("Tarn", draw(1))
    with pytest.raises(DuplicateName, match=r'already a glyph named "Tarn"\.') as caught:
        library.enrol("tARN ", draw(2))
    assert caught.value.glyph == tarn
    assert library.glyphs() == [tarn]


def test_a_bad_name_changes_nothing(library: Library, draw: Draw) -> None:
    with pytest.raises(BadName):
        library.enrol("\n", draw(1))
    assert library.glyphs() == []


def test_find(library: Library, draw: Draw) -> None:
    emoji = library.enrol("👨\u200d👩\u200d👧 one", draw(1))
    assert library.find("  👨\u200d👩\u200d👧   ONE") == emoji
    for unknown in ("one", "", "\ud800", "x" * 10_000):
        assert library.find(unknown) is None


def test_glyphs_come_in_natural_order(library: Library, draw: Draw) -> None:
    for name in ("g10", "G2", "g1", "ש", "a"):
        library.enrol(name, draw(1))
    assert names(library) == ["a", "g1", "G2", "g10", "ש"]


def test_rename(library: Library, draw: Draw) -> None:
    one, two = library.enrol("one", draw(1)), library.enrol("two", draw(2))
    assert library.rename(one.id, "ONE").name == "ONE"  # its own name in another case
    with pytest.raises(DuplicateName) as caught:
        library.rename(one.id, "Two")
    assert caught.value.glyph == two
    renamed = library.rename(one.id, "three")
    assert (renamed.id, renamed.shots, renamed.created) == (one.id, one.shots, one.created)
    assert library.find("one") is None
    assert names(library) == ["three", "two"]


def test_a_deleted_glyph_comes_back_as_it_was(library: Library, draw: Draw) -> None:
    kresh = library.enrol("Kresh", draw(1))
    library.add_shot(kresh.id, draw(2))
    before = library.glyph(kresh.id)
    removed = library.delete_glyph(kresh.id)
    assert removed.glyph == before
    assert library.glyphs() == []
    other = library.enrol("Other", draw(3))
    assert other.id != kresh.id
    assert library.restore(removed) == before
    assert library.glyphs() == [before, other]


def test_a_deleted_shot_comes_back_in_its_place(library: Library, draw: Draw) -> None:
    kresh = library.enrol("Kresh", draw(1))
    shots = [kresh.shots[0], library.add_shot(kresh.id, draw(2)), library.add_shot(kresh.id, draw(3))]
    removed = library.delete_shot(shots[1].id)
    assert library.glyph(kresh.id).shots == (shots[0], shots[2])
    library.rename(kresh.id, "Later")
    restored = library.restore(removed)
    assert restored.shots == tuple(shots)
    assert restored.name == "Later"


def test_the_last_shot_stays(library: Library, draw: Draw) -> None:
    kresh = library.enrol("Kresh", draw(1))
    with pytest.raises(LibraryError, match=r'only drawing of "Kresh"\. .* delete the glyph\.'):
        library.delete_shot(kresh.shots[0].id)
    assert library.glyphs() == [kresh]


def test_undo_that_is_no_longer_possible(library: Library, draw: Draw) -> None:
    kresh = library.enrol("Kresh", draw(1))
    shot = library.add_shot(kresh.id, draw(2))
    without_shot = library.delete_shot(shot.id)
    without_glyph = library.delete_glyph(kresh.id)
    with pytest.raises(LibraryError, match=r'"Kresh" has been deleted too\. Undo that first\.'):
        library.restore(without_shot)
    taken = library.enrol("kresh", draw(3))
    with pytest.raises(LibraryError, match=r'Another glyph is now named "Kresh"'):
        library.restore(without_glyph)
    assert library.glyphs() == [taken]
    library.rename(taken.id, "Other")
    library.restore(without_glyph)
    library.restore(without_shot)
    for removed in (without_shot, without_glyph):
        with pytest.raises(LibraryError, match="already"):
            library.restore(removed)
    assert [len(glyph.shots) for glyph in library.glyphs()] == [2, 1]


def test_unknown_ids_get_a_sentence(library: Library, draw: Draw) -> None:
    for call in (library.glyph, library.delete_glyph, library.delete_shot):
        with pytest.raises(LibraryError, match="no longer in the library"):
            call(99)
    with pytest.raises(LibraryError, match="no longer in the library"):
        library.add_shot(99, draw(1))
    with pytest.raises(LibraryError, match="no longer in the library"):
        library.rename(99, "x")


def test_embeddings_are_kept_by_key(place: Path, draw: Draw) -> None:
    with Library.open(place) as library:
        ids = [library.enrol(f"g{number}", draw(number)).shots[0].id for number in range(3)]
        vectors = {ids[0]: np.array([1, -2.5, 3], np.float32), ids[1]: np.zeros(3, np.float32)}
        library.store_embeddings("one", vectors)
        library.store_embeddings("one", {ids[2]: np.ones(3, np.float32), 99: np.ones(3, np.float32)})
    with Library.open(place) as library:
        found = library.embeddings("one")
        assert {shot: vector.tolist() for shot, vector in found.items()} == {
            ids[0]: [1, -2.5, 3],
            ids[1]: [0, 0, 0],
            ids[2]: [1, 1, 1],
        }
        assert all(vector.dtype == np.float32 for vector in found.values())
        assert library.embeddings("two") == {}
        library.store_embeddings("two", {})
        assert len(library.embeddings("one")) == 3
        library.store_embeddings("two", {ids[0]: np.ones(5, np.float32)})
        assert library.embeddings("one") == {}
        library.delete_glyph(library.find("g0").id)  # type: ignore[union-attr]
        assert library.embeddings("two") == {}


def test_invalid_embeddings_are_left_out(library: Library, draw: Draw) -> None:
    ids = [library.enrol(f"g{number}", draw(number)).shots[0].id for number in range(6)]
    library.store_embeddings("key", {shot: np.full(4, shot, np.float32) for shot in ids})
    for shot, blob in zip(ids[2:], (b"", b"\0" * 15, b"\0" * 20, np.full(4, np.nan, "<f4").tobytes()), strict=True):
        library._connection.execute("UPDATE embedding SET vector = ? WHERE shot_id = ?", (blob, shot))
    assert set(library.embeddings("key")) == set(ids[:2])


def test_10_000_glyphs_are_listed_by_two_statements(library: Library, draw: Draw) -> None:
    data = draw(1).to_bytes()
    with transaction(library._connection):
        for number in range(10_000):
            name = f"glyph {number}"
            glyph_id = library._rows.insert(GlyphRow(0, name, name_key(name), number))
            library._rows.insert(ShotRow(0, glyph_id, number, "ink", data, zlib.crc32(data)))
    statements: list[str] = []
    library._connection.set_trace_callback(statements.append)
    glyphs = library.glyphs()
    library._connection.set_trace_callback(None)
    assert [glyph.name for glyph in glyphs[::3333]] == ["glyph 0", "glyph 3333", "glyph 6666", "glyph 9999"]
    assert len(statements) == 2, "not one for the glyphs and one for the shots, however many there are"


def test_the_default_path_is_in_the_users_folder() -> None:
    path = default_library_path()
    assert path.is_absolute()
    assert path.name == "library.glyphs"
    assert "GlyphStudio" in path.parts


def test_clean_name_is_offered_here_too() -> None:
    assert clean_name(" a  b ") == "a b"
