"""Shows a training while it runs: its curves, its progress and speed, and buttons to pause or stop it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol, cast

import numpy as np
from PySide6.QtCore import QElapsedTimer, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.log import Curves, read_log
from glyphstudio.engine.runs.runs import Run
from glyphstudio.plural import counted
from glyphstudio.resources import LEARNERS
from glyphstudio.ui.parts.memory import resident_megabytes
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.train.estimate import Pace, duration, memory
from glyphstudio.ui.train.messages import Doing, Paused, Prepared, Taken, Trouble

_CURVES = 52 * UNIT  # the least height in which curves are readable
_MEMORY = 1000  # ms between two readings of the memory
_FACTS = ("Tasks a second", "Time left", "Device", "Memory")
_KEEP = "End after this step, measure what was learned, and keep it."
_KEEP_UNMEASURED = "Keep what was learned without measuring it. Resuming measures it."


class CurvesLike(Protocol):
    """A widget that draws curves. `ui.plot.curves` has the real one."""

    def show_run(self, key: str, title: str, settings: str, curves: Curves) -> None: ...

    def extend_run(self, key: str, curves: Curves) -> None: ...

    def remove_run(self, key: str) -> None: ...


def draw_curves(parent: QWidget) -> QWidget:
    """Return a new curves view. Call it only when one is needed, because pyqtgraph takes a while to load."""
    from glyphstudio.ui.plot.curves import CurvesView

    return CurvesView(parent)


def curves_of(taken: Sequence[Taken]) -> Curves:
    """Return the steps as arrays."""
    rows = [(one.step, one.loss, one.before, one.after, one.seconds) for one in taken]
    checks = [(one.step, one.validation[2], *one.validation[:2]) for one in taken if one.validation is not None]
    step, loss, before, after, seconds = np.array(rows, dtype=float).reshape(-1, 5).T
    at, validation_loss, validation, ci95 = np.array(checks, dtype=float).reshape(-1, 4).T
    return Curves(step, loss, before, after, seconds, at, validation_loss, validation, ci95)


def settings_text(run: Run) -> str:
    """Return the run's main settings in three lines, for the tooltip of its curves."""
    settings = run.settings
    tasks = int(settings.get("meta_batch", 1))
    lines = [
        f"{LEARNERS.get(run.learner, run.learner)}, {run.described or ', '.join(run.sources)}",
        f"{settings.get('ways')}-way {settings.get('shots')}-shot, {settings.get('queries')} queries, "
        f"{counted(tasks, 'task')} in a step",
        f"learning rate {settings.get('rate')}, seed {settings.get('seed')}",
    ]
    return "\n".join(lines)


