"""Enrols the named cells, and keeps them in step with the undo of that."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.studio.commands import Command, EnrolPage, Outcome, TakeBackPage, done
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.sheet import Item, State


class Enrolling(QObject):
    """One command at a time; its undo takes the whole page back."""

    done = Signal(str)  # what to say
    failed = Signal(str)  # why

    def __init__(self, desk: Desk, conversation: Conversation, studio: StudioWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._conversation, self._studio = desk, conversation, studio
        self._waiting: tuple[EnrolPage, list[Item]] | None = None
        self._ways_back: dict[TakeBackPage, list[Item]] = {}
        conversation.changed.connect(self._changed)
        conversation.failed.connect(self._failed)

    @property
    def busy(self) -> bool:
        """Whether the library is still writing."""
        return self._waiting is not None

    def enrol(self) -> None:
        """Enrol the named cells; `done` or `failed` follows."""
        entries = self._desk.entries()
        if not entries or self._waiting is not None:
            return
        items = [item for sheet in self._desk.sheets for item in sheet.items if item.state is State.NAMED]
        command = EnrolPage(tuple(entries))
        self._waiting = command, items
        self._studio.perform(command)

    def take_back(self) -> None:
        """Undo the last change to the library, but only if it enrolled cells that are in the tray."""
        last = self._conversation.last_change
        if last is not None and isinstance(last.way_back, TakeBackPage) and self._ways_back.get(last.way_back):
            self._conversation.undo_change()

    def forget(self) -> None:
        """Forget the cells that were enrolled or are being enrolled, because the tray closes."""
        self._ways_back.clear()
        if self._waiting is not None:
            self._waiting = self._waiting[0], []

    @Slot(object, object)
    def _changed(self, command: Command, outcome: Outcome) -> None:
        if self._waiting is not None and command is self._waiting[0]:
            items = self._waiting[1]
            self._waiting = None
            self._set(items, State.ENROLLED)
            if isinstance(outcome.undo, TakeBackPage):
                self._ways_back[outcome.undo] = items
            self.done.emit(done(command, outcome))
        elif isinstance(command, TakeBackPage) and command in self._ways_back:
            self._set(self._ways_back.pop(command), State.NAMED)

    @Slot(object, str)
    def _failed(self, command: Command, sentence: str) -> None:
        if self._waiting is not None and command is self._waiting[0]:
            self._waiting = None
        self.failed.emit(sentence)  # also of an undo

    def _set(self, items: list[Item], state: State) -> None:
        """Change the state of these items, as far as they are still in the tray, whatever the user did to them while
        the library was writing."""
        names = {id(item.picture): item.name for item in items}
        for sheet in self._desk.sheets:
            sheet.forget_edits()  # an undone edit must not say that a cell is enrolled, or is not
            for index, item in enumerate(sheet.items):
                if id(item.picture) in names:
                    sheet.set([index], state, names[id(item.picture)])
