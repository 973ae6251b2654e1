"""The window: joins desk, panel, menus, status line and threads."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.runs import Runs
from glyphstudio.engine.weights.own import OwnWeightsFolder
from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.answer.answer_column import AnswerColumn
from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.answer.open_shots import OpenShots
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.draw.drawing_files import DrawingFiles
from glyphstudio.ui.draw.files_worker import FilesWorker
from glyphstudio.ui.learner.choice import Choice
from glyphstudio.ui.learner.menu import LearnerMenu
from glyphstudio.ui.learner.switch import LearnerSwitch
from glyphstudio.ui.learner.weights_files import WeightsFiles
from glyphstudio.ui.learner.worker import WeightsWorker
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.library.library_files import LibraryFiles
from glyphstudio.ui.library.problem_page import ProblemPage
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.settings import Settings
from glyphstudio.ui.parts.status_line import StatusLine
from glyphstudio.ui.parts.theme import Appearance
from glyphstudio.ui.studio.commands import Command, Outcome
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.window.actions import Actions
from glyphstudio.ui.window.closing_question import ClosingQuestion
from glyphstudio.ui.window.docks import Docks
from glyphstudio.ui.window.help import AboutDialog, KeysDialog
from glyphstudio.ui.window.splitter import Splitter
from glyphstudio.ui.window.training_docks import TrainingDocks
from glyphstudio.ui.window.watch_docks import WatchDocks

_SMALLEST = QSize(720, 520)
_BESIDE_DOCKS = 640  # pixels that are left to canvas and panel


class MainWindow(QMainWindow):
    """Owns the engine and its other threads from now on: closing the window ends them."""

    closed = Signal()

    def __init__(
        self,
        studio: StudioWorker,
        settings: Settings,
        appearance: Appearance,
        drafts: Path,
        *,
        own_weights: OwnWeightsFolder | None = None,
        runs: Runs | None = None,
    ) -> None:
        """drafts: the folder for unsaved drawings. own_weights, runs: the user's, unless told otherwise."""
        super().__init__()
        self.studio, self.settings, self.appearance = studio, settings, appearance
        self.files = FilesWorker(studio.log_file, self)
        self.thumbnails = Thumbnails()
        self.model = GalleryModel()
        self.canvas_column = CanvasColumn()
        self.answer_column = AnswerColumn(self.model, self.thumbnails)
        self.conversation = Conversation(self.canvas_column, self.answer_column, self.model, self.thumbnails, studio)
        self.open_shots = OpenShots(self.conversation, self.model, self.thumbnails, self.canvas_column.notice, self)
        self.drawing_files = DrawingFiles(self.canvas_column, self.files, self.model, drafts)
        self.splitter = Splitter(self.canvas_column, self.answer_column, settings)
        self.status = StatusLine()
        self.problem = ProblemPage()
        self.libraries = LibraryFiles(studio, self.canvas_column.notice, self.problem, self)
        self.learner = LearnerSwitch(studio, self.conversation, self.canvas_column, self.status, settings)
        self.learner_menu = LearnerMenu(self)
        self.own_weights = own_weights or OwnWeightsFolder()
        self.weights_worker = WeightsWorker(self.own_weights, studio.log_file, self)
        self.weights = WeightsFiles(
            self.learner_menu, self.learner, self.weights_worker, self.canvas_column.notice, self
        )
        self.docks = Docks(self, _SMALLEST)
        self.training = TrainingDocks(
            self.docks, self.canvas_column.canvas, self.learner, runs or Runs(), studio.log_file
        )
        self.closing_question = ClosingQuestion(self, self.training)
        self.watch_docks = WatchDocks(self.docks, self.canvas_column.canvas, self.model, self.learner, studio.log_file)
        self.actions_ = Actions(self)
        self._build()
        self._connect()
        self._restore()

    # --- building ---

    def _build(self) -> None:
        self.setWindowTitle("GlyphStudio")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.splitter)
        self.pages.addWidget(self.problem)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.status)
        body.setMinimumWidth(_BESIDE_DOCKS)
        self.setCentralWidget(body)
        training = QMenu("&Training", self)
        self.watch_docks.fill(training)
        self.actions_.fill(self.menuBar(), self.learner_menu.menu, training)
        self.addActions(self.actions_.drawing_keys)
        self.canvas_column.set_tools(self.actions_.tools)
        self.answer_column.gallery.menu.addActions(self.actions_.library_actions)
        self.answer_column.gallery.view.addActions(self.actions_.library_actions)
        left, right = self.canvas_column, self.answer_column
        tab = [
            left.canvas, left.name, left.enrol, left.notice.undo, right.verdict.undo,
            *right.ranking.rows, right.gallery.search, right.gallery.view, left.pen,
        ]  # fmt: skip
        for before, after in pairwise(tab):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        a, canvas, gallery = self.actions_, self.canvas_column.canvas, self.answer_column.gallery
        studio, talk, drawing_files = self.studio, self.conversation, self.drawing_files
        studio.opened.connect(self._opened)
        studio.not_opened.connect(self._not_opened)
        canvas.changed.connect(self._update_actions)
        canvas.pen_down.connect(self._update_actions)
        canvas.first_paint.connect(studio.preload)
        canvas.first_paint.connect(self.docks.window_shown)
        canvas.first_paint.connect(self.weights_worker.look)
        canvas.first_paint.connect(self.training.look_for_interrupted)
        self.training.use_wanted.connect(self.use_weights)
        talk.answered.connect(self.status.show_time)
        talk.answered.connect(self._update_actions)
        talk.changed.connect(self._library_changed)
        talk.undo_changed.connect(self._update_actions)
        gallery.chosen.connect(self._update_actions)
        gallery.open_wanted.connect(self.open_shots.show)
        self.canvas_column.pen_width_chosen.connect(self._pen_width)
        self.appearance.changed.connect(self._recolour)
        for action, slot in (
            (a.new_library, self.libraries.choose_new),
            (a.open_library, self.libraries.choose),
            (a.open_drawing, drawing_files.choose_drawing),
            (a.export_drawing, drawing_files.choose_export),
            (a.quit, self.close),
            (a.undo, self._undo),
            (a.redo, canvas.redo),
            (a.undo_change, talk.undo_change),
            (a.clear, self._clear),
            (a.copy, drawing_files.copy),
            (a.paste, drawing_files.paste),
            (a.find, self._find),
            (a.enrol, talk.enrol),
            (a.name, self._name),
            (a.show_shots, self._show_selected),
            (a.rename, gallery.rename_selected),
            (a.delete, self._delete_selected),
            (a.thinner, self._thinner),
            (a.thicker, self._thicker),
            (a.full_screen, self._full_screen),
            (a.reset_layout, self._reset_layout),
            (a.keys, self._show_keys),
            (a.about, self._show_about),
        ):
            action.triggered.connect(slot)
        a.picked.connect(self.answer_column.ranking.pick)
        a.theme_chosen.connect(self._choose_theme)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._update_actions)

    def _restore(self) -> None:
        geometry = self.settings.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(min(1200, screen.width() - 64), min(840, screen.height() - 96))
        self.docks.restore(self.settings.docks)
        self.canvas_column.pen.setValue(2 if self.settings.pen_width is None else self.settings.pen_width)
        self.actions_.show_theme(self.appearance.choice)
        self._recolour()
        self._update_actions()
        self.canvas_column.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- library ---

    def open_library(self, path: Path, must_exist: bool = False) -> None:
        """Open a library, here or in place of the one that is open."""
        self.libraries.open(path, must_exist)

    @Slot(object, object, object)
    def _opened(self, path: Path, glyphs: tuple[Glyph, ...], notes: tuple[str, ...]) -> None:
        self.thumbnails.forget()
        self.model.load(glyphs)
        self.pages.setCurrentWidget(self.splitter)
        self.status.show_library(path)
        self.status.show_time(None)
        self.status.show_learner(wording.WARMING)
        self.setWindowTitle(f"{path.stem} – GlyphStudio")
        self.settings.library = path
        self.settings.save()
        self.conversation.library_opened()
        self._tell_of_library()
        self.drawing_files.library_opened(path)
        if self.canvas_column.canvas.has_drawing and not self.canvas_column.canvas.settled:
            self.conversation.asking.ask(self.canvas_column.canvas.drawing)
        if notes:
            self.canvas_column.notice.warn(" ".join(notes), sticky=True)
        self._update_actions()

    @Slot(object, str)
    def _not_opened(self, path: Path, sentence: str) -> None:
        if self.libraries.path is None:
            self.problem.show_problem(sentence)
            self.pages.setCurrentWidget(self.problem)
            self.status.show_learner("")
        else:
            self.canvas_column.notice.warn(sentence, sticky=True)
        self._update_actions()

    # --- weights ---

    def begin_with(self, choice: Choice, before: Choice | None = None, sentence: str = "") -> None:
        """Say which weights the engine was made with, which were in use before, and what there is to say of it."""
        self.learner.begin_with(choice, before)
        if sentence:
            self.canvas_column.notice.warn(sentence, sticky=True)

    @Slot(object, str)
    def use_weights(self, path: Path, name: str) -> None:
        """Keep a copy of a weights file among the user's own, under this name, and recognise with it. The weights
        before answer until the library is embedded anew, and stay where these cannot be used."""
        self.weights.use(path, name)

    # --- changes of the library ---

    @Slot(object, object)
    def _library_changed(self, command: Command, outcome: Outcome) -> None:
        self.drawing_files.keep_draft()
        self._tell_of_library()
        if outcome.glyph is not None:
            self.answer_column.gallery.reveal(outcome.glyph.id)
        self._update_actions()

    def _tell_of_library(self) -> None:
        self.watch_docks.library_changed()
        self.training.show_library(self.model.glyphs, self.libraries.path)

    # --- drawing ---

    @Slot()
    def _undo(self) -> None:
        if self.answer_column.gallery.view.hasFocus():
            self.conversation.undo_change()
        else:
            self.canvas_column.canvas.undo()

    @Slot()
    def _clear(self) -> None:
        self.canvas_column.notice.fade()
        self.canvas_column.canvas.clear()
        self.canvas_column.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _pen_width(self, index: int) -> None:
        self.settings.pen_width = index

    @Slot()
    def _thinner(self) -> None:
        self.canvas_column.pen.setValue(self.canvas_column.pen.value() - 1)

    @Slot()
    def _thicker(self) -> None:
        self.canvas_column.pen.setValue(self.canvas_column.pen.value() + 1)

    @Slot()
    def _name(self) -> None:
        self.canvas_column.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.canvas_column.name.selectAll()

    # --- gallery ---

    @Slot()
    def _find(self) -> None:
        self.answer_column.gallery.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.answer_column.gallery.search.selectAll()

    @Slot()
    def _show_selected(self) -> None:
        glyph = self.answer_column.gallery.selected
        if glyph is not None:
            self.open_shots.show(glyph.id)

    @Slot()
    def _delete_selected(self) -> None:
        glyph = self.answer_column.gallery.selected
        if glyph is not None:
            self.conversation.delete(glyph.id)

    # --- view ---

    @Slot()
    def _reset_layout(self) -> None:
        self.docks.close_all()
        self.splitter.reset()

    @Slot(str)
    def _choose_theme(self, choice: str) -> None:
        self.appearance.choose(choice)
        self.settings.theme = choice
        self.actions_.show_theme(choice)

    @Slot()
    def _recolour(self) -> None:
        self.actions_.colour(self.appearance.palette)

    @Slot()
    def _full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.WindowStateChange:
            self.actions_.full_screen.setChecked(self.isFullScreen())
        super().changeEvent(event)

    @Slot()
    def _update_actions(self) -> None:
        a, canvas, talk = self.actions_, self.canvas_column.canvas, self.conversation
        working = self.pages.currentWidget() is self.splitter
        change = talk.last_change
        in_library = self.answer_column.gallery.view.hasFocus()
        a.undo.setEnabled(change is not None if in_library else canvas.can_undo)
        a.redo.setEnabled(canvas.can_redo)
        a.undo_change.setEnabled(change is not None)
        text = "Undo Library Change" if change is None else f"Undo {_short(change.command.what)}"
        a.undo_change.setText(text.replace("&", "&&"))
        drawn = canvas.has_drawing and working
        a.clear.setEnabled(drawn or canvas.drawing_now)
        for action in (a.copy, a.export_drawing):
            action.setEnabled(drawn)
        for action in (a.paste, a.open_drawing, a.find, a.name, a.enrol, a.thinner, a.thicker):
            action.setEnabled(working)
        for pick, row in zip(a.picks, self.answer_column.ranking.rows, strict=True):
            pick.setEnabled(row.content is not None and not canvas.given)
            pick.setText(row.content.name.replace("&", "&&") if row.content else f"Candidate {row.index + 1}")
        for action in a.library_actions:
            action.setEnabled(self.answer_column.gallery.selected is not None)

    # --- help, closing ---

    @Slot()
    def _show_keys(self) -> None:
        self._show_dialog(KeysDialog(self.menuBar(), self))

    @Slot()
    def _show_about(self) -> None:
        self._show_dialog(AboutDialog(self.learner.description, self))

    def _show_dialog(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window goes at once; what was asked of library and files is finished behind it."""
        if self.closing_question.stays():
            event.ignore()
            return
        self.settings.geometry = QByteArray(self.saveGeometry())
        self.settings.docks = self.docks.places
        self.settings.save()
        self.hide()
        self.training.close()
        self.watch_docks.close()
        self.weights_worker.close()
        self.files.close()
        self.studio.close()
        super().closeEvent(event)
        self.closed.emit()


def _short(text: str) -> str:
    return text if len(text) <= 48 else text[:47] + "…"
