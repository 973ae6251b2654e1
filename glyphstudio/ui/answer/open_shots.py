"""Keeps the open dialog of one glyph's shots in step with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.library.shots_dialog import ShotsDialog
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.studio.commands import Command, Outcome
from glyphstudio.ui.studio.worker import StudioWorker

if TYPE_CHECKING:
    from glyphstudio.studio import DoubtfulShot


class OpenShots(QObject):
    """Shows at most one dialog at a time."""

    def __init__(
        self,
        conversation: Conversation,
        model: GalleryModel,
        thumbnails: Thumbnails,
        *,
        studio: StudioWorker,
        notice: Notice,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._studio = studio
        self._conversation, self._model, self._thumbnails = conversation, model, thumbnails
        self._notice, self._window = notice, window
        self.dialog: ShotsDialog | None = None
        studio.doubted.connect(self._doubted)
        conversation.changed.connect(self._library_changed)
        conversation.failed.connect(self._library_failed)

    @Slot(int)
    def show(self, glyph_id: int) -> None:
        """Show a glyph's shots side by side."""
        glyph = self._model.glyph(glyph_id)
        if glyph is None or self.dialog is not None:
            return
        self.dialog = ShotsDialog(glyph, self._thumbnails, self._window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.delete_wanted.connect(self._delete)
        self.dialog.undo_wanted.connect(self._conversation.undo_change)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()
        self._studio.doubt(glyph_id)

    @Slot(int, object)
    def _doubted(self, glyph_id: int, doubt: DoubtfulShot | None) -> None:
        if self.dialog is not None and self.dialog.glyph.id == glyph_id:
            self.dialog.show_doubt(doubt)

    @Slot(int)
    def _delete(self, shot_id: int) -> None:
        if self.dialog is not None:
            self._conversation.delete_shot(shot_id, self.dialog.glyph.id)

    @Slot()
    def _closed(self) -> None:
        self.dialog = None

    @Slot(object, object)
    def _library_changed(self, _command: Command, outcome: Outcome) -> None:
        if self.dialog is None:
            return
        if self.dialog.glyph.id in outcome.all_gone:
            self.dialog.reject()
        for glyph in outcome.glyphs:
            if glyph.id != self.dialog.glyph.id:
                continue
            self.dialog.show_glyph(glyph)
            self.dialog.notice.say(self._notice.text, undo=self._conversation.last_change is not None)
            self._studio.doubt(glyph.id)

    @Slot(object, str)
    def _library_failed(self, _command: Command, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.notice.warn(sentence)
