"""Accidental marks and scribbles."""

from __future__ import annotations

import numpy as np

from glyphstudio.engine.evaluate.strays import strays


def test_a_seed_gives_the_same_strays_however_many() -> None:
    np.testing.assert_array_equal(strays(12, 4)[:5], strays(5, 4))
    assert (strays(5, 4) != strays(5, 5)).any()


def test_each_has_ink_and_no_two_are_the_same() -> None:
    made = strays(60, 1)
    assert made.shape == (60, 40, 40)
    assert made.dtype == np.uint8
    assert ((made > 127).sum((1, 2)) > 0).all()
    assert len({one.tobytes() for one in made}) == 60