class TrainingLive(QWidget):
    """The page of the current run. A button confirms a press at once; the thread reports when the order is done."""

    pause_wanted = Signal()
    go_on_wanted = Signal()
    keep_wanted = Signal()
    discard_wanted = Signal()
    another_wanted = Signal()
    forget_waiting_wanted = Signal()

    def __init__(self, make_curves: Callable[[QWidget], QWidget] = draw_curves, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_curves = make_curves
        self.curves: CurvesLike | None = None
        self._run: Run | None = None
        self._drawn = ""  # key of the curves shown
        self._step = 0
        self._pace = Pace()
        self._paused = self._measuring = False
        self._looked = QElapsedTimer()
        self.heading, self.status, self.trouble, self.queue = QLabel(), QLabel(), QLabel(), QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the training")
        self.facts = {name: QLabel() for name in _FACTS}
        self.pause = QPushButton("Pause")
        self.keep = QPushButton("Stop and keep")
        self.discard = QPushButton("Discard")
        self.another = QPushButton("Plan another…")
        self.forget = QPushButton("Do not train it")
        self._lay_out()
        self.pause.clicked.connect(self._pause_clicked)
        self.keep.clicked.connect(self._keep_clicked)
        self.discard.clicked.connect(self.discard_wanted)
        self.another.clicked.connect(self.another_wanted)
        self.forget.clicked.connect(self.forget_waiting_wanted)

    def _lay_out(self) -> None:
        self.heading.setFont(scaled_font(self.font(), 1.6))
        self.heading.setWordWrap(True)
        for label in (self.status, self.trouble, self.queue):
            label.setWordWrap(True)
            label.setFont(scaled_font(self.font(), 0.88))
        self.status.setForegroundRole(QUIET)
        self.queue.setForegroundRole(QUIET)
        self.status.setMinimumHeight(2 * self.status.fontMetrics().lineSpacing())
        self.trouble.setForegroundRole(WARNING)
        facts = QGridLayout()
        facts.setHorizontalSpacing(2 * UNIT)
        facts.setVerticalSpacing(0)
        for column, (name, value) in enumerate(self.facts.items()):
            label = QLabel(name)
            label.setForegroundRole(QUIET)
            label.setFont(scaled_font(self.font(), 0.88))
            value.setAccessibleName(name)
            facts.addWidget(label, 0, column)
            facts.addWidget(value, 1, column)
            facts.setColumnStretch(column, 1)
        place = QWidget()
        self._place = QVBoxLayout(place)
        self._place.setContentsMargins(0, 0, 0, 0)
        for button, tip in (
            (self.pause, "Pause after this step. Nothing is lost, and it resumes where it was."),
            (self.keep, _KEEP),
            (self.discard, "End after this step, and delete what was learned."),
            (self.another, "Fill in another training. It starts when this one has ended."),
        ):
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
        for button in (self.another, self.forget):
            button.setProperty("link", True)
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        for button in (self.pause, self.keep, self.discard):
            buttons.addWidget(button)
        buttons.addStretch(1)
        queue = QHBoxLayout()
        queue.setSpacing(UNIT)
        queue.addWidget(self.queue, 1)
        queue.addWidget(self.forget)
        queue.addWidget(self.another)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 0)
        inside.setSpacing(UNIT)
        inside.addWidget(self.heading)
        inside.addWidget(self.bar)
        inside.addWidget(self.status)
        inside.addLayout(facts)
        inside.addWidget(place, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        below = QVBoxLayout()
        below.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        below.setSpacing(UNIT)
        below.addWidget(self.trouble)
        below.addLayout(queue)
        below.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addLayout(below)

    # Input

    def wait_for(self, name: str) -> None:
        """Show a training that was requested and has not started yet."""
        self._run = None
        self._step, self._pace = 0, Pace()
        self._paused = self._measuring = False
        self.heading.setText(name)
        self.status.setText("Starting…")
        self.bar.setRange(0, 0)
        self.trouble.hide()
        for value in self.facts.values():
            value.clear()
        self._enable(False)

    def begin(self, run: Run) -> None:
        self.wait_for(run.name)
        self._run, self._step = run, run.step
        self._enable(True)

    def prepared(self, message: Prepared) -> None:
        run = self._run = message.run
        self._step = run.step
        self.facts["Device"].setText(run.device)
        self._draw(run)

    def prepare(self) -> None:
        """Make the curves view; see `ui.plot.loading`."""
        self._made_curves()

    def _made_curves(self) -> CurvesLike:
        if self.curves is None:
            view = self._make_curves(self)
            view.setMinimumHeight(_CURVES)
            self._place.addWidget(view, 1)
            self.curves = cast(CurvesLike, view)
        return self.curves

    def _draw(self, run: Run) -> None:
        curves = self._made_curves()
        if self._drawn != run.folder.name:
            curves.remove_run(self._drawn)  # the previous run; the Runs dock compares runs
        self._drawn = run.folder.name
        title = run.name or LEARNERS.get(run.learner, run.learner)
        before = read_log(run.log) if run.step else curves_of(())
        curves.show_run(self._drawn, title, settings_text(run), before)

    def take(self, taken: Sequence[Taken]) -> None:
        """Show the steps taken since the last call."""
        run = self._run
        if run is None or not taken:
            return
        for one in taken:
            self._pace.add(one)
        self._step = taken[-1].step
        if self.curves is not None:
            self.curves.extend_run(run.folder.name, curves_of(taken))
        self._show_step(run)

    def doing(self, message: Doing) -> None:
        """Show what the training does, or that it takes steps."""
        run = self._run
        if run is None:
            return
        if not message.what:
            self._show_step(run)
            self._say("Training")
            return
        far = f" {message.done:,} of {message.total:,}" if message.total else "…"
        self._say(f"{message.what}{far}")
        if message.last and not self._measuring:
            self._show_measuring()
        if not self._step or message.last:
            self.bar.setRange(0, message.total)
            self.bar.setValue(message.done)

    def paused(self, message: Paused) -> None:
        self._paused = message.paused
        self.pause.setText("Resume" if message.paused else "Pause")
        self.pause.setEnabled(True)
        if message.paused:
            self._say("Paused. Nothing is computed until you resume.")
        else:
            self._say("Training")

    def say_trouble(self, message: Trouble) -> None:
        again = " Training continues, and saving is tried again."
        self.trouble.setText(f"{message.sentence}{again}" if message.sentence else "")
        self.trouble.setVisible(bool(message.sentence))

    def show_waiting(self, names: Sequence[str]) -> None:
        """Show the trainings that wait for this one."""
        self.forget.setVisible(bool(names))
        self.forget.setText("Do not train it" if len(names) < 2 else "Do not train them")
        if not names:
            self.queue.setText("")
        elif len(names) == 1:
            self.queue.setText(f"{names[0]} waits for this one.")
        else:
            self.queue.setText(f"{len(names)} trainings wait for this one.")

    # Buttons

    @Slot()
    def _pause_clicked(self) -> None:
        self.pause.setEnabled(False)
        if self._paused:
            self._say("Resuming…")
            self.go_on_wanted.emit()
        else:
            self._say("Pausing after this step…")
            self.pause_wanted.emit()

    @Slot()
    def _keep_clicked(self) -> None:
        self.stopping("Measuring ends here; it can be done later…" if self._measuring else "Stopping after this step…")
        self.keep.setEnabled(False)
        self.keep_wanted.emit()

    def _show_measuring(self) -> None:
        """Relabel the stop button: no step follows, so it now stops the measuring."""
        self._measuring = True
        self.heading.setText("Measuring what it has learned")
        self.pause.setEnabled(True)
        self.keep.setEnabled(True)
        self.keep.setText("Stop measuring")
        self.keep.setToolTip(_KEEP_UNMEASURED)
        self.keep.setAccessibleDescription(_KEEP_UNMEASURED)

    def stopping(self, sentence: str) -> None:
        """Show that the training is about to end."""
        self._paused = False
        self.pause.setText("Pause")
        self.pause.setEnabled(False)
        self._say(sentence)

    def _enable(self, enabled: bool) -> None:
        for button in (self.pause, self.keep, self.discard):
            button.setEnabled(enabled)
        self.pause.setText("Pause")
        self.keep.setText("Stop and keep")
        self.keep.setToolTip(_KEEP)
        self.keep.setAccessibleDescription(_KEEP)

    def _say(self, text: str) -> None:
        self.status.setText(text)

    # Figures

    def _show_step(self, run: Run) -> None:
        self.heading.setText(f"Step {self._step:,} of {run.steps:,}")
        self.heading.setToolTip(run.name)
        self.bar.setRange(0, run.steps)
        self.bar.setValue(self._step)
        step = self._pace.step
        rate = int(run.settings.get("meta_batch", 1)) / step if step else None
        self.facts["Tasks a second"].setText("" if rate is None else f"{rate:.3g}")
        left = self._pace.left(self._step, run.steps, int(run.settings.get("validate_every", 1)))
        self.facts["Time left"].setText("" if left is None else duration(left))
        if not self._looked.isValid() or self._looked.elapsed() > _MEMORY:
            self._looked.restart()
            used = resident_megabytes()
            self.facts["Memory"].setText("unknown on this system" if math.isnan(used) else memory(used))
