"""Offers an interrupted training above the panel: a sentence and three buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from glyphstudio.engine.runs.runs import Run
from glyphstudio.ui.parts.theme import UNIT


def interrupted_sentence(run: Run) -> str:
    return f"A training was interrupted: {run.name} at step {run.step:,} of {run.steps:,}."


class InterruptedOffer(QFrame):
    """A sentence about one interrupted training, with buttons to resume it, keep it for later or discard it."""

    resume_wanted = Signal()
    later_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.palette().ColorRole.Midlight)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.resume, self.later, self.discard = (
            QPushButton("Resume"),
            QPushButton("Keep for later"),
            QPushButton("Discard"),
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(UNIT)
        for button, signal in (
            (self.resume, self.resume_wanted),
            (self.later, self.later_wanted),
            (self.discard, self.discard_wanted),
        ):
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(self.sentence)
        layout.addLayout(buttons)
        self.hide()

    def say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.show()
