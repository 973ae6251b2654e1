"""Rankings follow every change of the library."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.library.library import BadName, DuplicateName, LibraryError, Removed
from glyphstudio.studio import EmptyDrawing, Studio
from tests.engine.making import scrawl
from tests.studio.making import BLANK, first, names, same


def test_a_new_glyph_is_recognised_at_once_for_one_embedding(studio: Studio, embedded: list[int]) -> None:
    glyph = studio.enrol("new", scrawl(99))
    assert embedded == [1]
    assert studio.library.glyph(glyph.id) == glyph
    best = studio.rank(scrawl(99)).candidates[0]
    assert (best.name, best.glyph_id, best.shots) == ("new", glyph.id, 1)


def test_a_further_shot_moves_the_prototype(studio: Studio) -> None:
    glyph = studio.library.find("3")
    assert glyph is not None
    other_hand = scrawl(88)
    before = {c.name: c.distance for c in studio.rank(other_hand).candidates}
    assert len(studio.add_shot(glyph.id, other_hand).shots) == 2
    best = next(c for c in studio.rank(other_hand).candidates if c.name == "3")
    assert best.shots == 2
    assert best.distance < before.get("3", float("inf"))


def test_drawings_without_ink_are_not_enrolled(studio: Studio) -> None:
    glyph = studio.library.find("0")
    assert glyph is not None
    for empty, said in ((Ink(), "Draw the glyph first."), (BLANK, "No ink was found in the picture.")):
        for attempt in (
            lambda empty=empty: studio.enrol("none", empty),
            lambda empty=empty: studio.add_shot(glyph.id, empty),
            lambda empty=empty: studio.check([scrawl(1), empty]),
        ):
            with pytest.raises(EmptyDrawing, match=said):
                attempt()
    assert studio.library.find("none") is None
    assert len(studio.library.glyph(glyph.id).shots) == 1
    studio.check([scrawl(1)])


def test_a_refused_change_changes_no_ranking(studio: Studio) -> None:
    before = studio.rank(scrawl(0, drawer=1))
    with pytest.raises(DuplicateName) as caught:
        studio.enrol(" 3 ", scrawl(200))
    assert caught.value.glyph.name == "3"
    with pytest.raises(BadName):
        studio.enrol("", scrawl(200))
    glyph = studio.library.find("1")
    assert glyph is not None
    with pytest.raises(DuplicateName):
        studio.rename(glyph.id, "2")
    with pytest.raises(BadName):
        studio.rename(glyph.id, "\n")
    with pytest.raises(LibraryError, match="only drawing"):
        studio.delete_shot(glyph.shots[0].id)
    with pytest.raises(LibraryError, match="no longer in the library"):
        studio.add_shot(9999, scrawl(200))
    with pytest.raises(LibraryError, match="no longer in the library"):
        studio.delete_glyph(9999)
    assert same(studio.rank(scrawl(0, drawer=1)), before)


def test_a_new_name_is_shown_in_rankings(studio: Studio) -> None:
    glyph = studio.library.find("2")
    assert glyph is not None
    assert studio.rename(glyph.id, "Kresh").name == "Kresh"
    assert first(studio, scrawl(2)) == "Kresh"


def test_a_deleted_glyph_is_gone_and_comes_back(studio: Studio, embedded: list[int]) -> None:
    glyph = studio.library.find("2")
    assert glyph is not None
    studio.add_shot(glyph.id, scrawl(2, drawer=1))
    studio.rename(glyph.id, "two")
    before = studio.rank(scrawl(2))
    removed = studio.delete_glyph(glyph.id)
    after = names(studio, scrawl(2))
    assert "two" not in after
    assert len(after) == 5
    assert studio.restore(removed).id == glyph.id
    assert same(studio.rank(scrawl(2)), before)
    assert first(studio, scrawl(2)) == "two"


def test_a_glyph_deleted_before_warming_up_can_be_restored_after(place: Path, weights: Path) -> None:
    with Studio.open(place) as studio:
        studio.enrol("kept", scrawl(0))
        removed = studio.delete_glyph(studio.enrol("gone", scrawl(1)).id)
        studio.warm_up(weights, "cpu")
        assert names(studio, scrawl(1)) == ["kept"]
        studio.restore(removed)
        assert first(studio, scrawl(1)) == "gone"


def test_a_deleted_shot_is_gone_and_comes_back(studio: Studio) -> None:
    glyph = studio.library.find("2")
    assert glyph is not None
    without = studio.rank(scrawl(2))
    both = studio.add_shot(glyph.id, scrawl(88))
    with_both = studio.rank(scrawl(2))
    assert not same(with_both, without)
    removed = studio.delete_shot(both.shots[1].id)
    assert same(studio.rank(scrawl(2)), without)
    studio.restore(removed)
    assert same(studio.rank(scrawl(2)), with_both)


@pytest.mark.parametrize("seed", range(4))
def test_a_new_start_ranks_the_same_after_any_changes(place: Path, weights: Path, seed: int) -> None:
    rng = random.Random(seed)
    removed: list[Removed] = []
    with Studio.open(place) as studio:
        for number in range(40):
            if number == 8:
                studio.warm_up(weights, "cpu")
            glyphs = studio.library.glyphs()
            glyph = rng.choice(glyphs) if glyphs else None
            action = rng.choice(["enrol", "enrol", "add", "add", "rename", "delete", "delete shot", "restore"])
            try:
                if action == "enrol" or glyph is None:
                    studio.enrol(f"glyph {number}", scrawl(rng.randrange(12), rng.randrange(9)))
                elif action == "add":
                    studio.add_shot(glyph.id, scrawl(rng.randrange(12), rng.randrange(9)))
                elif action == "rename":
                    studio.rename(glyph.id, f"renamed {number}")
                elif action == "delete":
                    removed.append(studio.delete_glyph(glyph.id))
                elif action == "delete shot":
                    removed.append(studio.delete_shot(rng.choice(glyph.shots).id))
                elif removed:
                    studio.restore(removed.pop(rng.randrange(len(removed))))
            except LibraryError:
                pass  # the last shot, or a shot of a deleted glyph: refused, and nothing has changed
        queries = [scrawl(rng.randrange(14), 20) for _ in range(12)]
        rankings = [studio.rank(query) for query in queries]
        assert any(ranking.candidates for ranking in rankings)
    with Studio.open(place) as anew:
        anew.warm_up(weights, "cpu")
        assert all(same(anew.rank(query), ranking) for query, ranking in zip(queries, rankings, strict=True))


def test_closing_frees_the_library(place: Path, studio: Studio) -> None:
    with pytest.raises(LibraryError):
        Studio.open(place)
    studio.close()
    studio.close()
    Studio.open(place).close()
