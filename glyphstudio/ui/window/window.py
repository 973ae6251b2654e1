"""The main window: joins canvas column, answer column, docks, menus, status line and workers."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
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
from glyphstudio.ui.answer.actions import AnswerActions
from glyphstudio.ui.answer.answer_column import AnswerColumn
from glyphstudio.ui.answer.conversation import Conversation
from glyphstudio.ui.answer.open_shots import OpenShots
from glyphstudio.ui.draw.actions import DrawActions
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.draw.drawing_files import DrawingFiles
from glyphstudio.ui.draw.files_worker import FilesWorker
from glyphstudio.ui.learner.choice import Choice
from glyphstudio.ui.learner.menu import LearnerMenu
from glyphstudio.ui.learner.switch import LearnerSwitch
from glyphstudio.ui.learner.weights_files import WeightsFiles
from glyphstudio.ui.learner.worker import WeightsWorker
from glyphstudio.ui.library.actions import LibraryActions
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
from glyphstudio.ui.tray.actions import TrayActions
from glyphstudio.ui.tray.tray import Tray
from glyphstudio.ui.window.actions import Actions, WindowActions
from glyphstudio.ui.window.closing_question import ClosingQuestion
from glyphstudio.ui.window.docks import Docks
from glyphstudio.ui.window.help import AboutDialog, KeysDialog
from glyphstudio.ui.window.splitter import Splitter
from glyphstudio.ui.window.training_docks import TrainingDocks
from glyphstudio.ui.window.watch_docks import WatchDocks
from glyphstudio.verdict import Strictness

_SMALLEST = QSize(720, 520)
_BESIDE_DOCKS = 640  # pixels kept for the canvas and answer columns


class MainWindow(QMainWindow):
    """Owns the studio's thread and the other workers: closing the window ends them."""

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
        """drafts: the folder for unsaved drawings. own_weights, runs: the user's own by default."""
        super().__init__()
        self.studio, self.settings, self.appearance = studio, settings, appearance
        self.files = FilesWorker(studio.log_file, self)
        self.thumbnails = Thumbnails()
        self.model = GalleryModel()
        self.canvas_column = CanvasColumn()
        self.answer_column = AnswerColumn(self.model, self.thumbnails)
        self.conversation = Conversation(self.canvas_column, self.answer_column, self.model, self.thumbnails, studio)
        self.open_shots = OpenShots(
            self.conversation,
            self.model,
            self.thumbnails,
            studio=studio,
            notice=self.canvas_column.notice,
            window=self,
        )
        self.drawing_files = DrawingFiles(self.canvas_column, self.files, self.model, drafts)
        self.tray = Tray(self.model, self.thumbnails, self.conversation, studio)
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
        self.closing_question = ClosingQuestion(self, self.training, self.tray)
        self.watch_docks = WatchDocks(self.docks, self.canvas_column.canvas, self.model, self.learner, studio.log_file)
        self.actions_ = Actions(
            DrawActions(self.canvas_column, self.drawing_files),
            AnswerActions(self.conversation, self.answer_column.ranking, self.canvas_column.canvas),
            LibraryActions(self.libraries, self.answer_column.gallery),
            TrayActions(self.tray),
            WindowActions(self),
        )
        self._build()
        self._connect()
        self._restore()

    # --- building ---

    def _build(self) -> None:
        self.setWindowTitle("GlyphStudio")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.splitter)
        self.pages.addWidget(self.tray)
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
        self.canvas_column.set_tools(self.actions_.draw.tools)
        left, right = self.canvas_column, self.answer_column
        tab = [
            left.canvas, left.name, left.enrol, left.notice.undo, right.verdict.undo,
            *right.ranking.rows, right.gallery.search, right.gallery.view, left.pen,
        ]  # fmt: skip
        for before, after in pairwise(tab):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        own, canvas, gallery = self.actions_.window, self.canvas_column.canvas, self.answer_column.gallery
        self.studio.opened.connect(self._opened)
        self.studio.marked.connect(self._marked)
        self.studio.not_opened.connect(self._not_opened)
        canvas.first_paint.connect(self.studio.preload)
        canvas.first_paint.connect(self.docks.window_shown)
        canvas.first_paint.connect(self.weights_worker.look)
        canvas.first_paint.connect(self.training.look_for_interrupted)
        self.training.use_wanted.connect(self.use_weights)
        self.conversation.answered.connect(self.status.show_time)
        self.conversation.changed.connect(self._library_changed)
        gallery.open_wanted.connect(self.open_shots.show)
        self.canvas_column.pen_width_chosen.connect(self._pen_width)
        self.appearance.changed.connect(self._recolour)
        self.libraries.usable_changed.connect(self._set_usable)
        self.drawing_files.pages_wanted.connect(self._open_tray)
        self.tray.opened.connect(self._show_page)
        self.tray.closed.connect(self._show_page)
        self.tray.drawing_wanted.connect(self.drawing_files.open_whole)
        own.quit.triggered.connect(self.close)
        own.full_screen.triggered.connect(self._full_screen)
        own.reset_layout.triggered.connect(self._reset_layout)
        own.keys.triggered.connect(self._show_keys)
        own.about.triggered.connect(self._show_about)
        own.theme_chosen.connect(self._choose_theme)
        own.strictness_chosen.connect(self._choose_strictness)

    def _restore(self) -> None:
        geometry = self.settings.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(min(1200, screen.width() - 64), min(840, screen.height() - 96))
        self.docks.restore(self.settings.docks)
        self.canvas_column.pen.setValue(2 if self.settings.pen_width is None else self.settings.pen_width)
        self.actions_.window.show_theme(self.appearance.choice)
        self._choose_strictness(self.settings.strictness)
        self._recolour()
        self.canvas_column.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- library ---

    def open_library(self, path: Path, must_exist: bool = False) -> None:
        """Open a library, in place of any that is open."""
        self.libraries.open(path, must_exist)

    @Slot(object, object, object)
    def _opened(self, path: Path, glyphs: tuple[Glyph, ...], notes: tuple[str, ...]) -> None:
        self.thumbnails.forget()
        self.model.load(glyphs)
        self._show_page()
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

    @Slot(str)
    def _marked(self, read_only: str) -> None:
        """Show in the title and the status line that the open library is read only, if it is."""
        path = self.libraries.path
        if read_only and path is not None:
            self.setWindowTitle(f"{path.stem} (read only) – GlyphStudio")
            self.status.show_library(path, read_only)

    @Slot(object, str)
    def _not_opened(self, path: Path, sentence: str) -> None:
        if self.libraries.path is None:
            self.problem.show_problem(sentence)
            self.pages.setCurrentWidget(self.problem)
            self.status.show_learner("")
        else:
            self.canvas_column.notice.warn(sentence, sticky=True)

    # --- tray ---

    @Slot(object)
    def _open_tray(self, paths: list[Path]) -> None:
        if self.libraries.path is None:
            self.canvas_column.notice.say(wording.NO_LIBRARY)
        else:
            self.tray.open(paths)

    @Slot()
    def _show_page(self) -> None:
        """Show the tray while it is open, and the columns otherwise."""
        self.pages.setCurrentWidget(self.tray if self.tray.is_open else self.splitter)
        self._set_usable(True)
        if not self.tray.is_open:
            self.canvas_column.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _set_usable(self, usable: bool) -> None:
        """Enable the actions that need an open library. Those for canvas and gallery rest while the tray is open."""
        for room in (self.actions_.draw, self.actions_.answer, self.actions_.library):
            room.set_usable(usable and not self.tray.is_open)

    # --- weights ---

    def begin_with(self, choice: Choice, before: Choice | None = None, sentence: str = "") -> None:
        """Show the studio's first weights, the ones used before, and a warning if there is one."""
        self.learner.begin_with(choice, before)
        if sentence:
            self.canvas_column.notice.warn(sentence, sticky=True)

    @Slot(object, str)
    def use_weights(self, path: Path, name: str) -> None:
        """Copy a weights file to the user's own weights as `name`, and switch to it. The old weights answer until the
        library is embedded again, and stay in use if the new ones cannot be used."""
        self.weights.use(path, name)

    # --- changes to the library ---

    @Slot(object, object)
    def _library_changed(self, _command: Command, outcome: Outcome) -> None:
        self.drawing_files.keep_draft()
        self._tell_of_library()
        if outcome.glyph is not None:
            self.answer_column.gallery.reveal(outcome.glyph.id)

    def _tell_of_library(self) -> None:
        self.watch_docks.library_changed()
        self.training.show_library(self.model.glyphs, self.libraries.path)

    @Slot(int)
    def _pen_width(self, index: int) -> None:
        self.settings.pen_width = index

    # --- view ---

    @Slot()
    def _reset_layout(self) -> None:
        self.docks.close_all()
        self.splitter.reset()

    @Slot(str)
    def _choose_theme(self, choice: str) -> None:
        self.appearance.choose(choice)
        self.settings.theme = choice
        self.actions_.window.show_theme(choice)

    @Slot(str)
    def _choose_strictness(self, choice: str) -> None:
        strictness = Strictness(choice)
        self.settings.strictness = strictness
        self.actions_.window.show_strictness(strictness)
        self.studio.set_strictness(strictness)
        self.conversation.ask_again()
        self.tray.judge()

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
            self.actions_.window.full_screen.setChecked(self.isFullScreen())
        super().changeEvent(event)

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
        """Hide the window at once. The workers still finish the library changes and files they were given."""
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
        self.tray.shut()
        self.drawing_files.adjusting.shut()
        self.files.close()
        self.studio.close()
        super().closeEvent(event)
        self.closed.emit()
