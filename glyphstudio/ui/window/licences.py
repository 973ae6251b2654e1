"""Shows licences: the package has a text for each of its parts, a source checkout only GlyphStudio's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

import glyphstudio
from glyphstudio import __version__
from glyphstudio.ui.parts.theme import UNIT, scaled_font

_PACKAGE = Path(glyphstudio.__file__).parent
_OWN = _PACKAGE.parent / "LICENSE"
_NOT_HERE = (
    "GlyphStudio has the MIT licence, which comes with its source. Its libraries are installed beside it, each with "
    "its own licence."
)


@dataclass(frozen=True)
class Notice:
    """A part, its version, and the text that its licence requires."""

    name: str
    version: str
    text: str


def notices(folder: Path = _PACKAGE / "licences") -> list[Notice]:
    """Return the notices that packaging/licences.py wrote to `folder`, or only GlyphStudio's own if there are none."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        return [
            Notice(entry["name"], entry["version"], (folder / entry["file"]).read_text(encoding="utf-8"))
            for entry in index
        ]
    except OSError:
        own = _OWN.read_text(encoding="utf-8") if _OWN.is_file() else _NOT_HERE
        return [Notice("GlyphStudio", __version__, own)]


class LicencesDialog(QDialog):
    """The parts on the left, the chosen part's notice on the right."""

    def __init__(self, parent: QWidget, found: list[Notice] | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licences")
        self._notices = notices() if found is None else found
        self.names = QListWidget()
        self.names.setAccessibleName("Parts")
        for notice in self._notices:
            item = QListWidgetItem(f"{notice.name} {notice.version}".strip(), self.names)
            item.setSizeHint(QSize(0, 3 * UNIT))
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Licence")
        self.text.setReadOnly(True)
        self.text.setFont(scaled_font(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont), 0.88))
        self.names.currentRowChanged.connect(self._show)
        both = QSplitter()
        both.addWidget(self.names)
        both.addWidget(self.text)
        both.setStretchFactor(1, 1)
        both.setSizes([26 * UNIT, 60 * UNIT])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addWidget(both)
        layout.addWidget(buttons)
        self.resize(min(116 * UNIT, parent.width()), min(72 * UNIT, parent.height()))
        self.names.setCurrentRow(0)

    @Slot(int)
    def _show(self, row: int) -> None:
        self.text.setPlainText(self._notices[row].text)
