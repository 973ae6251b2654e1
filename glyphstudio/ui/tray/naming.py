"""Names the cells: what is offered, and what Enter, a digit, a click on a candidate and All Like This One do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QPixmap

from glyphstudio.library.errors import LibraryError
from glyphstudio.library.names import clean_name
from glyphstudio.ui.answer.candidate_rows import SIDE, CandidateRows
from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.answer.ranking import ROWS, RowContent
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import Thumbnails, drawing_image
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.editing import Editing
from glyphstudio.ui.tray.look_alikes import LookAlikes
from glyphstudio.ui.tray.panel import CellPanel
from glyphstudio.ui.tray.rows import Footer
from glyphstudio.ui.tray.sheet import State

if TYPE_CHECKING:
    from glyphstudio.studio import Candidate


class Candidates(CandidateRows):
    """The candidates of the selected cell, with a picture of each: from the library, or from this page."""

    def __init__(self, desk: Desk, model: GalleryModel, thumbnails: Thumbnails) -> None:
        super().__init__(model, thumbnails)
        self._desk = desk

    def of_cell(self, ratio: float) -> list[RowContent]:
        """Return a row for each candidate of the current cell; none for a cell that has a name. ratio: the device pixel
        ratio."""
        item = self._desk.item
        if item is None or item.ranking is None or item.state is not State.OPEN:
            return []
        return self.rows(item.ranking.candidates[:ROWS], ratio)

    def picture(self, candidate: Candidate, ratio: float) -> QPixmap | None:
        if candidate.glyph_id >= 0:
            return super().picture(candidate, ratio)
        named = (picture for name, picture in self._desk.pictures_named() if name == candidate.name)
        picture = next(named, None)
        return None if picture is None else QPixmap.fromImage(drawing_image(picture, SIDE, ratio))


class Naming(QObject):
    """Nothing is enrolled yet when a cell has a name."""

    def __init__(
        self,
        desk: Desk,
        alike: LookAlikes,
        editing: Editing,
        panel: CellPanel,
        footer: Footer,
        *,
        model: GalleryModel,
        conversation: Conversation,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._desk, self._alike, self._editing = desk, alike, editing
        self._conversation, self._model = conversation, model
        self._panel, self._footer = panel, footer
        self._typed = False  # whether the name field has what the user typed, not what the tray offered
        alike.found.connect(self._ask_alike)
        alike.ended.connect(self._alike_ended)
        desk.moved.connect(self._moved)
        panel.ranking.picked.connect(self._pick)
        panel.confirm.clicked.connect(self.confirm)
        panel.question.agreed.connect(alike.agree)
        panel.question.declined.connect(alike.decline)
        panel.name.returnPressed.connect(self.confirm)
        panel.name.textEdited.connect(self._edited_name)

    # --- what the name field has ---

    @Slot()
    def _moved(self) -> None:
        self._typed = False
        self.offer()
        self._footer.notice.fade()

    def offer(self) -> None:
        """Put the name that is offered for the cell into the name field, unless the user has typed."""
        item = self._desk.item
        name = "" if item is None else item.offered
        if not self._typed and self._panel.name.text() != name:
            self._panel.name.offer(name)

    @Slot(str)
    def _edited_name(self, _text: str) -> None:
        self._typed = True

    @Slot(str)
    def start_name(self, text: str) -> None:
        """Start a name with text that was typed elsewhere."""
        self._focus()
        self._panel.name.selectAll()
        self._panel.name.insert(text)
        self._typed = True

    def complete(self) -> None:
        """Complete names from those in the library and in the tray."""
        names = [glyph.name for glyph in self._model.glyphs]
        self._panel.name.complete_from([*names, *(name for name, _ in self._desk.pictures_named())])

    def _focus(self) -> None:
        self._panel.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _checked_name(self) -> str | None:
        """Return the typed name as the library would write it, or None, with a message."""
        text = self._panel.name.text()
        if not text.strip():
            self._footer.notice.say(wording.NAME_OR_SKIP)
            self._focus()
            return None
        try:
            name = clean_name(text)
        except LibraryError as error:
            self._footer.notice.warn(str(error))
            return None
        known = self._model.named(name)
        return name if known is None else known.name

    # --- naming and skipping ---

    @Slot()
    def confirm(self) -> None:
        """Keep the typed name for the selected cells, and go on. Nothing is enrolled yet."""
        self._alike.agree()
        item = self._desk.item
        if self._editing.blocked or item is None or item.state is State.ENROLLED:
            return
        name = self._checked_name()
        if name is not None:
            self._after(self._desk.settle(State.NAMED, name))
            self.complete()

    @Slot()
    def skip(self) -> None:
        """Leave the selected cells out, and go on."""
        if self._desk.item is not None and not self._editing.blocked:
            self._after(self._desk.settle(State.SKIPPED))

    def _after(self, more: bool) -> None:
        if not more:
            self._footer.notice.say(wording.ALL_DONE)
            self._footer.enrol.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _pick(self, glyph_id: int) -> None:
        item = self._desk.item
        for candidate in () if item is None or item.ranking is None else item.ranking.candidates:
            if candidate.glyph_id == glyph_id:
                self._panel.name.offer(candidate.name)
                self.confirm()
                return

    # --- all like this one ---

    @Slot()
    def name_alike(self) -> None:
        """Find the cells that look like the current one, to be checked before they get its name."""
        item = self._desk.item
        if self._editing.blocked or item is None or item.state is State.ENROLLED:
            return
        if not self._conversation.asking.ready:
            self._footer.notice.say(wording.WARMING)
            return
        name = self._checked_name()
        if name is not None:
            self._alike.start(name)

    @Slot(int, str)
    def _ask_alike(self, count: int, name: str) -> None:
        self._panel.ask(wording.look_alikes(count, name), f"Name {count}", "Cancel")
        self._panel.question.yes.setFocus(Qt.FocusReason.OtherFocusReason)  # naming is not enrolling, and can be undone

    @Slot(bool)
    def _alike_ended(self, more: bool) -> None:
        self._panel.end_question()
        self._focus()
        self._after(more)
        self.complete()
