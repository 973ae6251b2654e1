"""Stroke files of any format: damaged ones get a sentence."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.importing import ImportFailure
from glyphstudio.glyphs.ink import Ink

from .stroke_files import GROUPS, IAM, ONE, POINTS, PRESSED, SIMPLE, UNIPEN, label, read, xopp

FILES = [
    SIMPLE,
    ONE.format(name="a", number=1, body=POINTS),
    UNIPEN,
    IAM,
    xopp(PRESSED).decode(),
    GROUPS.format(x=label("x"), ell=""),
]


@given(st.sampled_from(FILES), st.randoms(use_true_random=False), st.integers(1, 6))
def test_damaged_files_get_a_sentence(text: str, random: random.Random, count: int) -> None:
    data = bytearray(text.encode())
    for _ in range(count):
        place = random.randrange(len(data))
        match random.randrange(3):
            case 0:
                data[place] = random.randrange(256)
            case 1:
                del data[place : place + random.randrange(1, 40)]
            case _:
                data[place:place] = data[: random.randrange(1, 60)]
    try:
        assert all(isinstance(one.drawing, Ink) for one in read(bytes(data)))
    except ImportFailure as failure:
        assert str(failure).endswith(".")


def test_a_shipped_sample_has_no_label() -> None:
    sample = Path(__file__).parents[3] / "assets" / "samples" / "Kresh" / "careful.inkml"
    (one,) = read(sample.read_bytes())
    assert one.label is None
