"""The reference, against results by hand. It needs no torch."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from glyphstudio.learners.reference import distances, nearest, probabilities, prototypes

CORNERS = prototypes({"low": [[0, 0], [2, 0], [1, 3]], "high": [[10, 10]]})  # means (1, 1) and (10, 10)


def test_prototypes_are_means_of_uneven_shots() -> None:
    assert {name: mean.tolist() for name, mean in CORNERS.items()} == {"low": [1, 1], "high": [10, 10]}


def test_the_nearest_is_by_squared_distance() -> None:
    assert distances(CORNERS, [4, 5]) == {"low": 9 + 16, "high": 36 + 25}
    assert nearest(CORNERS, [4, 5]) == "low"
    assert nearest(CORNERS, [7, 7]) == "high"
    assert nearest(prototypes({"one": [[1.0]], "other": [[3.0]]}), [2.0]) == "one"


def test_probabilities_are_a_softmax() -> None:
    found = probabilities(prototypes({"one": [[0.0]], "other": [[2.0]]}), [0.5])
    assert found["one"] == pytest.approx(1 / (1 + math.exp(0.25 - 2.25)))
    assert sum(found.values()) == pytest.approx(1)


def test_probabilities_are_finite_far_from_everything() -> None:
    assert probabilities(CORNERS, [1000, 1000]) == {"low": pytest.approx(0), "high": pytest.approx(1)}


@pytest.mark.parametrize("vectors", [[], [1.0, 2.0], [[[1.0]]]])
def test_an_invalid_list_of_vectors_is_named(vectors: list[object]) -> None:
    with pytest.raises(ValueError, match="'odd' needs one or more vectors"):
        prototypes({"odd": vectors})  # type: ignore[dict-item]


def test_it_runs_without_torch() -> None:
    code = "import sys, glyphstudio.learners.reference; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
