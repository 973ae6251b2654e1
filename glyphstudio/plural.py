"""Counts and lists in words."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, thing: str) -> str:
    """Return, for example, 1 drawing, 2 drawings, 1,000 drawings."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(things: Sequence[str]) -> str:
    """Return, for example, a box; a box and ruled lines; a box, ruled lines and a fold."""
    *others, last = things
    return f"{', '.join(others)} and {last}" if others else last
