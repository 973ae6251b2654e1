"""The studio with a real library and small, untrained weights: rankings follow every change of the library."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.importing import picture_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture, PictureError
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.library.library import BadName, DuplicateName, Library, LibraryError, Removed
from glyphstudio.studio import EmptyDrawing, Ranking, Studio
from tests.engine.making import CALIBRATION, SMALL, scrawl
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
BLANK = Picture(np.full((60, 60), 255, np.uint8))


def weights_of(seed: int, folder: Path) -> Path:
    torch.manual_seed(seed)
    path = folder / f"{seed}.safetensors"
    save_weights(path, ProtoNet(SMALL), CALIBRATION, {})
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights_of(1, tmp_path_factory.mktemp("weights"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "signs.glyphs"


@pytest.fixture
def studio(place: Path, weights: Path) -> Iterator[Studio]:
    """A studio that is ready, with the glyphs "0" to "5"."""
    with Studio.open(place) as studio:
        for number in range(6):
            studio.enrol(str(number), scrawl(number))
        studio.warm_up(weights, "cpu")
        yield studio


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the number of bitmaps in each call of the encoder."""
    calls: list[int] = []
    real = PrototypeRecogniser.embed

    def counted(self: PrototypeRecogniser, bitmaps: Sequence[Bitmap]) -> NDArray[np.float32]:
        calls.append(len(bitmaps))
        return real(self, bitmaps)

    monkeypatch.setattr(PrototypeRecogniser, "embed", counted)
    return calls


def names(studio: Studio, drawing: Ink) -> list[str]:
    return [candidate.name for candidate in studio.rank(drawing).candidates]


def first(studio: Studio, drawing: Ink) -> str:
    return names(studio, drawing)[0]


def same(one: Ranking, other: Ranking) -> bool:
    """Return whether two rankings are equal except for their time and rounding."""

    def numbers(ranking: Ranking) -> list[tuple[float, float]]:
        return [(candidate.distance, candidate.probability) for candidate in ranking.candidates]

    def others(ranking: Ranking) -> list[tuple[int, str, int]]:
        return [(candidate.glyph_id, candidate.name, candidate.shots) for candidate in ranking.candidates]

    return (
        one.known == other.known
        and others(one) == others(other)
        and np.allclose(numbers(one), numbers(other), rtol=1e-4, atol=1e-9)
    )


# Warming up


