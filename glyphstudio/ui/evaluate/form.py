"""The evaluation form: source, part of the source, and the shape and number of the tasks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from glyphstudio.plural import counted
from glyphstudio.ui.evaluate.messages import EVERYTHING, HELD_OUT, TRAINED_ON, Checked, Evaluation
from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font
from glyphstudio.ui.sources.one_source import OneSource

_PARTS = (
    (HELD_OUT, "Held out from training"),
    (TRAINED_ON, "Available for training"),
    (EVERYTHING, "Everything in it"),
)
_MOST_STEPS = 10
_AS_TRAINED = -1  # as many inner steps as in training
_WITHIN_TIP = (
    "Hard: look-alikes meet. Each task's shots are by one drawer, its queries by others. "
    "Without it, glyphs and drawings are picked freely."
)
_STEPS_TIP = "Steps of gradient descent on the shots."
_NO_ALPHABETS = "A library has no alphabets."
_NO_LOOP = "This learner has no inner loop."


class EvaluateForm(QWidget):
    """The form's fields, and a sentence that says what their numbers mean."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = OneSource()
        self.part = QComboBox()
        self.part.addItems([title for _, title in _PARTS])
        self.part.setAccessibleName("Part of the source")
        self.ways = _number(2, 100, 20, "Ways", "Glyphs in a task. One guess in this many is right.")
        self.shots = _number(1, 20, 1, "Shots", "Drawings of each glyph to adapt on.")
        self.queries = _number(1, 20, 1, "Queries", "Further drawings of each glyph to judge it on.")
        self.tasks = _number(1, 10_000, 1000, "Tasks", "Four times as many make the interval half as wide.")
        self.seed = _number(0, 2**31 - 1, 0, "Seed", "The same seed gives the same tasks.")
        self.steps = _number(_AS_TRAINED, _MOST_STEPS, _AS_TRAINED, "Inner steps", _STEPS_TIP)
        self.within = QCheckBox("Ways from one alphabet only")
        self.meaning = QLabel()
        self.meaning.setTextFormat(Qt.TextFormat.PlainText)
        self.meaning.setWordWrap(True)
        self.meaning.setForegroundRole(QUIET)
        self._gradient = False
        self._lay_out()
        for box in self._boxes:
            box.valueChanged.connect(self._settings_changed)
        self.part.currentIndexChanged.connect(self._settings_changed)
        self.within.toggled.connect(self._settings_changed)
        self.source.changed.connect(self._source_changed)
        self.source.kind.currentIndexChanged.connect(self._kind_changed)
        self._show_possible()

    @property
    def _boxes(self) -> tuple[QSpinBox, ...]:
        return (self.ways, self.shots, self.queries, self.tasks, self.seed, self.steps)

    def _lay_out(self) -> None:
        small = scaled_font(self.font(), 0.88)
        self.meaning.setFont(small)
        self.steps.setSpecialValueText("as trained")
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(UNIT)
        numbers.setVerticalSpacing(UNIT // 2)
        for place, box in enumerate(self._boxes):
            row, column = divmod(place, 3)
            numbers.addWidget(_label(box.accessibleName(), box), 2 * row, column)
            numbers.addWidget(box, 2 * row + 1, column)
            numbers.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addWidget(self.source)
        layout.addWidget(self.part)
        layout.addLayout(numbers)
        layout.addWidget(self.within)
        layout.addWidget(self.meaning)
        self.setFocusProxy(self.source)

    # The choice

    def evaluation(self, weights: Path, title: str) -> Evaluation:
        """Return the evaluation as chosen. The source's name is empty if there is none."""
        loop = self._gradient and self.steps.value() != _AS_TRAINED
        return Evaluation(
            weights,
            title,
            self.source.name,
            _PARTS[self.part.currentIndex()][0],
            self.ways.value(),
            self.shots.value(),
            self.queries.value(),
            self.tasks.value(),
            self.within.isChecked() and not self.source.is_library,
            self.steps.value() if loop else None,
            self.seed.value(),
            self.source.opened,
        )

    def show_checked(self, checked: Checked) -> None:
        """Show what the check found out about the learner."""
        if not checked.problem:
            self._gradient = checked.trained_steps is not None
            self.steps.setSpecialValueText(f"as trained ({checked.trained_steps})" if self._gradient else "none")
            self._show_possible()

    # Changes

    @Slot()
    def _settings_changed(self) -> None:
        self._show_possible()
        self.changed.emit()

    @Slot()
    def _source_changed(self) -> None:
        self._settings_changed()

    @Slot()
    def _kind_changed(self) -> None:
        """Choose the source's usual part: all of a library, because the shipped learners never saw any of it."""
        part = EVERYTHING if self.source.is_library else HELD_OUT
        self.part.setCurrentIndex([name for name, _ in _PARTS].index(part))

    def _show_possible(self) -> None:
        """Grey out settings without a meaning here, with the reason."""
        library = self.source.is_library
        self.within.setEnabled(not library)
        self.within.setToolTip(_NO_ALPHABETS if library else _WITHIN_TIP)
        self.steps.setEnabled(self._gradient)
        self.steps.setToolTip(_STEPS_TIP if self._gradient else _NO_LOOP)
        ways, shots, queries = self.ways.value(), self.shots.value(), self.queries.value()
        self.meaning.setText(
            f"In each task it sees {counted(shots, 'drawing')} of each of {ways} glyphs. Then it names the glyph of "
            f"{counted(queries, 'further drawing')} of each. "
            f"Guessing is right in {100 / ways:.3g}\N{NO-BREAK SPACE}%."
        )


def _number(least: int, most: int, value: int, name: str, tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setGroupSeparatorShown(most >= 10_000 and name != "Seed")
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setMinimumWidth(10 * UNIT)
    return box


def _label(text: str, box: QWidget) -> QLabel:
    label = QLabel(text)
    label.setFont(scaled_font(label.font(), 0.88))
    label.setForegroundRole(QUIET)
    label.setBuddy(box)
    return label
