"""The studio with a page's drawings: judged as if some were enrolled, enrolled at once, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.library.library import Entry
from glyphstudio.studio import EmptyDrawing, Studio
from tests.engine.making import CALIBRATION, SMALL, scrawl

BLANK = Picture(np.full((60, 60), 255, np.uint8))


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio that is ready, with the glyphs "0" to "2"."""
    torch.manual_seed(1)
    weights = tmp_path / "small.safetensors"
    save_weights(weights, ProtoNet(SMALL), CALIBRATION, {})
    with Studio.open(tmp_path / "signs.glyphs") as studio:
        for number in range(3):
            studio.enrol(str(number), scrawl(number))
        studio.warm_up(weights, "cpu")
        yield studio


def test_several_drawings_are_judged_as_one_by_one(studio: Studio) -> None:
    asked = [scrawl(number) for number in (2, 0, 7)]
    for ranking, drawing in zip(studio.judge(asked), asked, strict=True):
        one = studio.rank(drawing)
        assert [c.name for c in ranking.candidates] == [c.name for c in one.candidates]
        assert ranking.known == one.known
        assert np.allclose(
            [c.distance for c in ranking.candidates], [c.distance for c in one.candidates], rtol=1e-4, atol=1e-6
        )


def test_named_drawings_count_and_leave_no_trace(studio: Studio) -> None:
    before = studio.rank(scrawl(7))
    (ranking,) = studio.judge([scrawl(7)], [("Seven", scrawl(7)), ("Eight", scrawl(8))])
    best = ranking.candidates[0]
    assert (best.name, best.shots, ranking.known) == ("Seven", 1, True)
    assert best.glyph_id < 0
    (ranking,) = studio.judge([scrawl(2)], [("seven", scrawl(7)), ("2", scrawl(8))])
    assert next(c for c in ranking.candidates if c.name == "2").shots == 2, "a further shot of the library's glyph"
    after = studio.rank(scrawl(7))
    assert after.candidates == before.candidates
    assert [glyph.name for glyph in studio.library.glyphs()] == ["0", "1", "2"]


def test_a_drawing_without_ink_has_no_candidates_and_is_no_glyph(studio: Studio) -> None:
    empty, full = studio.judge([BLANK, scrawl(0)], [("Nothing", BLANK), ("None", Ink())])
    assert (empty.candidates, empty.known) == ((), False)
    assert {c.name for c in full.candidates} == {"0", "1", "2"}


def test_a_page_is_enrolled_and_taken_back(studio: Studio) -> None:
    before = studio.rank(scrawl(7))
    shots, glyphs = studio.enrol_page([Entry("Seven", scrawl(7)), Entry("0", scrawl(8)), Entry("seven", scrawl(9))])
    assert sorted((glyph.name, len(glyph.shots)) for glyph in glyphs) == [("0", 2), ("Seven", 2)]
    assert studio.rank(scrawl(7)).candidates[0].name == "Seven"
    stay, gone = studio.take_back([shot.id for shot in shots])
    assert ([glyph.name for glyph in stay], len(gone)) == (["0"], 1)
    assert studio.rank(scrawl(7)).candidates == before.candidates


def test_nothing_is_enrolled_if_one_drawing_has_no_ink(studio: Studio) -> None:
    with pytest.raises(EmptyDrawing):
        studio.enrol_page([Entry("Seven", scrawl(7)), Entry("Nothing", BLANK)])
    assert len(studio.library.glyphs()) == 3


def test_judging_needs_warming_up(tmp_path: Path) -> None:
    with Studio.open(tmp_path / "cold.glyphs") as cold, pytest.raises(RuntimeError, match="warm_up"):
        cold.judge([scrawl(0)])
