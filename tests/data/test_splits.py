"""Splits: training and validation alphabets do not overlap, and together they are complete."""

from __future__ import annotations

import numpy as np
import pytest

from glyphstudio.data.drawings import DataError, Drawings
from glyphstudio.data.splits import VALIDATION_ALPHABETS, Split, split


def of(alphabets: list[str]) -> Drawings:
    names = [f"{alphabet}/character01" for alphabet in alphabets]
    return Drawings.of(np.zeros((len(names), 2, 2), np.uint8), names, [1] * len(names))


def test_parts_are_disjoint_and_whole() -> None:
    everything = of(["Greek", *VALIDATION_ALPHABETS, "Latin"])
    assert set(split(everything, Split.VALIDATION).alphabets) == {
        "Bengali",
        "Early_Aramaic",
        "Futurama",
        "Korean",
        "N_Ko",
    }
    assert split(everything, Split.TRAIN).alphabets == ("Greek", "Latin")
    assert split(everything, Split.ALL) is everything


@pytest.mark.parametrize("part", [Split.TRAIN, Split.VALIDATION])
def test_other_data_has_no_such_parts(part: Split) -> None:
    with pytest.raises(DataError, match=r"no alphabet named Bengali.*Give the folder of Omniglot's"):
        split(of(["Greek", "Korean"]), part)
    assert split(of(["Greek"]), Split.ALL).alphabets == ("Greek",)
