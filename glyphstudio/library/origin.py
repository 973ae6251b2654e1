"""Where a shot comes from: a file, a page of it, and a box on that page."""

from __future__ import annotations

import json
from dataclasses import dataclass

_LONGEST = 4096  # characters of a path
_LARGEST = 1_000_000  # pixels, or pages


@dataclass(frozen=True)
class Origin:
    """file: the path as it was when the shot was cut. page: its number in the file, from 1. box: left, top, right,
    bottom in pixels of that page, upright."""

    file: str
    page: int
    box: tuple[int, int, int, int]

    def to_text(self) -> str:
        """Return the text that a library stores; `from_text` is the inverse."""
        return json.dumps({"file": self.file[-_LONGEST:], "page": self.page, "box": self.box})

    @staticmethod
    def from_text(text: str | None) -> Origin | None:
        """Return what `text` says; None if it says nothing, or nothing that makes sense. The drawing is sound even if
        its origin is damaged."""
        if text is None or len(text) > 8 * _LONGEST:
            return None
        try:
            found = json.loads(text)
            file, page, box = found["file"], found["page"], found["box"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        numbers = [page, *box] if isinstance(box, list) else []
        if not isinstance(file, str) or len(numbers) != 5 or not all(type(n) is int for n in numbers):
            return None
        if any(abs(n) > _LARGEST for n in numbers):
            return None
        left, top, right, bottom = box
        return Origin(file, page, (left, top, right, bottom))
