"""Prototypes that one bad shot cannot spoil."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glyphstudio.learners.robust import robust_prototype, robust_prototypes, weights_of_shots


def test_one_or_two_shots_are_averaged() -> None:
    shots = torch.tensor([[1.0, 3.0], [5.0, 5.0]])
    assert robust_prototype(shots[:1]).tolist() == [1, 3]
    assert robust_prototype(shots).tolist() == [3, 4]


def test_weights_by_hand() -> None:
    shots = torch.tensor([[0.0], [1.0], [10.0]], dtype=torch.float64)
    far = np.array([(1 + 100) / 2, (1 + 81) / 2, (100 + 81) / 2])
    expected = far**-2.0 / (far**-2.0).sum()
    np.testing.assert_allclose(weights_of_shots(shots).numpy(), expected)


@pytest.mark.parametrize("count", [3, 5, 10])
def test_a_planted_bad_shot_moves_it_less_than_the_mean(count: int) -> None:
    torch.manual_seed(count)
    gaps = []
    for _ in range(50):
        shots = torch.randn(count, 16)
        spoiled = shots.clone()
        spoiled[0] = 8 * torch.nn.functional.normalize(torch.randn(16), dim=0)
        truth = shots[1:].mean(0)
        gaps.append([float((robust_prototype(spoiled) - truth).norm()), float((spoiled.mean(0) - truth).norm())])
    robust, plain = np.mean(gaps, axis=0)
    assert robust < 0.75 * plain


def test_equal_shots_get_all_weight_or_share_it() -> None:
    same = torch.ones(4, 3)
    assert torch.equal(robust_prototype(same), torch.ones(3))
    odd = torch.cat([torch.ones(3, 3), torch.zeros(1, 3)])
    assert bool((weights_of_shots(odd)[:3] > 8 * weights_of_shots(odd)[3]).all())


def test_ways_may_differ_in_shots_and_be_in_any_order() -> None:
    torch.manual_seed(0)
    shots, labels = torch.randn(9, 4), torch.tensor([2, 0, 1, 1, 0, 1, 0, 1, 0])
    found = robust_prototypes(shots, labels)
    for way in range(3):
        torch.testing.assert_close(found[way], robust_prototype(shots[labels == way]))
    torch.testing.assert_close(robust_prototypes(shots[:3], labels[:3]), shots[torch.tensor([1, 2, 0])])
