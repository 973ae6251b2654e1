"""Fields for all settings of a training, each with one sentence on what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.train.settings import DEVICE, SETTINGS, START, Setting, value_of, with_value, without_use

_DEVICES = (("Auto", "auto"), ("CPU", "cpu"), ("Graphics card (CUDA)", "cuda"))
_NO_START = "Random numbers"


class NumberField(QLineEdit):
    """A number that no spin box steps through well, such as 0.0005."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self.setMaxLength(24)
        self.setMinimumHeight(4 * UNIT - 4)  # the same as the spin boxes

    @property
    def value(self) -> float | None:
        """The number; None if the text is no number or is out of range."""
        try:
            value = float(self.text().strip().replace(",", "."))
        except ValueError:
            return None
        return value if math.isfinite(value) and self._setting.least <= value <= self._setting.most else None

    @property
    def problem(self) -> str:
        if self.value is not None:
            return ""
        return f"{self._setting.label} must be a number from {self._setting.least:g} to {self._setting.most:g}."


class TrainingFields(QWidget):
    """The fields. `settings` has their values, and the other settings that `show_settings` was given."""

    changed = Signal()  # by the user

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: dict[str, Any] = {}
        self._learner = ""
        self._filling = False
        self.fields: dict[str, QSpinBox | NumberField | QComboBox] = {}
        self._labels: dict[str, tuple[QLabel, QLabel, str]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * UNIT)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        for setting in SETTINGS:
            if "rate" in setting.key:
                number = NumberField(setting)
                number.textEdited.connect(self._edited)
                self._add(setting, number)
            else:
                spin = QSpinBox()
                spin.setRange(int(setting.least), int(setting.most))
                spin.setGroupSeparatorShown(setting.key == "steps")
                spin.valueChanged.connect(self._edited)
                self._add(setting, spin)
        device = QComboBox()
        for title, name in _DEVICES:
            device.addItem(title, name)
        device.currentIndexChanged.connect(self._edited)
        self._add(DEVICE, device)
        start = QComboBox()
        start.addItem(_NO_START, "")
        for name, title in LEARNERS.items():
            start.addItem(f"{title}, as it came with GlyphStudio", name)
        start.currentIndexChanged.connect(self._edited)
        self._add(START, start)

    def _add(self, setting: Setting, field: QSpinBox | NumberField | QComboBox) -> None:
        label, sentence = QLabel(setting.label), QLabel(setting.sentence)
        label.setBuddy(field)
        sentence.setWordWrap(True)
        sentence.setForegroundRole(QUIET)
        sentence.setFont(scaled_font(self.font(), 0.88))
        sentence.setContentsMargins(0, 2, 0, UNIT)
        field.setAccessibleName(setting.label)
        field.setAccessibleDescription(setting.sentence)
        row = 2 * len(self.fields)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(sentence, row + 1, 0, 1, 2)
        self.fields[setting.key] = field
        self._labels[setting.key] = (label, sentence, setting.sentence)

    def show_settings(self, learner: str, settings: Mapping[str, Any]) -> None:
        """Fill the fields. Those that this learner does not use are greyed out, with the reason."""
        self._learner, self._settings = learner, dict(settings)
        self._filling = True
        for key, field in self.fields.items():
            value = value_of(settings, key)
            if isinstance(field, QSpinBox):
                field.setValue(int(value))
            elif isinstance(field, NumberField):
                field.setText(f"{value:g}")
            else:
                self._choose(field, str(value))
            reason = without_use(learner, key)
            field.setEnabled(not reason)
            label, sentence, text = self._labels[key]
            label.setEnabled(not reason)
            sentence.setText(reason or text)
        self._filling = False

    def _choose(self, field: QComboBox, value: str) -> None:
        if field.findData(value) < 0:  # such as a weights file, or cuda:1
            field.addItem(Path(value).name, value)
        field.setCurrentIndex(field.findData(value))

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as edited. An invalid number counts as the value shown first, so check `problem` before."""
        settings = self._settings
        for key, field in self.fields.items():
            if not field.isEnabled():
                continue
            if isinstance(field, QComboBox):
                value: Any = field.currentData()
            elif isinstance(field, NumberField):
                value = field.value
            else:
                value = field.value()
            if value is not None:
                settings = with_value(settings, key, value)
        return dict(settings)

    @property
    def problem(self) -> str:
        """A sentence that says what is wrong with a field, or ""."""
        for field in self.fields.values():
            if isinstance(field, NumberField) and field.isEnabled() and field.problem:
                return field.problem
        start = self.fields["start"].currentData()  # type: ignore[union-attr]
        if start in LEARNERS and not weights_of(str(start)).is_file():
            return f"The weights of {LEARNERS[start]} did not come with this GlyphStudio. Choose others."
        return ""

    def warn(self, key: str, reason: str) -> None:
        """Show `reason` at this field instead of its meaning: why the source cannot serve its value."""
        for name, (_, sentence, text) in self._labels.items():
            greyed = without_use(self._learner, name) if self._learner else ""
            here = bool(reason) and name == key
            sentence.setText(reason if here else greyed or text)
            sentence.setForegroundRole(WARNING if here else QUIET)

    @Slot()
    def _edited(self) -> None:
        if not self._filling:
            self.changed.emit()