def test_warming_up_loads_only_what_ranking_needs(place: Path, weights: Path) -> None:
    script = """
import sys
from pathlib import Path
from glyphstudio.studio import Studio
from glyphstudio.glyphs.ink import Ink
ink = Ink.of([[(0.1, 0.1), (0.9, 0.5)]])
with Studio.open(Path(sys.argv[1])) as studio:
    studio.enrol("a", ink)
    assert "torch" not in sys.modules, "enrolling waits for torch"
    studio.warm_up(Path(sys.argv[2]), "cpu")
    assert studio.rank(ink).candidates[0].name == "a"
slow = {"torch._dynamo", "torch._inductor", "sympy", "glyphstudio.engine.train.training", "PySide6", "matplotlib"}
print(sorted(slow & sys.modules.keys()))
"""
    command = [sys.executable, "-c", script, str(place), str(weights)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_ranking_needs_warming_up(place: Path) -> None:
    with Studio.open(place) as studio:
        assert studio.info is None
        with pytest.raises(RuntimeError, match="warm_up"):
            studio.rank(scrawl(0))


def test_shots_enrolled_before_warming_up_are_embedded_then(place: Path, weights: Path, embedded: list[int]) -> None:
    heard: list[tuple[int, int]] = []
    with Studio.open(place) as studio:
        for number in range(3):
            glyph = studio.enrol(str(number), scrawl(number))
        studio.add_shot(glyph.id, scrawl(2, drawer=1))
        assert embedded == []
        info = studio.warm_up(weights, "cpu", lambda done, every: heard.append((done, every)))
        assert (info.learner, info.device, len(info.weights_sha256)) == ("ProtoNet", "CPU", 64)
        assert studio.info == info
        assert heard == [(4, 4)]
        assert sum(embedded) == 4 + 1  # one more to warm up
        assert [first(studio, scrawl(number)) for number in range(3)] == ["0", "1", "2"]
        assert {c.name: c.shots for c in studio.rank(scrawl(0)).candidates} == {"0": 1, "1": 1, "2": 2}


def test_missing_weights_and_unknown_devices_are_reported(place: Path, tmp_path: Path) -> None:
    with Studio.open(place) as studio:
        with pytest.raises(EngineError, match=r"is missing\. If it came with GlyphStudio, install"):
            studio.warm_up(tmp_path / "none")
        with pytest.raises(EngineError, match="There is no device 'abacus'"):
            studio.warm_up(device="abacus")


def test_embeddings_are_kept_for_the_next_start(
    place: Path, studio: Studio, weights: Path, embedded: list[int]
) -> None:
    studio.enrol("late", scrawl(77))
    before = studio.rank(scrawl(3, drawer=2))
    studio.close()
    embedded.clear()
    with Studio.open(place) as again:
        again.warm_up(weights, "cpu")
        assert embedded == [1], "only the one to warm up should be embedded"
        assert same(again.rank(scrawl(3, drawer=2)), before)
        assert first(again, scrawl(77)) == "late"


def test_other_weights_mean_other_embeddings(
    place: Path, studio: Studio, weights: Path, tmp_path: Path, embedded: list[int]
) -> None:
    query = scrawl(3, drawer=2)
    before = studio.rank(query)
    other = weights_of(2, tmp_path)
    embedded.clear()
    studio.warm_up(other, "cpu")
    assert sum(embedded) == 1 + 6
    assert studio.rank(query).candidates[0].distance != before.candidates[0].distance
    studio.close()
    with Studio.open(place) as again:
        embedded.clear()
        again.warm_up(other, "cpu")
        assert embedded == [1]
        again.warm_up(weights, "cpu")
        assert embedded == [1, 1, 6]
        assert same(again.rank(query), before)


def test_bad_weights_leave_the_good_ones_at_work(
    place: Path, studio: Studio, weights: Path, tmp_path: Path, embedded: list[int]
) -> None:
    query = scrawl(3, drawer=2)
    before, info = studio.rank(query), studio.info
    (tmp_path / "bad").write_bytes(b"junk")
    with pytest.raises(EngineError, match="is not a weights file"):
        studio.warm_up(tmp_path / "bad", "cpu")
    assert same(studio.rank(query), before)
    assert studio.info == info
    studio.enrol("late", scrawl(77))
    studio.close()
    embedded.clear()
    with Studio.open(place) as again:
        again.warm_up(weights, "cpu")
        assert embedded == [1], "a later enrolment is not in the cache under its own weights"


def test_a_failure_half_way_through_new_weights_leaves_the_old_ones_at_work(
    place: Path, studio: Studio, tmp_path: Path, weights: Path, embedded: list[int]
) -> None:
    query = scrawl(3, drawer=2)
    before, info = studio.rank(query), studio.info

    def fail(done: int, every: int) -> None:
        raise EngineError("Enough.")

    other = weights_of(3, tmp_path)
    with pytest.raises(EngineError, match="Enough"):
        studio.warm_up(other, "cpu", fail)
    assert same(studio.rank(query), before)
    assert studio.info == info
    studio.enrol("late", scrawl(77))
    studio.close()
    with Studio.open(place) as again:
        embedded.clear()
        again.warm_up(weights, "cpu")
        assert embedded == [1], "some embeddings of the earlier weights are missing"


def test_killed_in_the_middle_of_other_weights_the_old_embeddings_are_there(
    place: Path, weights: Path, tmp_path: Path, embedded: list[int]
) -> None:
    with Studio.open(place) as studio:
        for number in range(150):
            studio.library.enrol(f"glyph {number}", scrawl(number))
        studio.warm_up(weights, "cpu")
        before = studio.rank(scrawl(3, drawer=2))
    script = """
import os, signal, sys
from pathlib import Path
from glyphstudio.studio import Studio
def die(done, every):
    if done == 128:
        os.kill(os.getpid(), signal.SIGKILL)
Studio.open(Path(sys.argv[1])).warm_up(Path(sys.argv[2]), "cpu", die)
"""
    command = [sys.executable, "-c", script, str(place), str(weights_of(2, tmp_path))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Studio.open(place) as again:
        embedded.clear()
        again.warm_up(weights, "cpu")
        assert embedded == [1]
        assert same(again.rank(scrawl(3, drawer=2)), before)


def test_300_glyphs(place: Path, weights: Path) -> None:
    heard: list[tuple[int, int]] = []
    with Studio.open(place) as studio:
        for number in range(300):
            studio.library.enrol(f"glyph {number}", scrawl(number))
        studio.warm_up(weights, "cpu", lambda done, every: heard.append((done, every)))
        assert heard == [(64, 300), (128, 300), (192, 300), (256, 300), (300, 300)]
        for number in range(0, 300, 23):
            best = studio.rank(scrawl(number)).candidates[0]
            assert best.name == f"glyph {number}"
            assert best.distance < 1e-6


# A damaged or odd library


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


# Ranking


def test_a_ranking(studio: Studio) -> None:
    ranking = studio.rank(scrawl(4))
    assert len(ranking.candidates) == 5
    assert ranking.candidates[0].name == "4"
    assert ranking.candidates[0].distance == pytest.approx(0, abs=1e-6)
    assert ranking.known
    assert ranking.ms > 0
    distances = [candidate.distance for candidate in ranking.candidates]
    probabilities = [candidate.probability for candidate in ranking.candidates]
    assert distances == sorted(distances)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1


def test_far_from_every_glyph_is_unknown(place: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    strict = tmp_path / "strict.safetensors"
    save_weights(strict, ProtoNet(SMALL), type(CALIBRATION)(2.0, 1e-9, 1e-9, 1e9), {})
    with Studio.open(place) as studio:
        studio.enrol("a", scrawl(0))
        studio.warm_up(strict, "cpu")
        assert studio.rank(scrawl(0)).known
        ranking = studio.rank(scrawl(1))
        assert not ranking.known
        assert ranking.candidates[0].probability < 0.01


def test_no_ink_no_candidates(studio: Studio) -> None:
    assert studio.rank(Ink()) == Ranking((), known=False, ms=0.0)
    with pytest.raises(PictureError, match="No ink was found"):
        studio.rank(BLANK)


def test_an_empty_library_has_no_candidates(place: Path, weights: Path) -> None:
    with Studio.open(place) as studio:
        studio.warm_up(weights, "cpu")
        ranking = studio.rank(scrawl(0))
        assert (ranking.candidates, ranking.known) == ((), False)


def test_a_picture_is_ranked_and_enrolled_like_ink(studio: Studio) -> None:
    picture = picture_from_bytes(to_png(scrawl(2)))
    assert len(studio.rank(picture).candidates) == 5
    studio.enrol("pictured", picture)
    assert studio.rank(picture).candidates[0].name == "pictured"


# Changing the library


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
