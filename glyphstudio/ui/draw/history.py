"""Undo and redo by value: keeps every whole state of the drawing. States share their strokes."""

from __future__ import annotations

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing

_DEEPEST = 500


class History:
    """The states of one drawing. `now` is the current one."""

    def __init__(self, start: Drawing | None = None) -> None:
        self._states: list[Drawing] = [Ink() if start is None else start]
        self._at = 0

    @property
    def now(self) -> Drawing:
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._states) - 1

    def push(self, drawing: Drawing) -> None:
        """Add a new state. It replaces all undone states."""
        self._states = [*self._states[: self._at + 1], drawing][-_DEEPEST:]
        self._at = len(self._states) - 1

    def put_below(self, drawing: Drawing) -> None:
        """Add a state that undo reaches last."""
        self._states.insert(0, drawing)
        self._at += 1

    def undo(self) -> bool:
        """Go one state back. Return False if there is none."""
        possible = self.can_undo
        self._at -= possible
        return possible

    def redo(self) -> bool:
        """Go one state forward. Return False if there is none."""
        possible = self.can_redo
        self._at += possible
        return possible
