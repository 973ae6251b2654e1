"""Describes one run in a few lines: its figures, its time, and findings about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from glyphstudio.engine.runs.runs import RunState
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.runs.comparison import MOST
from glyphstudio.ui.runs.words import Listed, duration_of, figure_of, state_of


class Details(QWidget):
    """The details of the selected run; for several runs, what can be done with them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.facts, self.figures, self.findings = (QLabel() for _ in range(4))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, UNIT, 0)
        layout.setSpacing(UNIT // 2)
        for label in (self.title, self.facts, self.figures, self.findings):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        layout.addStretch(1)
        for label in (self.facts, self.figures, self.findings):
            label.setFont(scaled_font(self.font(), 0.88))
        self.facts.setForegroundRole(QUIET)

    def show_runs(self, chosen: Sequence[Listed]) -> None:
        """Show the selected runs: none, one or several."""
        if len(chosen) == 1:
            self._show(chosen[0])
            return
        title = f"{len(chosen)} runs are selected" if chosen else "No run is selected"
        if not chosen:
            facts = "Select one to see how it went, or several to compare them."
        elif len(chosen) <= MOST:
            facts = "Compare shows their settings and curves side by side."
        else:
            facts = f"Up to {MOST} runs can be compared at a time. Select fewer."
        self._say(title, facts)

    def _show(self, listed: Listed) -> None:
        run = listed.run
        state = state_of(listed)
        facts = state[:1].upper() + state[1:]
        if run.seconds:
            facts += f", {duration_of(run.seconds)} of training" + (f" on {run.device}" if run.device else "")
        facts += f". {run.described}." if run.described else "."
        figures = "; ".join(f"{name} {text}" for name, figure in run.figures.items() if (text := figure_of(figure)))
        findings = [run.problem] if run.problem else []
        if run.state is not RunState.DONE and listed.can_resume:
            findings.append("It can resume where it stopped: press Resume.")
        elif run.state is not RunState.DONE and not listed.held and not listed.weights:
            findings.append("Nothing was saved to resume from. Train again with its settings, or delete it.")
        findings += run.sentences
        self._say(run.name, facts, f"Right on held-out glyphs: {figures}." if figures else "", findings)
        self.findings.setForegroundRole(WARNING if run.problem or run.sentences else QUIET)

    def _say(self, title: str, facts: str, figures: str = "", findings: Sequence[str] = ()) -> None:
        for label, text in (
            (self.title, title),
            (self.facts, facts),
            (self.figures, figures),
            (self.findings, "\n".join(findings)),
        ):
            label.setText(text)
            label.setVisible(bool(text))
