"""The ranking's percentages."""

from __future__ import annotations

import pytest

from glyphstudio.ui.answer.ranking import percent


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.01, "1 %"), (0.934, "93 %"), (0.996, "99 %"), (0.9999, "100 %")],
)
def test_percent(probability: float, text: str) -> None:
    assert percent(probability) == text
