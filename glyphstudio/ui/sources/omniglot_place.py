"""A field for the place of Omniglot, its folder or archive, and a button to browse for either."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.ui.parts.theme import UNIT

_WHAT = "Omniglot's folder or archive"


class OmniglotPlace(QWidget):
    """The field and its button. The field starts with the fetched data, if there is any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setPlaceholderText(_WHAT)
        self.line.setAccessibleName(_WHAT)
        self.browse = QPushButton("Browse…")
        self.browse.setAccessibleName("Browse for Omniglot")
        menu = QMenu(self.browse)
        menu.addAction("Folder…").triggered.connect(self._choose_folder)
        menu.addAction("Archive…").triggered.connect(self._choose_archive)
        self.browse.setMenu(menu)
        self.fetched = default_data_folder().exists()
        if self.fetched:
            self.line.setText(str(default_data_folder()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)

    @property
    def path(self) -> str:
        """The path as typed, without spaces around it, or ""."""
        return self.line.text().strip()

    @Slot()
    def _choose_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, "Omniglot's Folder", self._start()):
            self.line.setText(name)

    @Slot()
    def _choose_archive(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Omniglot's Archive", self._start(), "Archives (*.zip);;All files (*)"
        )
        if name:
            self.line.setText(name)

    def _start(self) -> str:
        return self.path or str(Path.home())
