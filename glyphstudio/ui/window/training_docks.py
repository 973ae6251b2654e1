"""Joins the docks Meta-Train, Runs and Evaluate to the window: passes on the library and weights, takes results back.

Each view is made when its dock is first seen. A training outlives its dock and, if the user wants, the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from glyphstudio.engine.runs.runs import Run, Runs
from glyphstudio.library.glyph import Glyph
from glyphstudio.ui.draw.canvas import Canvas
from glyphstudio.ui.learner.choice import Choice
from glyphstudio.ui.learner.switch import LearnerSwitch
from glyphstudio.ui.window.docks import Docks

if TYPE_CHECKING:
    from glyphstudio.ui.evaluate.panel import EvaluatePanel
    from glyphstudio.ui.evaluate.worker import EvaluateWorker
    from glyphstudio.ui.runs.view import RunsView
    from glyphstudio.ui.train.panel import TrainingPanel
    from glyphstudio.ui.train.worker import TrainingWorker

TRAINING, RUNS, EVALUATE = "training", "runs", "evaluate"


class TrainingDocks(QObject):
    """The three training docks. The window passes every change of the library to `show_library`."""

    use_wanted = Signal(object, str)  # the weights' Path and name
    idle = Signal()  # the last training has ended

    def __init__(self, docks: Docks, canvas: Canvas, switch: LearnerSwitch, runs: Runs, log_file: Path | None) -> None:
        super().__init__(docks)
        self._canvas = canvas
        self._docks, self._switch, self._runs, self._log_file = docks, switch, runs, log_file
        switch.used.connect(self._use)
        self._library: tuple[Sequence[Glyph], Path | None] = ((), None)
        self._training: TrainingWorker | None = None
        self._evaluating: EvaluateWorker | None = None
        self._closed = False
        self.panel: TrainingPanel | None = None
        self.runs: RunsView | None = None
        self.evaluate: EvaluatePanel | None = None
        parts: tuple[tuple[str, str, Callable[[], QWidget], str], ...] = (
            (TRAINING, "&Meta-Train…", self._make_panel, "Train a learner on many small tasks, and watch it learn"),
            (RUNS, "&Runs", self._make_runs, "View, compare, resume and use your trainings"),
            (
                EVALUATE,
                "&Evaluate…",
                self._make_evaluate,
                "Measure how well the learner in use learns from few drawings",
            ),
        )
        for name, title, make, tip in parts:
            docks.add(name, title, make, tip)

    @property
    def busy(self) -> bool:
        """Whether a training is running or queued."""
        return self._training is not None and self._training.busy

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        """Show the open library's current glyphs. path: its file."""
        self._library = glyphs, path
        for panel in (self.panel, self.evaluate):
            if panel is not None:
                panel.show_library(glyphs, path)

    @Slot()
    def look_for_interrupted(self) -> None:
        """Look once, at the start, for interrupted trainings, and offer to resume them."""
        self._training_worker().look_for_cut_off()

    def close_question(self) -> str:
        """Ask what to do with the running training; see `TrainingPanel.close_question`. Call it only while `busy`."""
        if self.panel is None:
            self._docks.show(TRAINING)
        if self.panel is None:
            raise RuntimeError("the training dock has no content")
        return self.panel.close_question()

    def close(self) -> None:
        """End all threads. The next start offers to resume a running training."""
        self._closed = True
        if self.runs is not None:
            self.runs.close_worker()
        for worker in (self._training, self._evaluating):
            if worker is not None:
                worker.close()

    # --- making the views ---

    def _training_worker(self) -> TrainingWorker:
        if self._training is None:
            from glyphstudio.ui.train.worker import TrainingWorker

            self._training = TrainingWorker(self._runs, self._log_file, self)
            self._training.cut_off.connect(self._offer)
            self._training.busy_changed.connect(self._busy_changed)
            if self._closed:
                self._training.close()
        return self._training

    def _make_panel(self) -> QWidget:
        from glyphstudio.ui.train.panel import TrainingPanel

        self.panel = TrainingPanel(self._training_worker(), drawing=self._drawing)
        self.panel.use_wanted.connect(self.use_wanted)
        self.panel.ended.connect(self._refresh)
        return self._given(self.panel)

    def _make_runs(self) -> QWidget:
        from glyphstudio.ui.runs.view import RunsView

        self.runs = RunsView(self._runs, self._log_file)
        self.runs.use_wanted.connect(self.use_wanted)
        self.runs.resume_wanted.connect(self._resume)
        self.runs.again_wanted.connect(self._again)
        return self.runs

    def _make_evaluate(self) -> QWidget:
        from glyphstudio.ui.evaluate.panel import EvaluatePanel
        from glyphstudio.ui.evaluate.worker import EvaluateWorker

        self._evaluating = EvaluateWorker(self._log_file, self)
        self.evaluate = EvaluatePanel(self._evaluating, self._drawing)
        return self._given(self.evaluate)

    def _drawing(self) -> bool:
        return self._canvas.drawing_now

    def _given(self, panel: TrainingPanel | EvaluatePanel) -> QWidget:
        panel.show_library(*self._library)
        if self._switch.current is not None:
            panel.use(self._switch.current.path, self._switch.current.title)
        return panel

    @Slot(object)
    def _use(self, choice: Choice) -> None:
        """Pass on the weights that are now in use."""
        for panel in (self.panel, self.evaluate):
            if panel is not None:
                panel.use(choice.path, choice.title)

    # --- results ---

    @Slot(object)
    def _offer(self, runs: Sequence[Run]) -> None:
        if not runs or self._closed:
            return
        heard = self.panel is not None  # an existing panel offers them itself
        self._docks.show(TRAINING)
        if self.panel is not None and not heard:
            self.panel.offer_cut_off(runs)

    @Slot(bool)
    def _busy_changed(self, busy: bool) -> None:
        self._refresh()
        if not busy:
            self.idle.emit()

    @Slot()
    def _refresh(self) -> None:
        if self.runs is not None:
            self.runs.refresh()

    @Slot(object)
    def _resume(self, run: Run) -> None:
        self._docks.show(TRAINING)
        if self.panel is not None:
            self.panel.resume(run)

    @Slot(object)
    def _again(self, run: Run) -> None:
        self._docks.show(TRAINING)
        if self.panel is not None:
            self.panel.start_again(run)
