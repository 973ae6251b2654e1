"""Doubts about shots, with planted slips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glyphstudio.engine.recognise.doubts import Doubt, Others, Vector, doubt_of

NOBODY = Others(np.zeros(0, np.int64), np.zeros((0, 64), np.float32), np.zeros(0, np.int64))
OTHER = Others(np.array([7]), np.full((1, 64), 6.0, np.float32), np.array([1]))


APART = 1000.0  # between glyphs at 0 and 4 in each of 64 dimensions


def shots(*rows: float, seed: int = 0) -> dict[int, Vector]:
    """One shot near (value, value, ..) for each value, with ids from 10 on."""
    rng = np.random.default_rng(seed)
    return {10 + index: (row + rng.normal(0, 0.1, 64)).astype(np.float32) for index, row in enumerate(rows)}


def test_good_shots_are_not_doubted() -> None:
    for seed in range(50):
        assert doubt_of(shots(0, 0, 0, 0, 0, seed=seed), OTHER, APART) is None
        assert doubt_of(shots(0, 0, seed=seed), OTHER, APART) is None
    assert doubt_of(shots(0), OTHER, APART) is None


@pytest.mark.parametrize("place", range(4))
def test_a_shot_of_another_glyph_is_found(place: int) -> None:
    rows = [0.0] * 4
    rows[place] = 6.0
    assert doubt_of(shots(*rows), OTHER, APART) == Doubt(10 + place, 7)


def test_of_two_unlike_shots_the_newer_is_doubted() -> None:
    assert doubt_of(shots(0, 6), OTHER, APART) == Doubt(11, 7)


def test_a_shot_far_from_all_is_doubted() -> None:
    assert doubt_of(shots(0, 0, 6), NOBODY, APART) == Doubt(12, None)
    assert doubt_of(shots(0, 6), NOBODY, APART) == Doubt(11, None)
    assert doubt_of(shots(0, 0, 4), NOBODY, APART) is None  # no farther than another glyph may be


def test_a_shot_near_its_own_is_not_doubted_even_if_another_glyph_is_nearer() -> None:
    twin = Others(np.array([7]), np.full((1, 64), 2.0, np.float32), np.array([1]))
    assert doubt_of(shots(0, 0, 2), twin, APART) is None
    assert doubt_of(shots(0, 0, 2), twin, 100.0) == Doubt(12, 7)


def test_the_recogniser_doubts_what_was_planted() -> None:
    import torch

    from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser
    from glyphstudio.learners.protonet import ProtoNet
    from tests.engine.making import CALIBRATION, SMALL

    torch.manual_seed(0)
    recogniser = PrototypeRecogniser(ProtoNet(SMALL), replace(CALIBRATION, apart=APART))
    for id_, vector in shots(0, 0, 6).items():
        recogniser.enrol(id_, 1, vector)
    for id_, vector in shots(6, 6, 6, seed=1).items():
        recogniser.enrol(100 + id_, 2, vector)
    assert recogniser.doubt(1) == Doubt(12, 2)
    assert recogniser.doubt(2) is None
    assert recogniser.doubt(3) is None
