"""Labelled InkML: good files, and each way to be wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.glyphs.importing import ImportFailure, drawing_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.inkml import write_all

from .stroke_files import GROUPS, is_ell, label, read, refused, xy


@pytest.mark.parametrize(
    ("x", "ell"),
    [
        (label("x"), label("L")),
        (label("x", "Label"), label("\n L ", "class")),
        (label("5", "id") + label("x"), '<annotationXML href="L_1"/>'),
        ('<annotationXML href="#x_1"/>', label("L")),
    ],
)
def test_labelled_groups(x: str, ell: str) -> None:
    one, two = read(GROUPS.format(x=x, ell=ell))
    assert (one.label, two.label) == ("x", "L")
    assert xy(one) == [[[0.1, 0.1], [0.9, 0.9]], [[0.1, 0.9], [0.9, 0.1]]]
    assert is_ell(two)


def test_one_drawing_stays_one_with_the_label_of_its_file() -> None:
    (one,) = read(f"<ink>{label('x')}<trace>20 20, 20 80, 70 80</trace></ink>")
    assert one.label == "x" and is_ell(one)
    (group,) = read(f"<ink><traceGroup>{label('y')}<trace>0 0, 0 9</trace></traceGroup><trace>9 0, 9 9</trace></ink>")
    assert group.label == "y"
    assert len(xy(group)) == 2, "a stroke outside its only group is part of the drawing"


def test_several_drawings_are_not_taken_for_one() -> None:
    with pytest.raises(ImportFailure, match=r"a has 2 drawings: .*enrol --from"):
        drawing_from_bytes(GROUPS.format(x=label("x"), ell=label("L")).encode(), "a")


def test_bad_groups() -> None:
    text = GROUPS.format(x=label("x"), ell=label("L"))
    assert "“99”" in refused(text.replace('traceDataRef="2"', 'traceDataRef="99"'))
    many = f"<traceGroup>{label('a')}<trace>0 0</trace></traceGroup>" * 20_001
    assert "more than 20,000 labelled groups" in refused(f"<ink>{many}</ink>")
    again = f'<traceGroup>{label("a")}{"""<traceView traceDataRef="0"/>""" * 40}</traceGroup>' * 4500
    assert "too much" in refused(f'<ink><trace id="0">0 0</trace>{again}</ink>')


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2028\u2029"), min_size=1)


@given(st.lists(st.tuples(NAMES, st.integers(0, 1 << 30)), min_size=1, max_size=6))
def test_our_own_file_of_many_comes_back(drawings: list[tuple[str, int]]) -> None:
    made = [(" ".join(name.split()) or "x", _scrawl(seed)) for name, seed in drawings]
    back = read(write_all(made))
    assert [(one.label, one.drawing) for one in back] == made


def _scrawl(seed: int) -> Ink:
    rng = np.random.default_rng(seed)
    return Ink.of([rng.uniform(-0.2, 1.2, (int(rng.integers(1, 9)), 2)) for _ in range(int(rng.integers(1, 5)))])
