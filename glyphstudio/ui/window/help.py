"""Shows the Help dialogs: the list of keys, and About."""

from __future__ import annotations

import importlib.metadata
import platform
import sys

from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from glyphstudio import __version__
from glyphstudio.ui.parts.icons import app_pixmap
from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font
from glyphstudio.ui.window.actions import key_list
from glyphstudio.ui.window.licences import LicencesDialog


class KeysDialog(QDialog):
    """Every key in the window, by menu, in two columns."""

    def __init__(self, bar: QMenuBar, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard Shortcuts")
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(UNIT, 0, UNIT, 0)
        columns.setSpacing(6 * UNIT)
        groups = key_list(bar)
        half = sum(len(rows) + 2 for _, rows in groups) / 2
        sides: list[list[tuple[str, list[tuple[str, str]]]]] = [[], []]
        length = 0.0
        for group in groups:
            sides[length >= half].append(group)
            length += len(group[1]) + 2
        for side in sides:
            columns.addWidget(self._column(side), 1, Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.addWidget(area)
        layout.addWidget(buttons)
        self.resize(min(880, parent.width() - 16), min(620, parent.height() - 16))

    def _column(self, groups: list[tuple[str, list[tuple[str, str]]]]) -> QWidget:
        column = QWidget()
        grid = QGridLayout(column)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * UNIT)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        row = 0
        for title, rows in groups:
            head = QLabel(title)
            head.setFont(scaled_font(self.font(), 1.0, QFont.Weight.DemiBold))
            head.setContentsMargins(0, 2 * UNIT if row else 0, 0, 4)
            grid.addWidget(head, row, 0, 1, 2)
            row += 1
            for what, keys in rows:
                text, key = QLabel(what), QLabel(keys)
                text.setWordWrap(True)
                key.setForegroundRole(QUIET)
                key.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                grid.addWidget(text, row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(key, row, 1)
                row += 1
        return column


class AboutDialog(QDialog):
    """GlyphStudio's name, versions and licences."""

    def __init__(self, recogniser: str, parent: QWidget) -> None:
        """recogniser: a line about the recogniser in use."""
        super().__init__(parent)
        self.setWindowTitle("About GlyphStudio")
        picture = QLabel()
        picture.setPixmap(app_pixmap(96, self.devicePixelRatioF()))
        title = QLabel("GlyphStudio")
        title.setFont(scaled_font(self.font(), 2.0, QFont.Weight.DemiBold))
        lines = [
            "Draw a glyph once. Draw it again, and it is recognised.",
            "",
            f"Version {__version__}",
            f"Recogniser: {recogniser}",
            f"Python {platform.python_version()}, PyTorch {_torch_version()}, Qt {qVersion()}, "
            f"{platform.system()} {platform.machine()}, "
            f"{'package' if getattr(sys, 'frozen', False) else 'from source'}",
            "",
            "MIT licence. Works without a network; nothing you draw leaves this computer.",
            "Made with Qt under the GNU LGPL, version 3, and with other free software.",
        ]
        text = QLabel("\n".join(lines))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.licences = buttons.addButton("Licences…", QDialogButtonBox.ButtonRole.ActionRole)
        self.licences.clicked.connect(self._show_licences)
        words = QVBoxLayout()
        words.setSpacing(UNIT)
        words.addWidget(title)
        words.addWidget(text)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(3 * UNIT)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addLayout(row)
        layout.addWidget(buttons)
        self.setMinimumWidth(480)

    @Slot()
    def _show_licences(self) -> None:
        dialog = LicencesDialog(self.parentWidget() or self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _torch_version() -> str:
    """Return torch's version without loading torch, which only the window's other threads may do."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
