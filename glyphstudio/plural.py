"""How many of a thing, in words."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """1 drawing, 2 drawings, 1,000 drawings."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
