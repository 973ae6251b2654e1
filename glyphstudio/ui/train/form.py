"""The training form: learner, source, and a preset or all settings, with an estimate of time and memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.runs import Run
from glyphstudio.library.glyph import Glyph
from glyphstudio.resources import FACTS, LEARNERS
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.sources.mixed_sources import MixedSources
from glyphstudio.ui.sources.supply import fitted, lacking
from glyphstudio.ui.train.estimate import duration, memory, steps_within, total_seconds
from glyphstudio.ui.train.fields import TrainingFields
from glyphstudio.ui.train.messages import Cost, CostRequest, Estimated, Plan
from glyphstudio.ui.train.settings import PRESETS, Preset, preset_settings, recipe

_WAIT = 300  # ms after the last change before anything is measured
_BY_HAND = len(PRESETS)
_INTRODUCTION = (
    "The learner practises on thousands of small tasks. Then one drawing of a new glyph is enough. You can keep "
    "drawing meanwhile, and nothing changes until you choose to use the result."
)
_MEASURING = "measuring…"
_LATER = "measured when the current training has ended"


class TrainingForm(QWidget):
    start_wanted = Signal(object)  # Plan
    cost_wanted = Signal(object)  # CostRequest

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._costs: dict[CostRequest, Estimated] = {}
        self._busy = False
        self._measure_tasks = PRESETS[1].measure_tasks
        self.learner = QComboBox()
        for name, title in LEARNERS.items():
            self.learner.addItem(title, name)
        self.learner.setAccessibleName("Learner")
        self.sources = MixedSources()
        self.presets = QButtonGroup(self)
        self.notes: list[QLabel] = []
        self.fields = TrainingFields()
        self.estimate, self.problem = QLabel(), QLabel()
        self.start = QPushButton("Start training")
        self.start.setProperty("primary", True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self.presets.button(1).setChecked(True)
        self.fields.show_settings(self._name, self._of_preset(PRESETS[1])[0])
        self.learner.currentIndexChanged.connect(self._learner_changed)
        self.sources.changed.connect(self._refresh)
        self.presets.idToggled.connect(self._preset_changed)
        self.fields.changed.connect(self._refresh)
        self.start.clicked.connect(self._start)
        self._refresh()

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        heading = QLabel("Train a recogniser of your own")
        heading.setFont(scaled_font(self.font(), 1.6))
        heading.setWordWrap(True)
        layout.addWidget(heading)
        layout.addWidget(self._small(_INTRODUCTION))
        layout.addWidget(self._head("Learner"))
        layout.addWidget(self.learner)
        layout.addWidget(self._head("Learns from"))
        layout.addWidget(self.sources)
        layout.addWidget(self._head("How long"))
        for index, title in enumerate([preset.title for preset in PRESETS] + ["Every setting…"]):
            button = QRadioButton(title)
            button.setMinimumHeight(3 * UNIT)
            self.presets.addButton(button, index)
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(button)
            if index != _BY_HAND:
                note = self._small("")
                note.setContentsMargins(3 * UNIT, 0, 0, 0)
                self.notes.append(note)
                pair.addWidget(note)
            layout.addLayout(pair)
        layout.addWidget(self.fields)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        below = QVBoxLayout()
        below.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        below.setSpacing(UNIT)
        for label in (self.estimate, self.problem):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            below.addWidget(label)
        self.problem.setForegroundRole(WARNING)
        below.addWidget(self.start)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addLayout(below)

    def _head(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled_font(self.font(), 1.0, self.font().Weight.DemiBold))
        label.setContentsMargins(0, UNIT, 0, 0)
        return label

    def _small(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setForegroundRole(QUIET)
        label.setFont(scaled_font(self.font(), 0.88))
        return label

    # Input

    def show_library(self, glyphs: Sequence[Glyph], path: Path | None) -> None:
        self.sources.show_library(glyphs, path)

    def show_busy(self, busy: bool) -> None:
        """Show whether another training is running: this one then waits for it."""
        self._busy = busy
        self._refresh()

    def show_run(self, run: Run) -> None:
        """Show a run's learner, sources and settings, to change them and start again."""
        self.sources.choose(run.sources)
        self.show_settings(run.learner, dict(run.settings))
        self._measure_tasks = run.measure_tasks

    def show_settings(self, learner: str, settings: dict[str, Any]) -> None:
        """Show these settings, all of them."""
        self.learner.setCurrentIndex(max(0, self.learner.findData(learner)))
        self.presets.button(_BY_HAND).setChecked(True)
        self.fields.show_settings(learner, {**recipe(learner), **settings})
        self._refresh()

    @Slot(object)
    def show_cost(self, found: Estimated) -> None:
        """Show the answer to `cost_wanted`."""
        self._costs[found.wish] = found
        self._refresh()

    # The choice

    @property
    def _name(self) -> str:
        return str(self.learner.currentData())

    @property
    def by_hand(self) -> bool:
        return self.presets.checkedId() == _BY_HAND

    def _of_preset(self, preset: Preset) -> tuple[dict[str, Any], str]:
        """Return the preset as far as the source can serve it, and a sentence if a setting was lowered for that."""
        return fitted(self.sources.supply, preset_settings(self._name, preset))

    def _chosen(self) -> tuple[dict[str, Any], int, float]:
        """Return the settings, the number of tasks to measure on, and the seconds allowed (0: no limit)."""
        if self.by_hand:
            return self.fields.settings, self._measure_tasks, 0.0
        preset = PRESETS[self.presets.checkedId()]
        return self._of_preset(preset)[0], preset.measure_tasks, preset.seconds

    @property
    def plan(self) -> Plan:
        settings, tasks, seconds = self._chosen()
        return Plan(self._name, self.sources.names, settings, tasks, seconds=seconds)

    def _wish(self, settings: dict[str, Any]) -> CostRequest:
        """Return a request with only the settings that a step's cost depends on, so that others need no new
        measurement."""
        keys = ("ways", "shots", "queries", "meta_batch", "device", "encoder")
        told = {key: settings[key] for key in keys if key in settings}
        told["inner"] = tuple((key, settings["inner"][key]) for key in ("steps", "order"))
        if "encoder" in told:
            told["encoder"] = tuple((key, _hashable(value)) for key, value in told["encoder"].items())
        characters = len(self.sources.supply.counts) if FACTS[self._name].trains_on_all_classes else 0
        return CostRequest(self._name, tuple(told.items()), characters)

    # Output

    @Slot()
    def _learner_changed(self) -> None:
        """Show the recipe of the new learner."""
        index = self.presets.checkedId()
        preset = PRESETS[index] if index != _BY_HAND else PRESETS[1]
        self.fields.show_settings(self._name, self._of_preset(preset)[0])
        self._refresh()

    @Slot(int, bool)
    def _preset_changed(self, index: int, chosen: bool) -> None:
        if not chosen:
            if index != _BY_HAND:  # "Every setting" starts with the preset chosen before
                self._measure_tasks = PRESETS[index].measure_tasks
                self.fields.show_settings(self._name, self._of_preset(PRESETS[index])[0])
            return
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.fields.setVisible(self.by_hand)
        settings, tasks, seconds = self._chosen()
        missing = ""
        if not self.sources.problem:
            missing = lacking(self.sources.supply, settings["ways"], settings["shots"], settings["queries"])
        self.fields.warn("ways", missing)
        problem = self.sources.problem or missing or (self.fields.problem if self.by_hand else "")
        self._show_notes()
        cost = self._cost(settings)
        refused = self._costs.get(self._wish(settings))
        if not problem and refused is not None and refused.cost is None:
            problem = refused.sentence
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.start.setEnabled(not problem)
        self.start.setText("Start after the current one" if self._busy else "Start training")
        self.start.setToolTip(problem)
        self.estimate.setVisible(not problem)
        if cost is None:
            self.estimate.setText(f"Time and memory: {_LATER if self._busy else _MEASURING}")
        else:
            self.estimate.setText(_estimate(cost, settings, tasks, seconds))
        if not problem and cost is None:
            self._timer.start()

    def _cost(self, settings: dict[str, Any]) -> Cost | None:
        found = self._costs.get(self._wish(settings))
        return None if found is None else found.cost

    def _show_notes(self) -> None:
        for preset, note in zip(PRESETS, self.notes, strict=True):
            settings, lowered = self._of_preset(preset)
            cost = self._cost(settings)
            steps = settings["steps"]
            if preset.seconds:
                text = "Enough to see it learn, but seldom to beat the weights of GlyphStudio."
                if cost is not None:
                    steps = steps_within(preset.seconds, cost, preset.measure_tasks, settings["validation_tasks"])
                    text = f"{steps:,} steps. {text}"
            else:
                text = f"{steps:,} steps"
                if cost is not None:
                    every = settings["validate_every"]
                    whole = total_seconds(cost, steps, preset.measure_tasks, every, settings["validation_tasks"])
                    text += f", about {duration(whole)}"
                text += f"; each figure from {preset.measure_tasks:,} tasks."
            note.setText(f"{text} {lowered}".strip())

    @Slot()
    def _ask(self) -> None:
        if self.isVisible():
            self.cost_wanted.emit(self._wish(self._chosen()[0]))

    @Slot()
    def _start(self) -> None:
        if self.start.isEnabled():
            self.start_wanted.emit(self.plan)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._refresh()


def _estimate(cost: Cost, settings: dict[str, Any], tasks: int, seconds: float) -> str:
    steps = settings["steps"]
    every = settings["validate_every"]
    if seconds:
        steps = every = steps_within(seconds, cost, tasks, settings["validation_tasks"])
    whole = total_seconds(cost, steps, tasks, every, settings["validation_tasks"])
    room = "" if math.isnan(cost.megabytes) else f", and at most {memory(cost.megabytes)} of memory"
    return f"About {duration(whole)} for {steps:,} steps on {cost.device}{room}."


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
