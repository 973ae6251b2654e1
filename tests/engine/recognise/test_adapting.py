"""The recogniser for learners that adapt to the whole library."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.evaluate.calibrating import fit
from glyphstudio.engine.evaluate.open_set import assess
from glyphstudio.engine.recognise.adapting import AdaptingRecogniser, recogniser_for
from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser, Recogniser
from glyphstudio.glyphs.render import BITMAP_SIZE, render
from glyphstudio.learners.catalogue import LEARNERS
from tests.engine.making import CALIBRATION, SMALL, equal, scrawl, scrawls


def recogniser(name: str) -> Recogniser:
    torch.manual_seed(4)
    learner = LEARNERS[name](SMALL, equal(steps=1, rate=1e-4, head_rate=5.0))
    return recogniser_for(learner, CALIBRATION)


def enrol(one: Recogniser, shot: int, glyph: int, drawer: int = 0) -> None:
    one.enrol(shot, glyph, one.embed([render(scrawl(glyph, drawer))])[0])


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_gets_a_recogniser_that_recognises_its_shots(name: str) -> None:
    one = recogniser(name)
    assert isinstance(one, PrototypeRecogniser) == LEARNERS[name].nearest_prototype
    asked = one.embed([render(scrawl(12))])[0]
    assert one.rank(asked).best == ()
    for number in range(6):
        enrol(one, shot=100 + number, glyph=10 + number)
    guesses = one.rank(asked, best=3)
    assert len(one) == 6
    assert guesses.best[0].glyph_id == 12
    assert len(guesses.best) == 3
    chances = [guess.probability for guess in guesses.best]
    assert chances == sorted(chances, reverse=True)
    assert 0 <= sum(chances) <= 1 + 1e-9


@pytest.mark.parametrize("name", ["maml", "siamese"])
def test_the_order_of_enrolment_does_not_matter(name: str) -> None:
    forwards, backwards = recogniser(name), recogniser(name)
    for number in range(4):
        enrol(forwards, number, number)
        enrol(backwards, 3 - number, 3 - number)
    asked = forwards.embed([render(scrawl(2, drawer=1))])[0]
    one, other = forwards.rank(asked), backwards.rank(asked)
    assert [guess.glyph_id for guess in one.best] == [guess.glyph_id for guess in other.best]
    for a, b in zip(one.best, other.best, strict=True):
        assert a.distance == pytest.approx(b.distance, abs=1e-4)


@pytest.mark.parametrize("name", ["maml", "matching"])
def test_forgotten_shots_leave_nothing_behind(name: str) -> None:
    fresh, used = recogniser(name), recogniser(name)
    for number in range(3):
        enrol(fresh, number, number)
        enrol(used, number, number)
    asked = fresh.embed([render(scrawl(1, drawer=1))])[0]
    before = fresh.rank(asked)
    enrol(used, 50, 1, drawer=2)
    enrol(used, 51, 7)
    assert used.rank(asked) != before
    assert {guess.shots for guess in used.rank(asked).best if guess.glyph_id == 1} == {2}
    used.forget(50)
    used.forget(51)
    used.forget(999)
    after = used.rank(asked)
    assert [guess.glyph_id for guess in after.best] == [guess.glyph_id for guess in before.best]
    assert after.best[0].distance == pytest.approx(before.best[0].distance, abs=1e-5)
    for number in range(3):
        used.forget(number)
    assert len(used) == 0
    assert used.rank(asked).best == ()


def test_it_adapts_once_not_for_every_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = recogniser("anil")
    assert isinstance(one, AdaptingRecogniser)
    calls = []
    learn = one._learner.learn
    monkeypatch.setattr(one._learner, "learn", lambda *given: calls.append(1) or learn(*given))  # type: ignore[func-returns-value]
    for number in range(3):
        enrol(one, number, number)
    asked = one.embed([render(scrawl(1))])[0]
    for _ in range(4):
        one.rank(asked)
    assert len(calls) == 1
    enrol(one, 9, 9)
    one.rank(asked)
    assert len(calls) == 2


def test_a_single_glyph_is_ranked() -> None:
    one = recogniser("maml")
    enrol(one, 1, 5)
    guesses = one.rank(one.embed([render(scrawl(5))])[0])
    assert [guess.glyph_id for guess in guesses.best] == [5]


def test_an_inner_loop_that_diverges_is_reported() -> None:
    one = recogniser_for(LEARNERS["maml"](SMALL, equal(steps=4, rate=1e30)), CALIBRATION)
    for number in range(3):
        enrol(one, number, number)
    with pytest.raises(EngineError, match=r"inner loop diverged\. Choose another learner\."):
        one.rank(one.embed([render(scrawl(1))])[0])


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_can_be_calibrated(name: str) -> None:
    torch.manual_seed(1)
    held_out = scrawls(2, 8, 4, size=BITMAP_SIZE)
    learner = LEARNERS[name](SMALL, equal(steps=1))
    calibration = fit(learner, held_out, questions=16)
    assert calibration.temperature > 0
    assert np.isfinite(list(asdict(calibration).values())).all()
    result = assess(learner, calibration, held_out, ways=4, shots=2, tasks=4, seed=1)
    assert 0 <= result.auroc <= 1
    assert 0 <= result.accepted <= 1
