"""The Evaluate panel: measures beside the canvas how well the learner in use learns tasks from a chosen source.

It checks settings against the source while the user chooses them, so that a problem shows before Start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.evaluate.form import EvaluateForm
from glyphstudio.ui.evaluate.messages import Checked, Evaluated, Evaluation
from glyphstudio.ui.evaluate.result import EvaluateResult
from glyphstudio.ui.evaluate.words import time_left
from glyphstudio.ui.evaluate.worker import TASKS, EvaluateWorker
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.pages import fill, scrolling, small_text
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.plot.loading import PlotLoading, nobody_draws

_PAUSE = 250  # ms without a change before settings are checked
_LOOKING = "Checking the source…"
_CANCELLING = "Stopping…"
_CANCELLED = "Cancelled. Nothing was measured."


class EvaluatePanel(QWidget):
    """The panel. Pass it every change of library and learner; it only remembers them while it is hidden."""

    def __init__(
        self,
        worker: EvaluateWorker,
        drawing: Callable[[], bool] = nobody_draws,
        parent: QWidget | None = None,
    ) -> None:
        """drawing: returns whether a pen is down."""
        super().__init__(parent)
        self._worker = worker
        self._weights: tuple[Path, str] | None = None
        self._asked: Evaluation | None = None  # its check is under way
        self._checked: Checked | None = None  # the check of the current settings
        self._running: Evaluation | None = None
        self.heading = QLabel("Evaluate")
        self.form = EvaluateForm()
        self.start, self.cancel = QPushButton("Start"), QPushButton("Cancel")
        self.said = small_text(quiet=False)
        self.bar = QProgressBar()
        self.result = EvaluateResult()
        self._plots = PlotLoading(self.result.prepare, drawing, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._check)
        self._lay_out()
        self.form.changed.connect(self._changed)
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(self._cancel)
        self.result.export_wanted.connect(self._export)
        worker.checked.connect(self._was_checked)
        worker.progress.connect(self._progress)
        worker.evaluated.connect(self._evaluated)
        worker.failed.connect(self._failed)
        worker.cancelled.connect(self._was_cancelled)
        worker.exported.connect(self._exported)
        worker.refused.connect(self._refused)
        self._show_state()

    def _lay_out(self) -> None:
        self.heading.setFont(scaled_font(self.font(), 1.6))
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setWordWrap(True)
        self.start.setProperty("primary", True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing())
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the evaluation")
        self.result.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.heading, self.form):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        layout.addWidget(self.bar)
        layout.addWidget(self.said)
        layout.addSpacing(UNIT)
        layout.addWidget(self.result)
        layout.addStretch(1)
        content.setMaximumWidth(90 * UNIT)
        self.area = scrolling(content)
        fill(self, self.area)
        self.setFocusProxy(self.form)

    def sizeHint(self) -> QSize:
        return QSize(52 * UNIT, 80 * UNIT)

    def minimumSizeHint(self) -> QSize:
        return QSize(46 * UNIT, 24 * UNIT)

    # Input

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        """Take the current glyphs of the open library, and its file."""
        self.form.source.show_library(glyphs, path)

    def use(self, weights: Path, title: str) -> None:
        """Take the weights of the learner in use, and its title. A running evaluation keeps the weights that it
        started with."""
        self._weights = weights, title
        self.heading.setText(f"Evaluate {title}")
        self._changed()

    # Checking

    @Slot()
    def _changed(self) -> None:
        self._checked = self._asked = None
        if self.isVisible():
            self._timer.start()
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._plots.soon()
        if self._checked is None and self._asked is None:
            self._check()

    @Slot()
    def _check(self) -> None:
        """Let the worker check whether the source can serve these settings, unless the form already knows a problem."""
        self._timer.stop()
        if self._running is None and self._weights is not None and not self.form.source.problem:
            self._asked = self.form.evaluation(*self._weights)
            self._worker.check(self._asked)
        self._show_state()

    @Slot(object)
    def _was_checked(self, checked: Checked) -> None:
        if checked.evaluation is self._asked:
            self._asked, self._checked = None, checked
            self.form.show_checked(checked)
            self._show_state()

    # Measuring

    @Slot()
    def _start(self) -> None:
        if self._checked is None or self._checked.problem or self._running is not None:
            return
        self._running = self._checked.evaluation
        self.bar.setRange(0, 0)
        self._show_state("Starting…")
        self._worker.evaluate(self._running)
        self.cancel.setFocus()
        self._plots.now()

    @Slot()
    def _cancel(self) -> None:
        if self._running is not None:
            self._worker.cancel()
            self.cancel.setEnabled(False)
            self.said.setText(_CANCELLING)

    @Slot(str, int, int, float)
    def _progress(self, what: str, done: int, total: int, left: float) -> None:
        if self._running is None:
            if self._asked is not None and what != TASKS:
                self.said.setText(f"{what}: {done:,} of {total:,}")
        elif self.cancel.isEnabled():
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            of = f"{done:,} of {total:,}"
            self.said.setText(f"{of} tasks{time_left(left)}" if what == TASKS else f"{what}: {of}")

    @Slot(object)
    def _evaluated(self, result: Evaluated) -> None:
        if result.evaluation is self._running:
            self.result.show_result(result)
            self.result.show()
            self._over(f"Measured in {result.seconds:,.1f} s.")
            QTimer.singleShot(0, self._reveal)  # after the layout has placed it

    @Slot()
    def _reveal(self) -> None:
        self.area.ensureWidgetVisible(self.result.export, 0, 2 * UNIT)

    @Slot(object, str)
    def _failed(self, evaluation: Evaluation, sentence: str) -> None:
        if evaluation is self._running:
            self._over(sentence, warning=True)

    @Slot(object)
    def _was_cancelled(self, evaluation: Evaluation) -> None:
        if evaluation is self._running:
            self._over(_CANCELLED)

    def _over(self, sentence: str, *, warning: bool = False) -> None:
        """Return to the form after an evaluation. Check the settings if they are not the ones just measured."""
        focused = self.cancel.hasFocus()
        ended, self._running = self._running, None
        if self._checked is None or self._checked.evaluation is not ended:
            self._timer.start()
        self._show_state(sentence, warning=warning)
        if focused:
            self.start.setFocus()

    # Exporting

    @Slot()
    def _export(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export the Evaluation", str(Path.home()))
        if folder and self.result.result is not None:
            self._worker.export(Path(folder), self.result.result, self.result.diagram())

    @Slot(object)
    def _exported(self, folder: Path) -> None:
        self.result.say(wording.exported(folder))

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self.result.say(sentence, warning=True)

    # Output

    def _show_state(self, sentence: str = "", *, warning: bool = False) -> None:
        running = self._running is not None
        self.form.setEnabled(not running)
        self.start.setVisible(not running)
        self.cancel.setVisible(running)
        self.cancel.setEnabled(running)
        self.bar.setVisible(running)
        problem = self._problem()
        self.start.setEnabled(self._checked is not None and not problem)
        if sentence:
            self._say(sentence, warning=warning)
        elif running:
            return  # `_progress` writes there
        elif problem:
            self._say(problem, warning=self._weights is not None)
        else:
            self._say(_LOOKING if self._checked is None and self.isVisible() else "")

    def _problem(self) -> str:
        """Return why these settings cannot be measured, or "" if no reason is known."""
        if self._weights is None:
            return wording.LOADING
        if self.form.source.problem:
            return self.form.source.problem
        if self._checked is None or not self._checked.problem:
            return ""
        return self._checked.problem

    def _say(self, sentence: str, *, warning: bool = False) -> None:
        self.said.setForegroundRole(WARNING if warning else QUIET)
        self.said.setText(sentence)
