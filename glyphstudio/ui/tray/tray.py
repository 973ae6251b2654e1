"""The tray: the page on the left, the selected cell on the right. Opens, closes and shows them, and joins its parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.tray.desk import Desk
from glyphstudio.ui.tray.editing import Editing
from glyphstudio.ui.tray.enrolling import Enrolling
from glyphstudio.ui.tray.judging import Judging
from glyphstudio.ui.tray.look_alikes import LookAlikes
from glyphstudio.ui.tray.naming import Candidates, Naming
from glyphstudio.ui.tray.page_view import PageView
from glyphstudio.ui.tray.panel import CellPanel
from glyphstudio.ui.tray.reading import Reading
from glyphstudio.ui.tray.rows import Footer, Header
from glyphstudio.ui.tray.sheet import Sheet, State
from glyphstudio.ui.tray.worker import PagesWorker


class Tray(QWidget):
    """Takes the place of the window's columns while it is open."""

    opened = Signal()
    closed = Signal()
    stayed = Signal()  # the user did not want to close it after all
    drawing_wanted = Signal(object)  # Path: use the whole picture as one drawing
    refreshed = Signal()  # what can be done has changed

    def __init__(
        self,
        model: GalleryModel,
        thumbnails: Thumbnails,
        conversation: Conversation,
        studio: StudioWorker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self.is_open = False
        self.desk = Desk(self)
        self.pages = PagesWorker(studio.log_file, self)
        self.judging = Judging(studio, self)
        self.alike = LookAlikes(self.desk, self.judging, self)
        self.editing = Editing(self.desk, self.pages, self.alike, self)
        self.enrolling = Enrolling(self.desk, conversation, studio, self)
        self.header, self.view, self.panel, self.footer = Header(), PageView(), CellPanel(), Footer()
        self._candidates = Candidates(self.desk, model, thumbnails)
        self.naming = Naming(
            self.desk,
            self.alike,
            self.editing,
            self.panel,
            self.footer,
            model=model,
            conversation=conversation,
            parent=self,
        )
        self.reading = Reading(self.desk, self.pages, self.header, self.footer.notice, self)
        self._first_file: Path | None = None
        self.setAcceptDrops(True)
        columns = QHBoxLayout()
        columns.setSpacing(2 * UNIT)
        columns.addWidget(self.view, 1)
        columns.addWidget(self.panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(self.header)
        layout.addLayout(columns, 1)
        layout.addWidget(self.footer)
        self._connect(studio)

    def _connect(self, studio: StudioWorker) -> None:
        desk, view, panel, name = self.desk, self.view, self.panel, self.panel.name
        self.reading.has_first.connect(self._has_first)
        self.reading.finished.connect(self.refresh)
        self.editing.done.connect(self._edited)
        self.editing.said.connect(self.footer.notice.say)
        self.pages.shown.connect(self._shown)
        self.pages.refused.connect(self.footer.notice.warn)
        self.judging.changed.connect(self._judged)
        self.alike.ended.connect(self.judge)
        self.judging.failed.connect(self._not_judged)
        self._conversation.readiness_changed.connect(self._judge_again)
        studio.switched.connect(self._judge_again)
        self._conversation.changed.connect(self._library_changed)
        self.enrolling.done.connect(self._enrolled)
        self._conversation.undone.connect(self.footer.notice.say)
        self.enrolling.failed.connect(self._not_enrolled)
        desk.turned.connect(self._turned)
        desk.named.connect(self.judge)
        desk.changed.connect(self.refresh)
        for source in (view, name):
            source.moved.connect(self._move)
            source.page_turned.connect(self._turn)
        view.selected.connect(self._select)
        view.box_drawn.connect(self.editing.redraw)
        view.nudged.connect(self.editing.nudge)
        view.entered.connect(self.naming.confirm)
        view.escaped.connect(self.escape)
        view.undo_wanted.connect(self.undo)
        view.typed.connect(self.naming.start_name)
        view.picked.connect(panel.ranking.pick)
        name.left.connect(self.view.setFocus)
        self.header.turned.connect(self._turn)
        self.header.cancelled.connect(self.reading.cancel)
        self.header.closed.connect(self.close_tray)
        self.header.as_drawing.connect(self._use_as_drawing)
        self.footer.enrol_wanted.connect(self.enrol)
        self.footer.undo_wanted.connect(self._conversation.undo_change)
        self.footer.question.agreed.connect(self._leave)
        self.footer.question.declined.connect(self.stayed)

    # --- opening and closing ---

    @Slot(object)
    def open(self, paths: Sequence[Path]) -> None:
        """Read pages into the tray, after any that are in it."""
        if not self.is_open:
            self.desk.clear()
            self.is_open = True
            self._first_file = None
            self.opened.emit()
        self._first_file = self._first_file or next(iter(paths), None)
        self.footer.notice.clear()
        self.naming.complete()
        self.reading.start(paths)
        self.refresh()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def has_names(self) -> bool:
        """Whether cells are named but not enrolled."""
        return self.desk.count(State.NAMED) > 0

    @Slot()
    def close_tray(self) -> None:
        """Return to the canvas. Asks first if names would be lost; `closed` or `stayed` follows."""
        if self.has_names:
            self.footer.ask(wording.named_not_enrolled(self.desk.count(State.NAMED)))
        else:
            self._leave()

    @Slot()
    def _leave(self) -> None:
        self.reading.cancel()
        self.alike.decline()
        self.judging.stop()
        self.enrolling.forget()
        self.is_open = False
        self.desk.clear()
        self.closed.emit()

    @Slot()
    def _use_as_drawing(self) -> None:
        path = self._first_file
        self._leave()
        if path is not None:
            self.drawing_wanted.emit(path)

    def shut(self) -> None:
        """End the worker's thread, for the window that closes."""
        self.pages.cancel()
        self.pages.close()

    # --- reading ---

    @Slot()
    def _has_first(self) -> None:
        self.panel.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _turned(self) -> None:
        sheet = self.desk.sheet
        self.view.show_sheet(sheet)
        if sheet is not None:
            self.pages.show(sheet)
            self.judge()

    @Slot(object, object)
    def _shown(self, sheet: Sheet, image: QImage) -> None:
        if sheet is self.desk.sheet:
            self.view.show_sheet(sheet, image)

    @Slot(int)
    def _turn(self, step: int) -> None:
        if not self.editing.blocked:
            self.desk.turn(step)

    # --- showing ---

    @Slot()
    def refresh(self) -> None:
        """Show the pages, the selected cell, and what can be done, as they are now."""
        desk = self.desk
        self.view.select(desk.current, desk.chosen)
        self.header.show_pages(desk.sheets, desk.page)
        count = 0 if desk.sheet is None else len(desk.sheet)
        item = desk.item
        rows = self._candidates.of_cell(self.devicePixelRatioF())
        self.panel.show_item(
            item, desk.current, count, rows, ready=self._conversation.asking.ready, chosen=len(desk.chosen)
        )
        self.footer.show_counts(
            desk.count(State.NAMED), desk.count(State.OPEN), desk.count(State.ENROLLED), self.enrolling.busy
        )
        self.refreshed.emit()

    # --- the recogniser ---

    @Slot()
    def judge(self) -> None:
        """Ask about the cells of this page that have no name."""
        sheet = self.desk.sheet
        if self.is_open and sheet is not None and self._conversation.asking.ready and not self.alike.busy:
            self.judging.ask(sheet, self.desk.pictures_named())

    @Slot()
    def _judge_again(self) -> None:
        """The recogniser is another one, or has another library: what it was asked may stay without an answer."""
        self.alike.decline()
        self.judge()
        self.refresh()

    @Slot(str)
    def _not_judged(self, sentence: str) -> None:
        self.alike.decline()
        self.footer.notice.warn(sentence)

    @Slot(object)
    def _judged(self, sheet: Sheet) -> None:
        if sheet is self.desk.sheet:
            self.naming.offer()
            self.refresh()

    # --- selecting ---

    @Slot(int, int, bool)
    def _move(self, columns: int, rows: int, grow: bool) -> None:
        if not self.editing.blocked:
            self.desk.move(columns, rows, grow)

    @Slot(int, bool)
    def _select(self, index: int, joins: bool) -> None:
        if self.alike.busy:
            self.alike.toggle(index)
        elif not self.editing.blocked:
            self.desk.select(index, joins)
            self.panel.name.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- cells ---

    @Slot()
    def _edited(self) -> None:
        if not self.view.hasFocus():
            self.panel.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def undo(self) -> None:
        """Undo the last naming or edit of this page. If there is none, undo the tray's last enrolment, but no older
        change to the library: a drawing must not go because of one key press too many."""
        if not self.editing.blocked and not self.desk.undo():
            self.enrolling.take_back()

    @Slot()
    def escape(self) -> None:
        """End the check of look-alikes, or close the tray."""
        if self.alike.busy:
            self.alike.decline()
        else:
            self.close_tray()

    # --- enrolling ---

    @Slot()
    def enrol(self) -> None:
        """Enrol the named cells of all pages, all or none."""
        if not self.editing.blocked:
            self.footer.question.decline()
            self.enrolling.enrol()
            self.refresh()

    @Slot(str)
    def _enrolled(self, said: str) -> None:
        if not self.is_open:
            return
        if self._unfinished:
            self.footer.notice.say(said, undo=True)
            self.refresh()
        else:  # the canvas says the same, with Undo
            self._leave()

    @property
    def _unfinished(self) -> bool:
        """Whether there is more to do than what was just enrolled."""
        return self.editing.blocked or self.reading.busy or self.has_names or self.desk.count(State.OPEN) > 0

    @Slot(str)
    def _not_enrolled(self, sentence: str) -> None:
        if self.is_open:
            self.footer.notice.warn(sentence)
            self.refresh()

    @Slot()
    def _library_changed(self) -> None:
        if self.is_open:
            self.naming.complete()
            self.judge()
            self.refresh()

    # --- drop ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open(paths)
