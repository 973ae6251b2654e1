"""Pairs that are confused, counted by hand."""

from __future__ import annotations

import numpy as np

from glyphstudio.engine.evaluate.confusions import Confusion, confusions


def test_counted_by_hand() -> None:
    # Two queries of each of three ways. The ways are different classes in every task.
    classes = np.array([[7, 3, 5], [5, 7, 9], [3, 5, 7], [9, 3, 1]])
    given = np.array(
        [
            [2, 2, 1, 1, 2, 2],  # both queries of 7 taken for 5
            [0, 1, 0, 1, 2, 2],  # one query of 5 taken for 7, one of 7 for 5
            [0, 0, 1, 1, 2, 1],  # one query of 7 taken for 5
            [0, 1, 1, 1, 2, 2],  # one query of 9 taken for 3
        ],
        np.int32,
    )
    five_seven, three_nine = confusions(classes, given)
    assert five_seven == Confusion(5, 7, together=3, mixed=3, first_as_second=1, second_as_first=4)
    assert three_nine == Confusion(3, 9, together=1, mixed=1, first_as_second=0, second_as_first=1)
    assert five_seven.rate == three_nine.rate == 1
    assert five_seven.interval[0] > three_nine.interval[0]


def test_a_pair_that_met_once_does_not_win_by_chance() -> None:
    # 0 and 1 meet in 40 tasks and are confused in 30. 2 and 3 meet once and are confused then.
    classes = np.array([[0, 1]] * 40 + [[2, 3]])
    given = np.array([[1, 1]] * 30 + [[0, 1]] * 10 + [[0, 0]], np.int32)
    first, second = confusions(classes, given)
    assert (first.first, first.second, first.rate) == (0, 1, 0.75)
    assert (second.first, second.second, second.rate) == (2, 3, 1.0)


def test_no_confusions() -> None:
    assert confusions(np.array([[0, 1], [4, 2]]), np.array([[0, 1], [0, 1]], np.int32)) == []


def test_many_classes_against_a_plain_count() -> None:
    rng = np.random.default_rng(3)
    classes = np.stack([rng.choice(30, 6, replace=False) for _ in range(200)])
    given = np.where(rng.random((200, 18)) < 0.7, np.arange(18) // 3, rng.integers(6, size=(200, 18))).astype(np.int32)
    for pair in confusions(classes, given):
        together = mixed = forth = back = 0
        for ways, answers in zip(classes.tolist(), given.tolist(), strict=True):
            if pair.first in ways and pair.second in ways:
                a, b = ways.index(pair.first), ways.index(pair.second)
                one, other = answers[3 * a : 3 * a + 3].count(b), answers[3 * b : 3 * b + 3].count(a)
                together, mixed = together + 1, mixed + bool(one + other)
                forth, back = forth + one, back + other
        assert pair == Confusion(pair.first, pair.second, together, mixed, forth, back)
