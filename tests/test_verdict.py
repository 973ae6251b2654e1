"""The verdict follows from the probabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphstudio.verdict import Strictness, Verdict, verdict_of


@pytest.mark.parametrize(
    ("probabilities", "strict", "balanced", "lenient"),
    [
        ([], "unknown", "unknown", "unknown"),
        ([0.9], "known", "known", "known"),
        ([0.9, 0.05], "known", "known", "known"),
        ([0.6, 0.1], "unknown", "known", "known"),
        ([0.45, 0.4, 0.1], "either", "either", "either"),
        ([0.35, 0.3], "unknown", "either", "either"),
        ([0.3, 0.05], "unknown", "unknown", "known"),
        ([0.2, 0.12], "unknown", "unknown", "either"),
        ([0.21, 0.03], "unknown", "unknown", "unknown"),
    ],
)
def test_by_hand(probabilities: list[float], strict: str, balanced: str, lenient: str) -> None:
    found = [
        verdict_of(probabilities, one).value for one in (Strictness.STRICT, Strictness.BALANCED, Strictness.LENIENT)
    ]
    assert found == [strict, balanced, lenient]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_bold_answer_is_never_unlikely(values: list[float]) -> None:
    total = sum(values) + 0.1
    probabilities = sorted((value / total for value in values), reverse=True)
    for strictness in Strictness:
        verdict = verdict_of(probabilities, strictness)
        if verdict is Verdict.KNOWN:
            assert probabilities[0] >= strictness.least
        if verdict is Verdict.EITHER:
            assert sum(probabilities[:2]) >= strictness.least
            assert probabilities[1] > probabilities[0] / 2


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_stricter_never_accepts_more(values: list[float]) -> None:
    total = sum(values) + 0.1
    probabilities = sorted((value / total for value in values), reverse=True)
    taken = [verdict_of(probabilities, one) is not Verdict.UNKNOWN for one in Strictness]  # strict to lenient
    assert taken == sorted(taken)
