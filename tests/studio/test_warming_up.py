"""Loading the recogniser: only what is needed, from the cache, and other weights in place of the first."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from glyphstudio.engine.errors import EngineError
from glyphstudio.studio import Studio
from tests.engine.making import scrawl
from tests.patience import PATIENCE
from tests.studio.making import first, same, weights_of

ROOT = Path(__file__).resolve().parents[2]


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
