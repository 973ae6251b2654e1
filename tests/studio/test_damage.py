"""The studio with a damaged or odd library."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import Library, LibraryError
from glyphstudio.studio import Studio
from tests.engine.making import scrawl
from tests.studio.making import BLANK, first, names, same


def changed(place: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(place)
    with connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("junk", [b"", b"abc", b"\0" * 8, b"\xff" * 64, np.full(16, np.nan, "<f4").tobytes()])
def test_damaged_embeddings_are_made_again(studio: Studio, weights: Path, embedded: list[int], junk: bytes) -> None:
    place = studio.library.path
    before = studio.rank(scrawl(0, drawer=4))
    studio.close()
    for damaged in (1, 6):
        changed(place, "UPDATE embedding SET vector = ? WHERE shot_id <= ?", junk, damaged)
        with Studio.open(place) as again:
            embedded.clear()
            again.warm_up(weights, "cpu")
            assert embedded == [1, damaged]
            assert same(again.rank(scrawl(0, drawer=4)), before)
    with Studio.open(place) as mended:
        embedded.clear()
        mended.warm_up(weights, "cpu")
        assert embedded == [1]


def odd_shots(place: Path) -> None:
    """Add glyphs without ink, and one whose drawing is junk with a correct checksum."""
    with Library.open(place) as library:
        library.enrol("blank picture", BLANK)
        library.enrol("blank ink", Ink())
        library.enrol("junk", scrawl(50))
        half = library.enrol("half", scrawl(51))
        library.add_shot(half.id, BLANK)
    junk = b"this is no ink"
    changed(
        place,
        "UPDATE shot SET drawing = ?, checksum = ? WHERE glyph_id = (SELECT id FROM glyph WHERE name = 'junk')",
        junk,
        zlib.crc32(junk),
    )


def test_odd_shots_do_not_keep_the_others_from_being_recognised(place: Path, weights: Path) -> None:
    odd_shots(place)
    with Studio.open(place) as studio:
        good = studio.enrol("good", scrawl(1))
        studio.warm_up(weights, "cpu")
        assert sorted(names(studio, scrawl(1))) == ["good", "half"]
        assert {c.name: c.shots for c in studio.rank(scrawl(51)).candidates}["half"] == 1
        assert len(studio.library.glyphs()) == 5, "some are no longer in the library"
        studio.add_shot(good.id, scrawl(1, drawer=1))
        for name in ("blank picture", "blank ink", "half"):
            glyph = studio.library.find(name)
            assert glyph is not None
            restored = studio.restore(studio.delete_glyph(glyph.id))
            assert restored == glyph
        assert sorted(names(studio, scrawl(1))) == ["good", "half"]


def test_a_cache_that_cannot_be_written_costs_only_time(
    place: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Library, key: str, vectors: object) -> None:
        raise LibraryError("There is no room left.")

    monkeypatch.setattr(Library, "store_embeddings", full)
    with Studio.open(place) as studio:
        studio.enrol("early", scrawl(0))
        studio.warm_up(weights, "cpu")
        glyph = studio.enrol("late", scrawl(1))
        studio.add_shot(glyph.id, scrawl(1, drawer=1))
        assert first(studio, scrawl(0)) == "early"
        assert first(studio, scrawl(1)) == "late"
        assert len(studio.library.glyphs()) == 2
