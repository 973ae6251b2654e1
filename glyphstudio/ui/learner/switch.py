"""Switches the weights that recognise: tracks those in use, those to come, and those to go back to.

The studio answers with the old weights until the new ones have embedded the library, and keeps the old ones if that
fails.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.learner.choice import STANDARD, Choice, shipped
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.settings import Settings
from glyphstudio.ui.parts.status_line import StatusLine
from glyphstudio.ui.studio.worker import StudioWorker

if TYPE_CHECKING:
    from glyphstudio.studio import EngineInfo


class LearnerSwitch(QObject):
    """Connects the menu to the studio, and reports in the status line and in the notice below the canvas."""

    changed = Signal()  # the ticked weights, or those to go back to
    used = Signal(object)  # Choice: the weights now in use

    def __init__(
        self,
        studio: StudioWorker,
        conversation: Conversation,
        canvas_column: CanvasColumn,
        status: StatusLine,
        settings: Settings,
    ) -> None:
        super().__init__(canvas_column)
        self._studio, self._conversation, self._canvas_column = studio, conversation, canvas_column
        self._status, self._settings = status, settings
        self._next: tuple[Choice, float] | None = None  # the weights to come, and when the switch started
        self._known: dict[Path, Choice] = {}  # by file, as the studio names its weights
        self.current: Choice | None = None  # in use, or those the studio starts with
        self.before: Choice | None = None  # the weights to go back to
        self.description = wording.WARMING  # of the recogniser
        studio.warming.connect(self._warming)
        studio.ready.connect(self._ready)
        studio.not_ready.connect(self._not_ready)
        studio.switched.connect(self._switched)
        studio.not_switched.connect(self._not_switched)
        status.show_learner(wording.WARMING)

    @property
    def choice(self) -> Choice | None:
        """The weights to come, or, without a switch, those in use."""
        return self._next[0] if self._next else self.current

    def begin_with(self, choice: Choice, before: Choice | None = None) -> None:
        """Set the studio's first weights, and those to go back to."""
        self.current, self.before = choice, before
        self._known[choice.path] = choice
        self.changed.emit()

    @Slot(object)
    def choose(self, choice: Choice) -> None:
        """Switch, unless these weights are already in use or about to be."""
        if choice == self.choice:
            return
        self._next = choice, time.monotonic()
        self._known[choice.path] = choice
        self.changed.emit()
        self._status.show_learner(wording.switching(choice.short, 0, 0, 0.0))
        self._studio.use(choice.path)

    @Slot()
    def go_back(self) -> None:
        """Switch to the weights before; a second time, back again."""
        if self.before is not None:
            self.choose(self.before)

    def renamed(self, old: Choice, new: Choice) -> None:
        """Follow a renamed weights file."""
        if self.before == old:
            self.before = new
        if self.choice == old:
            self.choose(new)
        self.changed.emit()

    def removed(self, choice: Choice) -> None:
        """Forget a removed weights file: the user can no longer go back to it."""
        if self.before == choice:
            self._remember(None)
        self.changed.emit()

    # --- what the studio reports ---

    @Slot(int, int)
    def _warming(self, done: int, total: int) -> None:
        if self._next is None:
            self._status.show_learner(wording.warming(done, total))
        else:
            choice, start = self._next
            self._status.show_learner(wording.switching(choice.short, done, total, time.monotonic() - start))

    @Slot(object)
    def _ready(self, info: EngineInfo) -> None:
        self._take(info)
        self._conversation.ready()

    @Slot(object, int, float)
    def _switched(self, info: EngineInfo, drawings: int, seconds: float) -> None:
        self._take(info)
        if self._next is not None or self.current is None:
            return  # another switch has started
        self._canvas_column.notice.say(wording.switched(self.current.title, drawings, seconds))
        if self._canvas_column.canvas.has_drawing:
            self._conversation.asking.ask(self._canvas_column.canvas.drawing)

    def _take(self, info: EngineInfo) -> None:
        """Record that these weights are now in use."""
        choice, before = self._known.get(info.weights, self.current), self.current
        self.current = choice
        if self._next is not None and self._next[0] == choice:
            self._next = None
        if self._next is None:
            self._describe(info)
        if choice is None:
            return
        if choice != before:
            self._settings.learner = choice.key
            if before is not None and not (
                before.own and not before.path.is_file()
            ):  # a missing file was usually renamed
                self._remember(before)
            elif self.before == choice:
                self._remember(None)
            self._settings.save()
        self.changed.emit()
        self.used.emit(choice)

    def _remember(self, before: Choice | None) -> None:
        self.before = before
        self._settings.learner_before = "" if before is None else before.key

    @Slot(object, str)
    def _not_switched(self, path: Path, sentence: str) -> None:
        self._canvas_column.notice.warn(sentence, sticky=True)
        if self._next is None or self._next[0].path == path:  # not if another switch has started
            self._next = None
            self._status.show_learner(f"{self.description}, ready")
        self.changed.emit()

    @Slot(str)
    def _not_ready(self, sentence: str) -> None:
        failed = self.choice
        if failed is not None and failed.own:
            standard = shipped(STANDARD)
            self._next, self.current = None, None
            self._canvas_column.notice.warn(wording.instead(sentence, standard.title), sticky=True)
            self.choose(standard)
            return
        self._next = None
        self.description = "not available"
        self._status.show_learner("Recogniser not available", sentence)
        self._canvas_column.notice.warn(sentence, sticky=True)
        self._conversation.not_ready()
        self.changed.emit()

    def _describe(self, info: EngineInfo) -> None:
        title = info.learner
        if self.current is not None and self.current.own:
            title = f"{self.current.short} ({title})"
        self.description = f"{title}, {info.device}"
        whole = "" if self.current is None else f"{self.current.title}\n"
        self._status.show_learner(f"{self.description}, ready", f"{whole}Weights {info.weights_sha256[:12]}")
