"""Names: how they sort, and how they are shown."""

from __future__ import annotations

import pytest

from glyphstudio.names import natural_key, shown


def test_nothing_shown_can_move_a_cursor() -> None:
    assert shown("a\x1b[31m\nb\u202ec") == "a\ufffd[31m\ufffdb\ufffdc"
    assert shown("\U0001f468\u200d\U0001f467") == "\U0001f468\u200d\U0001f467"


@pytest.mark.parametrize("most", [1, 2, 79, 80])
def test_a_long_name_loses_its_middle(most: int) -> None:
    long = shown("a" * 100 + "b" * 100, most)
    assert len(long) == most
    assert "…" in long
    assert shown("a" * most, most) == "a" * most


def test_names_sort_as_people_sort_them() -> None:
    assert sorted(["g10", "G9", "g1", "h", "g02"], key=natural_key) == ["g1", "g02", "G9", "g10", "h"]


def test_a_number_of_any_length_sorts() -> None:
    assert natural_key("9" * 10_000) > natural_key("8" * 10_000)
