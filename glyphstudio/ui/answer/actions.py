"""Menu and key actions for an answer: enrol, pick a candidate, undo a change to the library."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction

from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.answer.ranking import ROWS, RankingList
from glyphstudio.ui.draw.canvas import Canvas
from glyphstudio.ui.parts.room_actions import RoomActions

_LONGEST = 48  # characters in a menu entry that names a change


class AnswerActions(RoomActions):
    def __init__(self, conversation: Conversation, ranking: RankingList, canvas: Canvas) -> None:
        super().__init__(conversation)
        self._conversation, self._ranking, self._canvas = conversation, ranking, canvas
        self.enrol = self.make("&Enrol Drawing", "Ctrl+Return", "Ctrl+Enter", do=conversation.enrol)
        self.picks = [self.make(f"Candidate &{i + 1}", str(i + 1), f"Alt+{i + 1}", do=self._pick) for i in range(ROWS)]
        self.undo_change = self.make("Undo Library Change", "Ctrl+Alt+Z", do=conversation.undo_change)
        for signal in (ranking.changed, conversation.undo_changed, canvas.pen_down, canvas.given_changed):
            signal.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        self.enrol.setEnabled(self.usable)
        for pick, row in zip(self.picks, self._ranking.rows, strict=True):
            pick.setEnabled(row.content is not None and not self._canvas.given and self.usable)
            pick.setText(row.content.name.replace("&", "&&") if row.content else f"Candidate {row.index + 1}")
        change = self._conversation.last_change
        self.undo_change.setEnabled(change is not None)
        text = "Undo Library Change" if change is None else f"Undo {_short(change.command.what)}"
        self.undo_change.setText(text.replace("&", "&&"))

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self._ranking.pick(self.picks.index(sender))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
