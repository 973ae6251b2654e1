"""A trial of new weights against those in use."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from glyphstudio.engine.evaluate.trial import (
    Difference,
    leave_one_out,
    most_asked,
    on_tasks,
    paired_interval,
    questions,
    wilson,
)
from glyphstudio.engine.recognise.adapting import recogniser_for
from glyphstudio.glyphs.render import RenderStyle, render
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import CALIBRATION, TINY, scrawl, scrawls


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"), [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (81, 263, 0.2553, 0.3662)]
)
def test_wilsons_interval_as_published(right: int, asked: int, low: float, high: float) -> None:
    assert wilson(right, asked) == pytest.approx((low, high), abs=1e-4)


def test_of_no_question_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_paired_difference_turns_its_sign_with_the_sides() -> None:
    one, other = paired_interval(40, 9, 2, 4), paired_interval(40, 2, 9, 4)
    assert one.mean == pytest.approx(7 / 55)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert -1 <= one.low < one.mean < one.high <= 1


def test_answers_that_agree_make_the_difference_surer() -> None:
    agreeing, apart = paired_interval(40, 6, 2, 40), paired_interval(21, 25, 21, 21)
    assert agreeing.mean == pytest.approx(apart.mean)
    assert agreeing.high - agreeing.low < (apart.high - apart.low) / 1.8


def test_even_when_all_is_right_no_certainty_is_claimed() -> None:
    gap = paired_interval(12, 0, 0, 0)
    assert gap.mean == 0
    assert gap.low < -0.1 < 0.1 < gap.high


def test_a_difference_over_tasks_is_paired() -> None:
    rng = np.random.default_rng(0)
    hard = rng.uniform(0, 1, 200)  # tasks differ a lot, the learners hardly
    new, old = hard + 0.02 + rng.normal(0, 0.01, 200), hard
    gap = Difference.of(new, old)
    assert gap.mean == pytest.approx(0.02, abs=0.005)
    assert 0 < gap.low < gap.high < 0.03
    assert math.isnan(Difference.of(new[:1], old[:1]).low)


def test_every_learner_is_asked_the_same_tasks() -> None:
    held_out = scrawls(1, 8, 3)
    torch.manual_seed(0)
    learner = LEARNERS["protonet"](TINY)
    shares = on_tasks(learner, held_out, 5, seed=4)
    assert shares.shape == (5,)
    assert list(on_tasks(learner, held_out, 5, seed=4)) == list(shares)
    assert list(on_tasks(learner, held_out, 5, seed=5)) != list(shares)


def test_only_drawings_whose_glyph_keeps_another_are_asked() -> None:
    assert questions([1, 2, 1, 3]) == [1, 2, 4, 5, 6]
    assert questions([1, 1]) == []
    some = questions([2] * 400, most=300)
    assert len(set(some)) == 300
    assert some == sorted(some)


@pytest.mark.parametrize("name", ["protonet", "matching", "maml"])
def test_leaving_one_out_is_what_a_recogniser_without_that_shot_says(name: str) -> None:
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
    assert leave_one_out(learner, bitmaps, glyphs, asked).tolist() == expected


def test_inner_loops_are_asked_less() -> None:
    assert most_asked([LEARNERS["maml"](TINY), LEARNERS["protonet"](TINY)]) < most_asked([LEARNERS["protonet"](TINY)])
