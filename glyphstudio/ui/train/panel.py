"""The Meta-Train panel beside the canvas: a form, then the training while it runs, then its result.

The window passes the open library (`show_library`) and the weights in use (`use`) and connects `use_wanted`. It calls
`close_question` before it closes, and `close` of the worker at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.runs import Run
from glyphstudio.library.glyph import Glyph
from glyphstudio.resources import LEARNERS
from glyphstudio.ui.parts.theme import UNIT
from glyphstudio.ui.plot.loading import PlotLoading, nobody_draws
from glyphstudio.ui.train.form import TrainingForm
from glyphstudio.ui.train.interrupted import InterruptedOffer, interrupted_sentence
from glyphstudio.ui.train.live import TrainingLive, draw_curves
from glyphstudio.ui.train.messages import (
    Began,
    Doing,
    Ending,
    Estimated,
    Finished,
    Paused,
    Plan,
    Prepared,
    Surroundings,
    Trouble,
)
from glyphstudio.ui.train.result import TrainingResult
from glyphstudio.ui.train.worker import TrainingWorker

BACKGROUND, KEEP, DISCARD, CANCEL = "background", "keep", "discard", "cancel"


class TrainingPanel(QWidget):
    """The panel's pages and their signals.

    use_wanted(weights, name): the user wants to use a result. busy_changed, idle: trainings start, and the last one
    ends. interrupted(sentence): a training was interrupted, and the panel asks what to do about it. ended(Finished):
    after each training.
    """

    use_wanted = Signal(object, str)
    busy_changed = Signal(bool)
    idle = Signal()
    interrupted = Signal(str)
    ended = Signal(object)

    def __init__(
        self,
        worker: TrainingWorker,
        make_curves: Callable[[QWidget], QWidget] = draw_curves,
        drawing: Callable[[], bool] = nobody_draws,
        parent: QWidget | None = None,
    ) -> None:
        """drawing: returns whether a pen is down."""
        super().__init__(parent)
        self.worker = worker
        self._around = Surroundings()
        self._cut_off: list[Run] = []
        self.form, self.live, self.result_page = TrainingForm(), TrainingLive(make_curves), TrainingResult()
        self._plots = PlotLoading(self.live.prepare, drawing, self)
        self.offer = InterruptedOffer()
        self.strip = QPushButton()  # above the form or a result: back to the current training, or to the last result
        self.strip.setProperty("link", True)
        above = QHBoxLayout()
        above.setContentsMargins(UNIT, 0, UNIT, 0)
        above.addWidget(self.strip)
        above.addStretch(1)
        self.strip.hide()
        self.pages = QStackedWidget()
        for page in (self.form, self.live, self.result_page):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.offer)
        layout.addLayout(above)
        layout.addWidget(self.pages, 1)
        self.setFocusProxy(self.form.learner)
        self._connect()

    def _connect(self) -> None:
        worker, live, result_page = self.worker, self.live, self.result_page
        worker.told.connect(self._hear)
        worker.took.connect(live.take)
        worker.cut_off.connect(self.offer_cut_off)
        worker.busy_changed.connect(self._busy_changed)
        self.form.start_wanted.connect(self.start)
        self.form.cost_wanted.connect(worker.estimate)
        self.strip.clicked.connect(self._to_live)
        live.pause_wanted.connect(worker.pause)
        live.go_on_wanted.connect(worker.go_on)
        live.keep_wanted.connect(worker.stop_and_keep)
        live.discard_wanted.connect(self._discard)
        live.another_wanted.connect(self.new)
        live.forget_waiting_wanted.connect(self._forget_waiting)
        result_page.use_wanted.connect(self._use)
        result_page.again_wanted.connect(self._again)
        result_page.change_wanted.connect(self._change)
        result_page.resume_wanted.connect(self._resume)
        result_page.finish_wanted.connect(self._finish)
        result_page.remedy_wanted.connect(self._remedy)
        result_page.new_wanted.connect(self.new)
        self.offer.resume_wanted.connect(self._resume_cut_off)
        self.offer.later_wanted.connect(self._keep_cut_off)
        self.offer.discard_wanted.connect(self._discard_cut_off)

    def sizeHint(self) -> QSize:
        return QSize(56 * UNIT, 80 * UNIT)

    def minimumSizeHint(self) -> QSize:
        return QSize(42 * UNIT, 40 * UNIT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._plots.soon()

    # For the window

    @property
    def busy(self) -> bool:
        """Whether a training runs or waits."""
        return self.worker.busy

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        """Take the current glyphs of the open library, and its file."""
        self._around = replace(self._around, glyphs=tuple(glyphs), library=path)
        self.worker.surround(self._around)
        self.form.show_library(glyphs, path)

    def use(self, weights: Path, title: str) -> None:
        """Take the weights in use, and the title of their learner."""
        self._around = replace(self._around, weights=weights, title=title)
        self.worker.surround(self._around)

    def look_for_interrupted(self) -> None:
        """Look for an interrupted training, once, when the program starts. `interrupted` follows if there is one."""
        self.worker.look_for_cut_off()

    def start(self, plan: Plan) -> None:
        """Train, after the trainings that run or wait."""
        name = plan.name or LEARNERS.get(plan.learner, plan.learner)
        if not self.busy:
            self.live.wait_for(name)
        self._plots.now()
        self.worker.start(plan)
        self._to_live()

    def resume(self, run: Run, only_finish: bool = False) -> None:
        """Resume a run, after the trainings that run or wait."""
        if not self.busy:
            self.live.wait_for(run.name)
        self._plots.now()
        self.worker.resume(run, only_finish)
        self._to_live()

    def start_again(self, run: Run) -> None:
        """Show the form with the settings of a run, to start it again with or without changes."""
        self.form.show_run(run)
        self.new()

    @Slot()
    def new(self) -> None:
        """Show the form."""
        self.pages.setCurrentWidget(self.form)
        self._refresh()

    def close_question(self) -> str:
        """Ask the user what to do with the current training when the window closes. Call it only while `busy`.

        BACKGROUND: hide the window and quit when `idle` comes. KEEP and DISCARD: the same; the panel has already passed
        the order to the worker. CANCEL: stay open.
        """
        choice = self._ask_closing()
        if choice in (KEEP, DISCARD):
            self.worker.forget_waiting()
            if choice == KEEP:
                self.live.stopping("Stopping after this step…")
                self.worker.stop_and_keep()
            else:
                self.live.stopping("Discarding after this step…")
                self.worker.discard()
        return choice

    def _ask_closing(self) -> str:
        run = self.worker.run
        waiting = len(self.worker.waiting)
        more = f" {waiting} more {'waits' if waiting == 1 else 'wait'} for it." if waiting else ""
        box = QMessageBox(self.window())
        box.setWindowTitle("GlyphStudio")
        box.setText(f"{'A training' if run is None else run.name} is not done yet.{more}")
        box.setInformativeText(
            "It can continue without a window and end by itself, or end after this step: keep what it has learned "
            "so far, or discard it."
        )
        roles = QMessageBox.ButtonRole
        buttons = {
            box.addButton("Keep running in the background until done", roles.AcceptRole): BACKGROUND,
            box.addButton("Stop and keep", roles.AcceptRole): KEEP,
            box.addButton("Discard", roles.DestructiveRole): DISCARD,
            box.addButton("Cancel", roles.RejectRole): CANCEL,
        }
        for button, choice in buttons.items():
            if choice == CANCEL:
                box.setEscapeButton(button)
            if choice == BACKGROUND:
                box.setDefaultButton(button)
        box.exec()
        clicked = box.clickedButton()
        found = next((choice for button, choice in buttons.items() if button is clicked), CANCEL)
        box.deleteLater()
        return found

    # Messages from the thread

    @Slot(object)
    def _hear(self, message: object) -> None:
        match message:
            case Began(run=run):
                self.live.begin(run)  # a user who reads a result or fills in the form stays there
            case Prepared():
                self.live.prepared(message)
            case Doing():
                self.live.doing(message)
            case Paused():
                self.live.paused(message)
            case Trouble():
                self.live.say_trouble(message)
            case Estimated():
                self.form.show_cost(message)
            case Finished():
                self._finished(message)
        self._refresh()

    def _finished(self, finished: Finished) -> None:
        self.result_page.show_end(finished)
        if finished.ending is Ending.DISCARD and not finished.problem:
            self.pages.setCurrentWidget(self.form)
        elif self.pages.currentWidget() is self.live:
            self.pages.setCurrentWidget(self.result_page)
        self.ended.emit(finished)

    @Slot(bool)
    def _busy_changed(self, busy: bool) -> None:
        self.form.show_busy(busy)
        self._refresh()
        self.busy_changed.emit(busy)
        if not busy:
            self.idle.emit()

    def _refresh(self) -> None:
        self.live.show_waiting(self.worker.waiting)
        page = self.pages.currentWidget()
        to_result = page is self.form and self._has_result
        self.strip.setVisible(page is not self.live and (self.busy or to_result))
        self.strip.setText("‹ The current training" if self.busy else "‹ The last result")

    @property
    def _has_result(self) -> bool:
        finished = self.result_page.finished
        return finished is not None and not (finished.ending is Ending.DISCARD and not finished.problem)

    @Slot()
    def _to_live(self) -> None:
        self.pages.setCurrentWidget(self.live if self.busy else self.result_page)
        self._refresh()

    # Buttons

    @Slot()
    def _discard(self) -> None:
        run = self.worker.run
        if run is not None and self._really("Discard this training?", "What it has learned so far is deleted."):
            self.live.stopping("Discarding after this step…")
            self.worker.discard()

    def _really(self, question: str, more: str) -> bool:
        box = QMessageBox(self.window())
        box.setWindowTitle("GlyphStudio")
        box.setText(question)
        box.setInformativeText(more)
        yes = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        chosen = box.clickedButton() is yes
        box.deleteLater()
        return chosen

    @Slot()
    def _forget_waiting(self) -> None:
        self.worker.forget_waiting()
        self._refresh()

    @property
    def _last(self) -> Run | None:
        return None if self.result_page.finished is None else self.result_page.finished.run

    @Slot()
    def _use(self) -> None:
        if self._last is not None:
            self.use_wanted.emit(self._last.weights, self._last.name)

    @Slot()
    def _again(self) -> None:
        run = self._last
        if run is not None:
            self.start(Plan(run.learner, run.sources, run.settings, run.measure_tasks))

    @Slot()
    def _change(self) -> None:
        if self._last is not None:
            self.form.show_run(self._last)
        self.new()

    @Slot()
    def _resume(self) -> None:
        if self._last is not None:
            self.resume(self._last)

    @Slot()
    def _finish(self) -> None:
        if self._last is not None:
            self.resume(self._last, only_finish=True)

    @Slot()
    def _remedy(self) -> None:
        if self.result_page.finished is not None and self.result_page.finished.remedy is not None:
            self.start(self.result_page.finished.remedy)

    # Interrupted trainings

    @Slot(object)
    def offer_cut_off(self, runs: Sequence[Run]) -> None:
        """Ask what to do with interrupted trainings, one after the other."""
        self._cut_off = list(runs)
        self._show_offer()

    def _show_offer(self) -> None:
        if not self._cut_off:
            self.offer.hide()
            return
        sentence = interrupted_sentence(self._cut_off[0])
        self.offer.say(sentence)
        self.interrupted.emit(sentence)

    @Slot()
    def _resume_cut_off(self) -> None:
        self.resume(self._cut_off.pop(0))
        self._show_offer()

    @Slot()
    def _keep_cut_off(self) -> None:
        self.worker.set_aside(self._cut_off.pop(0))
        self._show_offer()

    @Slot()
    def _discard_cut_off(self) -> None:
        run = self._cut_off[0]
        if self._really(f"Discard {run.name}?", f"What it has learned up to step {run.step:,} is deleted."):
            self.worker.throw_away(self._cut_off.pop(0))
            self._show_offer()
