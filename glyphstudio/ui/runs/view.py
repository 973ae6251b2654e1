"""The Runs view: trainings from the window and the command line, to inspect, compare, resume, repeat and use."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelection, QPoint, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.log import Curves
from glyphstudio.engine.runs.runs import Run, Runs
from glyphstudio.plural import counted
from glyphstudio.ui.parts.question import Question
from glyphstudio.ui.parts.search_field import SearchField
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.runs import words
from glyphstudio.ui.runs.comparison import MOST, Comparison
from glyphstudio.ui.runs.details import Details
from glyphstudio.ui.runs.list import RunsList
from glyphstudio.ui.runs.model import Column, RunsModel, RunsTable
from glyphstudio.ui.runs.words import Listed
from glyphstudio.ui.runs.worker import RunsWorker

_PERIOD = 3000  # ms between two checks of the disk while the list is visible


class RunsView(QWidget):
    """The content of the Runs dock. Call `close_worker` before the program ends."""

    resume_wanted = Signal(object)  # Run
    again_wanted = Signal(object)  # Run: train again with its settings
    use_wanted = Signal(object, str)  # Path of weights, and the run's name

    def __init__(self, runs: Runs | None = None, log_file: Path | None = None, parent: QWidget | None = None) -> None:
        """log_file: named in the sentence for an unexpected error."""
        super().__init__(parent)
        self.worker = RunsWorker(runs or Runs(), log_file, self)
        self.model = RunsModel()
        self.table = RunsTable(self.model)
        self.list = RunsList(self.table)
        self.search = SearchField()
        self.search.setAccessibleName("Search the runs")
        self.count, self.said = QLabel(), QLabel()
        self.details, self.comparison, self.question = Details(), Comparison(), Question()
        self._asked: tuple[Run, ...] = ()  # the runs that the question is about
        self._known = False  # whether the disk has answered yet
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD)
        self._timer.timeout.connect(self.worker.look_again)
        self._make_actions()
        self._lay_out()
        self._connect()
        self._recount()
        self._choose()

    def refresh(self) -> None:
        """Read the disk again, because a run has started, made progress or ended."""
        self.worker.list()

    def close_worker(self) -> None:
        """End the thread that reads the disk, after it has done the requests so far."""
        self._timer.stop()
        self.worker.close()

    @property
    def chosen(self) -> list[Listed]:
        """The selected runs."""
        return self.list.chosen

    # Construction

    def _make_actions(self) -> None:
        def action(text: str, tip: str) -> QAction:
            made = QAction(text, self)
            made.setToolTip(tip)
            return made

        self.use = action("&Use these weights", "Recognise with this run's weights")
        self.resume = action("&Resume", "Continue this run where it stopped")
        self.again = action("&Train again with these settings", "Fill in the training form with this run's settings")
        self.compare = action("&Compare", f"Settings and curves of 2 to {MOST} runs side by side")
        self.rename = action("Re&name", "Give it another name (F2)")
        self.note = action("Write a n&ote", "Note what is worth remembering about this run")
        self.folder = action("Open &folder", "Show its files")
        self.delete = action("&Delete…", "Delete its log and its weights, or forget a run that is kept elsewhere")

    def _lay_out(self) -> None:
        title = QLabel("Runs")
        title.setObjectName("heading")
        self.count.setForegroundRole(QUIET)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(UNIT)
        head.addWidget(title)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(self.search, 1)

        self.menu = QMenu(self)
        self.menu.addActions([self.use, self.resume, self.again, self.compare])
        self.menu.addSeparator()
        self.menu.addActions([self.rename, self.note, self.folder])
        self.menu.addSeparator()
        self.menu.addAction(self.delete)
        self.more = QPushButton("More")
        self.more.setAccessibleName("More actions for the selected run")
        self.more.setMenu(self.menu)
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        for action in (self.use, self.resume, self.compare):
            row.addWidget(_button(action))
        row.addWidget(self.more)
        row.addStretch(1)

        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setForegroundRole(WARNING)
        self.said.setFont(scaled_font(self.font(), 0.88))
        self.said.hide()
        self.about = QScrollArea()
        self.about.setWidget(self.details)
        self.about.setWidgetResizable(True)
        self.about.setFrameShape(QScrollArea.Shape.NoFrame)
        self.about.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.about.setFixedHeight(15 * UNIT)
        self.about.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.about)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
        column.addWidget(self.question)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        self.pages.addWidget(self.comparison)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)

    def _connect(self) -> None:
        for action, slot in (
            (self.use, self._use),
            (self.resume, self._resume),
            (self.again, self._again),
            (self.compare, self._compare),
            (self.rename, self._rename),
            (self.note, self._note),
            (self.folder, self._open_folder),
            (self.delete, self._ask_delete),
        ):
            action.triggered.connect(slot)
        self.model.rename_wanted.connect(self.worker.rename)
        self.model.note_wanted.connect(self.worker.annotate)
        self.worker.listed.connect(self._listed)
        self.worker.refused.connect(self._failed)
        self.worker.read.connect(self._read)
        self.search.textChanged.connect(self._searched)
        self.search.left.connect(self.list.setFocus)
        self.search.returnPressed.connect(self._enter_list)
        self.list.selectionModel().selectionChanged.connect(self._selected)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.delete_wanted.connect(self._ask_delete)
        self.list.open_wanted.connect(self._open_wanted)
        self.question.agreed.connect(self._delete)
        self.question.declined.connect(self._keep)
        self.comparison.left.connect(self._leave_comparison)

    # Messages from the worker

    @Slot(object)
    def _listed(self, found: tuple[Listed, ...]) -> None:
        self._known = True
        self.model.load(found)
        self._recount()
        self._choose()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._known = True
        self._say(sentence)
        self._recount()

    @Slot(str, object)
    def _read(self, key: str, curves: Curves) -> None:
        self.comparison.show_curves(key, curves)

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _recount(self) -> None:
        shown, total = self.table.rowCount(), self.model.rowCount()
        self.count.setText(f"{shown} of {total}" if shown != total else str(total or ""))
        self.count.setAccessibleName(counted(total, "run"))
        self.list.empty_text = words.NOTHING_FOUND if total else words.EMPTY if self._known else words.LOADING
        self.list.horizontalHeader().setVisible(bool(shown))
        for part in (self.search, self.buttons, self.about):
            part.setVisible(bool(total) and not (part is self.buttons and self.question.isVisible()))
        self.list.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if shown else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.list.viewport().update()

    # Selection

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self._say("")
        self.question.decline()
        self._choose()

    def _choose(self) -> None:
        """Enable the actions that suit the selection, and show its details."""
        chosen = self.chosen
        one = chosen[0] if len(chosen) == 1 else None
        self.use.setEnabled(one is not None and one.weights)
        self.resume.setEnabled(one is not None and one.can_resume)
        self.compare.setEnabled(2 <= len(chosen) <= MOST)
        for action in (self.again, self.rename, self.note, self.folder):
            action.setEnabled(one is not None)
        self.delete.setEnabled(bool(chosen))
        self.more.setEnabled(bool(chosen))
        self.details.show_runs(chosen)

    @Slot(str)
    def _searched(self, text: str) -> None:
        self.table.search(text)
        self._recount()
        self._choose()

    @Slot()
    def _enter_list(self) -> None:
        if self.table.rowCount():
            self.list.selectRow(0)
            self.list.setFocus()

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        if self.list.indexAt(at).isValid():
            self.menu.popup(self.list.viewport().mapToGlobal(at))

    # Actions

    @Slot()
    def _use(self) -> None:
        for listed in self.chosen[:1]:
            self.use_wanted.emit(listed.run.weights, listed.run.name)

    @Slot()
    def _resume(self) -> None:
        for listed in self.chosen[:1]:
            self.resume_wanted.emit(listed.run)

    @Slot()
    def _again(self) -> None:
        for listed in self.chosen[:1]:
            self.again_wanted.emit(listed.run)

    @Slot()
    def _rename(self) -> None:
        self.list.edit_column(Column.NAME)

    @Slot()
    def _note(self) -> None:
        self.list.edit_column(Column.NOTE)

    @Slot()
    def _open_folder(self) -> None:
        for listed in self.chosen[:1]:
            if not open_folder(listed.run.folder):
                self._say(f"The folder {listed.run.folder} could not be opened. Open it in your file manager.")

    @Slot()
    def _open_wanted(self) -> None:
        if self.compare.isEnabled():
            self._compare()

    @Slot()
    def _compare(self) -> None:
        chosen = self.chosen
        if not 2 <= len(chosen) <= MOST:
            return
        self.comparison.show_runs(chosen)
        for listed in chosen:
            self.worker.read_log(listed.run)
        self.pages.setCurrentWidget(self.comparison)
        self.comparison.back.setFocus()

    @Slot()
    def _leave_comparison(self) -> None:
        self.pages.setCurrentIndex(0)
        self.worker.forget_logs()
        self.comparison.forget()
        self.list.setFocus()

    @Slot()
    def _ask_delete(self) -> None:
        chosen = self.chosen
        if not chosen:
            return
        going = next((listed for listed in chosen if listed.held), None)
        if going is not None:
            self._say(f'"{going.run.name}" is being trained. Stop it first, then delete it.')
            return
        self._asked = tuple(listed.run for listed in chosen)
        ours, others = [one for one in chosen if one.kept], [one for one in chosen if not one.kept]
        parts = []
        if ours:
            what = (
                "with its log and all it has learned" if len(ours) == 1 else "with their logs and all they have learned"
            )
            parts.append(f"Delete {_named(ours)} {what}? This cannot be undone.")
        if others:
            where = f" in {others[0].run.folder}" if len(others) == 1 else ""
            verb = "Remove" if not ours else "And remove"
            parts.append(f"{verb} {_named(others)} from this list? All files{where} stay where they are.")
        self.buttons.hide()
        self.question.ask(" ".join(parts), "Delete" if ours else "Remove", "Keep")

    @Slot()
    def _delete(self) -> None:
        self.buttons.show()
        self.worker.delete(self._asked)
        self._asked = ()
        self.list.setFocus()

    @Slot()
    def _keep(self) -> None:
        self._asked = ()
        self.buttons.show()
        self.list.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(72 * UNIT, 80 * UNIT)

    # Visibility

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


def open_folder(folder: Path) -> bool:
    """Open a folder in the desktop's file manager. Return whether that worked."""
    return folder.is_dir() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _named(chosen: list[Listed]) -> str:
    return f'"{chosen[0].run.name}"' if len(chosen) == 1 else f"{len(chosen)} runs"


def _button(action: QAction) -> QPushButton:
    """Return a button that triggers the action and is enabled with it."""
    button = QPushButton(action.text().replace("&", ""))
    button.setAccessibleName(button.text())
    button.setToolTip(action.toolTip())
    button.setEnabled(action.isEnabled())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button
