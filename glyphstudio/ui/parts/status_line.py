"""The status line: the recogniser, the library, and the time of the last answer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font


class StatusLine(QWidget):
    """Three short texts in the quiet colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.learner, self.library, self.time = QLabel(), QLabel(), QLabel()
        layout = QGridLayout(self)
        layout.setContentsMargins(2 * UNIT, 4, 2 * UNIT, 6)
        align = Qt.AlignmentFlag
        for column, (label, side, name) in enumerate(
            (
                (self.learner, align.AlignLeft, "Recogniser"),
                (self.library, align.AlignHCenter, "Library file"),
                (self.time, align.AlignRight, "Time of the last answer"),
            )
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setForegroundRole(QUIET)
            label.setAlignment(side | align.AlignVCenter)
            label.setAccessibleDescription(name)
            label.setFont(scaled_font(label.font(), 0.88))
            layout.addWidget(label, 0, column)
            layout.setColumnStretch(column, 1)

    def show_learner(self, text: str, tip: str = "") -> None:
        self.learner.setText(text)
        self.learner.setToolTip(tip)

    def show_library(self, path: Path | None, read_only: str = "") -> None:
        """Show the file's name, with the whole path in the tooltip. read_only: why it is read only, as a sentence."""
        name = path.name if path else ""
        shown = self.library.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 30 * UNIT)
        self.library.setText(f"{shown}, read only" if read_only else shown)
        self.library.setToolTip("\n".join(filter(None, (str(path) if path else "", read_only))))

    def show_time(self, ms: float | None) -> None:
        self.time.setText("" if ms is None else f"{ms:.0f} ms" if ms >= 1 else "<1 ms")
