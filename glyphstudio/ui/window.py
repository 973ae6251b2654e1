"""The window: joins desk, panel, menus, status line and threads."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.library.glyph import Glyph
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui import sentences
from glyphstudio.ui.actions import Actions
from glyphstudio.ui.commands import Command, Outcome
from glyphstudio.ui.conversation import Conversation
from glyphstudio.ui.desk import Desk
from glyphstudio.ui.engine_thread import Engine
from glyphstudio.ui.exchange import Exchange
from glyphstudio.ui.files_thread import Files
from glyphstudio.ui.gallery_model import GalleryModel
from glyphstudio.ui.help import AboutDialog, KeysDialog
from glyphstudio.ui.painting import Thumbnails
from glyphstudio.ui.panel import Panel
from glyphstudio.ui.problem import ProblemPage
from glyphstudio.ui.settings import Settings
from glyphstudio.ui.shots import ShotsDialog
from glyphstudio.ui.status import StatusLine
from glyphstudio.ui.theme import Appearance
from glyphstudio.ui.workbench import Workbench

if TYPE_CHECKING:
    from glyphstudio.studio import EngineInfo

LIBRARY_FILES = "GlyphStudio libraries (*.glyphs);;All files (*)"


class MainWindow(QMainWindow):
    """Owns the engine and the files' thread from now on: closing the window ends both."""

    closed = Signal()

    def __init__(self, engine: Engine, settings: Settings, appearance: Appearance, drafts: Path) -> None:
        """drafts: the folder for unsaved drawings."""
        super().__init__()
        self.engine, self.settings, self.appearance = engine, settings, appearance
        self._library: Path | None = None  # the one that is open
        self._wanted: tuple[Path, bool] | None = None
        self._recogniser = sentences.WARMING
        self._learner: str | None = None  # the one in use, by name; None: weights of somebody's own
        self._choice: tuple[str, float] | None = None  # the one that is being switched to, and since when
        self._shots: ShotsDialog | None = None
        self.files = Files(self)
        self.thumbnails = Thumbnails()
        self.model = GalleryModel()
        self.desk = Desk()
        self.panel = Panel(self.model, self.thumbnails)
        self.conversation = Conversation(self.desk, self.panel, self.model, self.thumbnails, engine)
        self.exchange = Exchange(self.desk, self.files, drafts)
        self.workbench = Workbench(self.desk, self.panel, settings)
        self.status = StatusLine()
        self.problem = ProblemPage()
        self.actions_ = Actions(self)
        self._build()
        self._connect()
        self._restore()

    # --- building ---

    def _build(self) -> None:
        self.setWindowTitle("GlyphStudio")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.workbench)
        self.pages.addWidget(self.problem)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(body)
        self.actions_.fill(self.menuBar())
        self.addActions(self.actions_.drawing_keys)
        self.desk.set_tools(self.actions_.tools)
        self.panel.gallery.menu.addActions(self.actions_.library_actions)
        self.panel.gallery.view.addActions(self.actions_.library_actions)
        self.status.show_engine(sentences.WARMING)
        self.setMinimumSize(720, 520)
        tab = [
            self.desk.canvas, self.desk.name, self.desk.enrol, self.desk.notice.undo, self.panel.verdict.undo,
            *self.panel.ranking.rows, self.panel.gallery.search, self.panel.gallery.view, self.desk.pen,
        ]  # fmt: skip
        for before, after in pairwise(tab):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        a, canvas, gallery = self.actions_, self.desk.canvas, self.panel.gallery
        engine, talk, exchange = self.engine, self.conversation, self.exchange
        engine.opened.connect(self._opened)
        engine.not_opened.connect(self._not_opened)
        engine.warming.connect(self._warming)
        engine.ready.connect(self._ready)
        engine.not_ready.connect(self._not_ready)
        engine.switched.connect(self._switched)
        engine.not_switched.connect(self._not_switched)
        canvas.changed.connect(self._update_actions)
        canvas.pen_down.connect(self._update_actions)
        canvas.first_paint.connect(engine.preload)
        talk.answered.connect(self.status.show_time)
        talk.answered.connect(self._update_actions)
        talk.changed.connect(self._library_changed)
        talk.failed.connect(self._library_failed)
        talk.undo_changed.connect(self._update_actions)
        gallery.chosen.connect(self._update_actions)
        gallery.open_wanted.connect(self.show_shots)
        self.desk.pen_width_chosen.connect(self._pen_width)
        self.problem.again_wanted.connect(self._try_again)
        self.problem.open_wanted.connect(self.choose_library)
        self.problem.new_wanted.connect(self.choose_new_library)
        self.appearance.changed.connect(self._recolour)
        for action, slot in (
            (a.new_library, self.choose_new_library),
            (a.open_library, self.choose_library),
            (a.open_drawing, exchange.choose_drawing),
            (a.export_drawing, exchange.choose_export),
            (a.quit, self.close),
            (a.undo, self._undo),
            (a.redo, canvas.redo),
            (a.undo_change, talk.undo_change),
            (a.clear, self._clear),
            (a.copy, exchange.copy),
            (a.paste, exchange.paste),
            (a.find, self._find),
            (a.enrol, talk.enrol),
            (a.name, self._name),
            (a.show_shots, self._show_selected),
            (a.rename, gallery.rename_selected),
            (a.delete, self._delete_selected),
            (a.thinner, self._thinner),
            (a.thicker, self._thicker),
            (a.full_screen, self._full_screen),
            (a.reset_layout, self.workbench.reset),
            (a.keys, self._show_keys),
            (a.about, self._show_about),
        ):
            action.triggered.connect(slot)
        a.picked.connect(self.panel.ranking.pick)
        a.theme_chosen.connect(self._choose_theme)
        a.learner_chosen.connect(self._choose_learner)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._update_actions)

    def _restore(self) -> None:
        geometry = self.settings.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(min(1200, screen.width() - 64), min(840, screen.height() - 96))
        self.desk.pen.setValue(2 if self.settings.pen_width is None else self.settings.pen_width)
        self.actions_.show_theme(self.appearance.choice)
        self._recolour()
        self._update_actions()
        self.desk.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- library ---

    def open_library(self, path: Path, must_exist: bool = False) -> None:
        """Open a library, here or in place of the one that is open."""
        if self._library is not None and path.absolute() == self._library:
            self.desk.notice.say(sentences.ALREADY_OPEN)
            return
        self._wanted = path, must_exist
        self.engine.open(path, must_exist)

    @Slot(object, object, object)
    def _opened(self, path: Path, glyphs: tuple[Glyph, ...], notes: tuple[str, ...]) -> None:
        self._library = path
        self.thumbnails.forget()
        self.model.load(glyphs)
        self.pages.setCurrentWidget(self.workbench)
        self.status.show_library(path)
        self.status.show_time(None)
        self.status.show_engine(sentences.WARMING)
        self.setWindowTitle(f"{path.stem} – GlyphStudio")
        self.settings.library = path
        self.settings.save()
        self.conversation.library_opened()
        self.exchange.library_opened(path)
        if self.desk.canvas.has_drawing and not self.desk.canvas.settled:
            self.conversation.asking.ask(self.desk.canvas.drawing)
        if notes:
            self.desk.notice.warn(" ".join(notes), sticky=True)
        self._update_actions()

    @Slot(object, str)
    def _not_opened(self, path: Path, sentence: str) -> None:
        if self._library is None:
            self.problem.show_problem(sentence)
            self.pages.setCurrentWidget(self.problem)
            self.status.show_engine("")
        else:
            self.desk.notice.warn(sentence, sticky=True)
        self._update_actions()

    @Slot()
    def _try_again(self) -> None:
        if self._wanted is not None:
            self.engine.open(*self._wanted)

    @Slot()
    def choose_library(self) -> None:
        """Ask for a library file and open it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open Library", self._folder(), LIBRARY_FILES)
        if name:
            self.open_library(Path(name), must_exist=True)

    @Slot()
    def choose_new_library(self) -> None:
        """Ask for a new library file and make it."""
        no_overwrite = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(
            self, "New Library", str(Path(self._folder()) / "new.glyphs"), LIBRARY_FILES, options=no_overwrite
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(".glyphs")
        if path.exists():
            sentence = sentences.library_exists(path)
            if self._library is None:
                self.problem.show_problem(sentence)
            self.desk.notice.warn(sentence)
            return
        self.open_library(path)

    def _folder(self) -> str:
        return str(self._library.parent if self._library else Path.home())

    # --- engine ---

    @Slot(int, int)
    def _warming(self, done: int, total: int) -> None:
        if self._choice is None:
            self.status.show_engine(sentences.warming(done, total))
        else:
            name, start = self._choice
            seconds = time.monotonic() - start
            self.status.show_engine(sentences.switching(LEARNERS[name], done, total, seconds))

    @Slot(object)
    def _ready(self, info: EngineInfo) -> None:
        if self._choice is not None and LEARNERS[self._choice[0]] == info.learner:  # chosen before anything was loaded
            self._learner, self._choice = self._choice[0], None
            self.settings.learner = self._learner
        self._recogniser = f"{info.learner}, {info.device}"
        self.status.show_engine(f"{self._recogniser}, ready", f"Weights {info.weights_sha256[:12]}")
        self.conversation.ready()

    def begin_with(self, learner: str | None) -> None:
        """Say which learner the engine was made with; None: weights of somebody's own."""
        self._learner = learner
        self.actions_.show_learner(learner)

    @Slot(str)
    def _choose_learner(self, name: str) -> None:
        if name == (self._choice[0] if self._choice else self._learner):
            return
        self._choice = name, time.monotonic()
        self.actions_.show_learner(name)
        self.status.show_engine(sentences.switching(LEARNERS[name], 0, 0, 0.0))
        self.engine.use(weights_of(name))

    @Slot(object, int, float)
    def _switched(self, info: EngineInfo, drawings: int, seconds: float) -> None:
        self._recogniser = f"{info.learner}, {info.device}"
        self.status.show_engine(f"{self._recogniser}, ready", f"Weights {info.weights_sha256[:12]}")
        if self._choice is None or LEARNERS[self._choice[0]] != info.learner:
            return  # another choice is on its way
        self._learner, self._choice = self._choice[0], None
        self.settings.learner = self._learner
        self.desk.notice.say(sentences.switched(info.learner, drawings, seconds))
        if self.desk.canvas.has_drawing:
            self.conversation.asking.ask(self.desk.canvas.drawing)

    @Slot(str)
    def _not_switched(self, sentence: str) -> None:
        self._choice = None
        self.actions_.show_learner(self._learner)
        self.status.show_engine(f"{self._recogniser}, ready")
        self.desk.notice.warn(sentence, sticky=True)

    @Slot(str)
    def _not_ready(self, sentence: str) -> None:
        self._recogniser = "not available"
        self.status.show_engine("Recogniser not available", sentence)
        self.desk.notice.warn(sentence, sticky=True)
        self.conversation.not_ready()

    @Slot(object, object)
    def _library_changed(self, command: Command, outcome: Outcome) -> None:
        self.exchange.keep_draft()
        if outcome.glyph is not None:
            self.panel.gallery.reveal(outcome.glyph.id)
        if self._shots is not None:
            if outcome.gone == self._shots.glyph.id:
                self._shots.reject()
            elif outcome.glyph is not None and outcome.glyph.id == self._shots.glyph.id:
                self._shots.show_glyph(outcome.glyph)
                self._shots.notice.say(self.desk.notice.text, undo=self.conversation.last_change is not None)
        self._update_actions()

    @Slot(object, str)
    def _library_failed(self, _command: Command, sentence: str) -> None:
        if self._shots is not None:
            self._shots.notice.warn(sentence)

    # --- drawing ---

    @Slot()
    def _undo(self) -> None:
        if self.panel.gallery.view.hasFocus():
            self.conversation.undo_change()
        else:
            self.desk.canvas.undo()

    @Slot()
    def _clear(self) -> None:
        self.desk.notice.fade()
        self.desk.canvas.clear()
        self.desk.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _pen_width(self, index: int) -> None:
        self.settings.pen_width = index

    @Slot()
    def _thinner(self) -> None:
        self.desk.pen.setValue(self.desk.pen.value() - 1)

    @Slot()
    def _thicker(self) -> None:
        self.desk.pen.setValue(self.desk.pen.value() + 1)

    @Slot()
    def _name(self) -> None:
        self.desk.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.desk.name.selectAll()

    # --- gallery ---

    @Slot()
    def _find(self) -> None:
        self.panel.gallery.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.panel.gallery.search.selectAll()

    @Slot()
    def _show_selected(self) -> None:
        glyph = self.panel.gallery.selected
        if glyph is not None:
            self.show_shots(glyph.id)

    @Slot()
    def _delete_selected(self) -> None:
        glyph = self.panel.gallery.selected
        if glyph is not None:
            self.conversation.delete(glyph.id)

    @Slot(int)
    def show_shots(self, glyph_id: int) -> None:
        """Show a glyph's shots side by side."""
        glyph = self.model.glyph(glyph_id)
        if glyph is None or self._shots is not None:
            return
        self._shots = ShotsDialog(glyph, self.thumbnails, self)
        self._shots.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._shots.delete_wanted.connect(self._delete_shot)
        self._shots.undo_wanted.connect(self.conversation.undo_change)
        self._shots.finished.connect(self._shots_closed)
        self._shots.open()

    @Slot(int)
    def _delete_shot(self, shot_id: int) -> None:
        if self._shots is not None:
            self.conversation.delete_shot(shot_id, self._shots.glyph.id)

    @Slot()
    def _shots_closed(self) -> None:
        self._shots = None

    # --- view ---

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
        a, canvas, talk = self.actions_, self.desk.canvas, self.conversation
        working = self.pages.currentWidget() is self.workbench
        change = talk.last_change
        in_library = self.panel.gallery.view.hasFocus()
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
        for pick, row in zip(a.picks, self.panel.ranking.rows, strict=True):
            pick.setEnabled(row.content is not None and not canvas.given)
            pick.setText(row.content.name.replace("&", "&&") if row.content else f"Candidate {row.index + 1}")
        for action in a.library_actions:
            action.setEnabled(self.panel.gallery.selected is not None)

    # --- help, closing ---

    @Slot()
    def _show_keys(self) -> None:
        self._show_dialog(KeysDialog(self.menuBar(), self))

    @Slot()
    def _show_about(self) -> None:
        self._show_dialog(AboutDialog(self._recogniser, self))

    def _show_dialog(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window goes at once; what was asked of library and files is finished behind it."""
        self.settings.geometry = QByteArray(self.saveGeometry())
        self.settings.save()
        self.hide()
        self.files.close()
        self.engine.close()
        super().closeEvent(event)
        self.closed.emit()


def _short(text: str) -> str:
    return text if len(text) <= 48 else text[:47] + "…"
