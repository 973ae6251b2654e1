"""Shows the end of a training: the new weights beside those in use, or why it failed, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from glyphstudio.engine.runs.runs import Run
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.train.messages import Compared, Ending, Finished, Score

_HEADS = {"better": "Better than the one in use", "worse": "Not as good as the one in use", "alike": "About as good"}
_NOTE = "Right answers, with 95 % intervals."


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def signed(points: float) -> str:
    """Return percentage points with a sign as wide as a digit."""
    return f"{points:+.1f}".replace("-", "−") if abs(points) >= 0.05 else "±0.0"


def interval(score: Score) -> str:
    return f"{100 * score.low:.1f} to {100 * score.high:.1f}"


def verdict(rows: tuple[Compared, ...]) -> str:
    """Return the headline that the differences justify, or "" if there are none. It says so if they disagree."""
    gaps = [row.difference for row in rows if row.difference is not None]
    if not gaps:
        return ""
    better, worse = any(low > 0 for _, low, _ in gaps), any(high < 0 for _, _, high in gaps)
    if better and worse:
        return "Better in one way, worse in another"
    return _HEADS["better" if better else "worse" if worse else "alike"]


class TrainingResult(QWidget):
    use_wanted = Signal()
    again_wanted = Signal()  # with the same settings
    change_wanted = Signal()  # change the settings first
    resume_wanted = Signal()
    finish_wanted = Signal()  # take no more steps, only measure
    remedy_wanted = Signal()
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finished: Finished | None = None
        self.heading, self.about, self.problem, self.said = QLabel(), QLabel(), QLabel(), QLabel()
        self.heading.setFont(scaled_font(self.font(), 1.6))
        self.about.setForegroundRole(QUIET)
        self.problem.setForegroundRole(WARNING)
        for label in (self.heading, self.about, self.problem, self.said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, UNIT, 0, UNIT)
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(2)
        self.use = QPushButton("Use this")
        self.use.setProperty("primary", True)
        self.remedy = QPushButton()
        self.remedy.setProperty("primary", True)
        self.finish = QPushButton("Measure and keep what was learned")
        self.resume = QPushButton("Resume")
        self.again = QPushButton("Train again with these settings")
        self.change = QPushButton("Change the settings…")
        self.new = QPushButton("New training…")
        layout = QVBoxLayout()
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.heading, self.about, self.problem, self._table, self.said):
            layout.addWidget(widget)
        for button, signal in (
            (self.use, self.use_wanted),
            (self.remedy, self.remedy_wanted),
            (self.finish, self.finish_wanted),
            (self.resume, self.resume_wanted),
            (self.again, self.again_wanted),
            (self.change, self.change_wanted),
            (self.new, self.new_wanted),
        ):
            layout.addWidget(button)
            button.clicked.connect(signal)
        layout.addStretch(1)
        content = QWidget()
        content.setLayout(layout)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_end(self, finished: Finished) -> None:
        self.finished = finished
        run, result = finished.run, finished.result
        self.heading.setText(_heading(finished))
        self.about.setText("" if run is None else about(run))
        self.about.setVisible(run is not None)
        self.problem.setText(finished.problem)
        self.problem.setVisible(bool(finished.problem))
        self._clear()
        if result is not None:
            self._fill(result.rows, result.title, result.now_title)
        self._table.setVisible(result is not None)
        lines = () if result is None else result.sentences
        self.said.setText("\n\n".join(lines))
        self.said.setVisible(bool(lines))
        gone = run is None or finished.ending is Ending.DISCARD
        resumable = not gone and run is not None and run.resumable
        self.use.setVisible(finished.weights and not gone)
        _make_primary(self.use, result is None or verdict(result.rows) != _HEADS["worse"])
        self.remedy.setVisible(finished.remedy is not None)
        self.remedy.setText(finished.remedy_label)
        self.finish.setVisible(resumable and run is not None and run.step > 0 and not finished.weights)
        self.resume.setVisible(resumable)
        self.resume.setText("Resume" if run is None or run.step < run.steps else "Resume measuring")
        self.finish.setVisible(self.finish.isVisibleTo(self) and run is not None and run.step < run.steps)
        self.again.setVisible(run is not None and not finished.problem)
        self.change.setVisible(run is not None or bool(finished.problem))
        self.new.setVisible(not self.change.isVisibleTo(self))

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _fill(self, rows: tuple[Compared, ...], title: str, now_title: str) -> None:
        heads = [f"New: {title}", f"In use: {now_title}" if now_title else "", "Difference" if now_title else ""]
        for column, text in enumerate(heads):
            self._put(0, column, text, quiet=True)
            self._grid.setColumnStretch(column, 1)
        for index, row in enumerate(rows):
            line = 4 * index + 1
            self._put(line, 0, f"{row.what}, {row.asked}", across=3)
            for column, score in enumerate((row.new, row.now)):
                if score is not None:
                    self._put(line + 1, column, percent(score.accuracy), bold=column == 0)
                    self._put(line + 2, column, interval(score), quiet=True)
            if row.difference is not None:
                mean, low, high = (100 * value for value in row.difference)
                self._put(line + 1, 2, signed(mean))
                self._put(line + 2, 2, f"{signed(low)} to {signed(high)}", quiet=True)
            self._grid.setRowMinimumHeight(line + 3, UNIT)
        note = f"{_NOTE} Both had the same tasks and drawings." if now_title else _NOTE
        self._put(4 * len(rows) + 1, 0, note, quiet=True, across=3)

    def _put(
        self, row: int, column: int, text: str, *, quiet: bool = False, bold: bool = False, across: int = 1
    ) -> None:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(across > 1 or row == 0)
        weight = QFont.Weight.DemiBold if bold else None
        label.setFont(scaled_font(self.font(), 0.88 if quiet else 1.0, weight))
        if quiet:
            label.setForegroundRole(QUIET)
        self._grid.addWidget(label, row, column, 1, across, Qt.AlignmentFlag.AlignTop)


def _make_primary(button: QPushButton, primary: bool) -> None:
    """Give the button the colour of the best choice, or take it away."""
    button.setProperty("primary", primary)
    button.style().unpolish(button)
    button.style().polish(button)


def _heading(finished: Finished) -> str:
    run = finished.run
    if finished.ending is Ending.DISCARD:
        return "Nothing was kept"
    if finished.problem:
        return "The training has stopped"
    if finished.ending is Ending.KEEP and not finished.weights and run is not None:
        return f"Kept at step {run.step:,}, not measured"
    return verdict(finished.result.rows if finished.result else ()) or "The training is done"


def about(run: Run) -> str:
    """Describe the run in one line."""
    minutes = max(1, round(run.seconds / 60))
    whole = f"{run.step:,} steps" if run.step == run.steps else f"{run.step:,} of {run.steps:,} steps"
    took = f"{minutes} min" if run.seconds >= 60 else f"{max(1, round(run.seconds))} s"
    return f"{run.name}: {whole} in {took}. {run.described}."
