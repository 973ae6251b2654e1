"""Counts in words."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """Return, for example, 1 drawing, 2 drawings, 1,000 drawings."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
