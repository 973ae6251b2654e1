"""Counts in words."""

from glyphstudio.plural import counted


def test_singular_and_plural() -> None:
    assert [counted(count, "drawing") for count in (0, 1, 2, 1000)] == [
        "0 drawings",
        "1 drawing",
        "2 drawings",
        "1,000 drawings",
    ]
