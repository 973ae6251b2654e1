"""Which weights recognise: what is in use, what is being switched to, and the way back.

The engine goes on answering with those before until the new ones have embedded the library, and keeps them if that
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
    """Between the menu and the engine; says how it stands in the status line and below the canvas."""

    changed = Signal()  # what is ticked, or the way back
    used = Signal(object)  # Choice: the weights that answer from now on

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
        self._next: tuple[Choice, float] | None = None  # what is being switched to, and since when
        self._known: dict[Path, Choice] = {}  # what the engine may be using: it says so by the file
        self.current: Choice | None = None  # in use, or what the engine begins with
        self.before: Choice | None = None  # where the way back leads
        self.description = wording.WARMING  # of what recognises
        studio.warming.connect(self._warming)
        studio.ready.connect(self._ready)
        studio.not_ready.connect(self._not_ready)
        studio.switched.connect(self._switched)
        studio.not_switched.connect(self._not_switched)
        status.show_learner(wording.WARMING)

    @property
    def choice(self) -> Choice | None:
        """What is in use, or will be as soon as it is ready."""
        return self._next[0] if self._next else self.current

    def begin_with(self, choice: Choice, before: Choice | None = None) -> None:
        """Say what the engine was made with, and where the way back leads."""
        self.current, self.before = choice, before
        self._known[choice.path] = choice
        self.changed.emit()

    @Slot(object)
    def choose(self, choice: Choice) -> None:
        """Switch, unless these are in use already (or about to be)."""
        if choice == self.choice:
            return
        self._next = choice, time.monotonic()
        self._known[choice.path] = choice
        self.changed.emit()
        self._status.show_learner(wording.switching(choice.short, 0, 0, 0.0))
        self._studio.use(choice.path)

    @Slot()
    def go_back(self) -> None:
        """To what was in use before; a second time, back again."""
        if self.before is not None:
            self.choose(self.before)

    def renamed(self, old: Choice, new: Choice) -> None:
        """The file of some weights has another name now."""
        if self.before == old:
            self.before = new
        if self.choice == old:
            self.choose(new)
        self.changed.emit()

    def removed(self, choice: Choice) -> None:
        """The file of some weights is gone: no way leads back to it."""
        if self.before == choice:
            self._remember(None)
        self.changed.emit()

    # What the engine says

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
            return  # another choice is on its way
        self._canvas_column.notice.say(wording.switched(self.current.title, drawings, seconds))
        if self._canvas_column.canvas.has_drawing:
            self._conversation.asking.ask(self._canvas_column.canvas.drawing)

    def _take(self, info: EngineInfo) -> None:
        """These weights answer from now on."""
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
            if before is not None and not (before.own and not before.path.is_file()):  # renamed, as a rule
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
        if self._next is None or self._next[0].path == path:  # or another choice is on its way
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
