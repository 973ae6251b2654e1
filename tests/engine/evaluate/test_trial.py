"""Trials of new weights against those in use."""

from __future__ import annotations

import pytest
import torch

from glyphstudio.engine.evaluate.trial import leave_one_out, most_asked, on_tasks, questions
from glyphstudio.engine.recognise.adapting import recogniser_for
from glyphstudio.glyphs.render import RenderStyle, render
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import CALIBRATION, TINY, scrawl, scrawls


def test_every_learner_is_asked_the_same_tasks() -> None:
    held_out = scrawls(1, 8, 3)
    torch.manual_seed(0)
    learner = LEARNERS["protonet"](TINY)
    shares = on_tasks(learner, held_out, 5, seed=4)
    assert shares.shape == (5,)
    assert list(on_tasks(learner, held_out, 5, seed=4)) == list(shares)
    assert list(on_tasks(learner, held_out, 5, seed=5)) != list(shares)


def test_only_drawings_of_glyphs_with_another_shot_are_asked() -> None:
    assert questions([1, 2, 1, 3]) == [1, 2, 4, 5, 6]
    assert questions([1, 1]) == []
    some = questions([2] * 400, most=300)
    assert len(set(some)) == 300
    assert some == sorted(some)


@pytest.mark.parametrize("name", ["protonet", "matching", "maml"])
def test_leave_one_out_equals_a_recogniser_without_that_shot(name: str) -> None:
    counts = [1, 3, 2, 2]
    bitmaps, glyphs = [], []
    for glyph, count in enumerate(counts):
        for drawer in range(count):
            bitmaps.append(render(scrawl(glyph, drawer, 0.12), RenderStyle(size=16)))
            glyphs.append(glyph)
    torch.manual_seed(1)
    learner = LEARNERS[name](TINY).eval()
    asked, expected = questions(counts), []
    for index in asked:
        recogniser = recogniser_for(learner, CALIBRATION)
        vectors = recogniser.embed(bitmaps)
        for shot, glyph in enumerate(glyphs):
            if shot != index:
                recogniser.enrol(shot, glyph, vectors[shot])
        expected.append(recogniser.rank(vectors[index]).best[0].glyph_id == glyphs[index])
    assert leave_one_out(learner, CALIBRATION, bitmaps, glyphs, asked).tolist() == expected


def test_learners_with_an_inner_loop_are_asked_fewer_drawings() -> None:
    assert most_asked([LEARNERS["maml"](TINY), LEARNERS["protonet"](TINY)]) < most_asked([LEARNERS["protonet"](TINY)])
