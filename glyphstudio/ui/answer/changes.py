"""The changes to the library that can be undone, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from glyphstudio.ui.studio.commands import Command

_DEEPEST = 50


@dataclass(frozen=True)
class Change:
    """A change to the library, and the command that undoes it."""

    command: Command
    way_back: Command


class Changes:
    """The newest `_DEEPEST` changes. At most one of them is on its way back."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._going_back: Change | None = None

    @property
    def last(self) -> Change | None:
        """The change that an undo would take back."""
        return self._changes[-1] if self._changes else None

    def clear(self) -> None:
        self._changes.clear()
        self._going_back = None

    def add(self, command: Command, way_back: Command | None) -> None:
        """Remember a change, if it can be undone."""
        if way_back is not None:
            self._changes = [*self._changes, Change(command, way_back)][-_DEEPEST:]

    def go_back(self) -> Command | None:
        """Return the command that undoes the last change. None if there is none, or if one is on its way back."""
        if self.last is None or self._going_back is not None:
            return None
        self._going_back = self.last
        return self._going_back.way_back

    def went_back(self, command: Command) -> Change | None:
        """Forget and return the change that `command` undid; None if it was another command."""
        back = self._ended(command)
        if back is not None:
            self._changes.remove(back)
        return back

    def stays(self, command: Command) -> None:
        """`command` failed: if it was to undo a change, that change stays."""
        self._ended(command)

    def _ended(self, command: Command) -> Change | None:
        back = self._going_back
        if back is None or command is not back.way_back:
            return None
        self._going_back = None
        return back
